#!/bin/sh
# Makes the certificates of this folder again, with OpenSSL 3. Their keys are thrown away.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/names.cnf" <<'CNF'
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
utf8 = yes
[name]
C = DE
ST = Bayern
O = Müller, \"Söhne\" & Co
0.OU = one
1.OU = two
CN = Test + Names
emailAddress = a@example.com
[extensions]
keyUsage = critical, digitalSignature, nonRepudiation, keyAgreement, decipherOnly
extendedKeyUsage = serverAuth, clientAuth, 1.3.6.1.4.1.311.20.2.2
basicConstraints = critical, CA:TRUE
subjectAltName = DNS:a.example, DNS:*.b.example, email:x@example.com, URI:https://example.com/, IP:10.0.0.1, IP:2001:db8::1, otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com, otherName:1.2.3.4;UTF8:other, dirName:dir
[dir]
CN = dir
CNF
openssl req -x509 -newkey rsa:3072 -noenc -keyout "$work/key" -config "$work/names.cnf" -set_serial 0x00ff00aa11 \
  -days 36500 -out every-extension.pem 2> /dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-521 -noenc -keyout "$work/key" -subj "/CN=plain" \
  -config /dev/null -days 36500 -out no-extensions.pem 2> /dev/null
openssl req -x509 -newkey ed25519 -noenc -keyout "$work/key" -subj "/CN=ed25519" -days 36500 -out ed25519.pem 2> /dev/null
