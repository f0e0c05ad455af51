#!/bin/sh
# Makes the files of this folder again, with OpenSSL 3 and its legacy provider. See README.md.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
days=36500

# A chain: root -> intermediate -> leaf, and leaves of other key types issued by the intermediate.
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n' > "$work/ca.ext"
printf 'keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:test.example\n' > "$work/leaf.ext"

openssl ecparam -name prime256v1 -genkey -noout -out "$work/root.key"
openssl req -new -x509 -key "$work/root.key" -subj "/CN=Test Root" -days $days -out "$work/root.pem"
openssl ecparam -name prime256v1 -genkey -noout -out "$work/intermediate.key"
openssl req -new -key "$work/intermediate.key" -subj "/CN=Test Intermediate" -out "$work/intermediate.csr"
openssl x509 -req -in "$work/intermediate.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -days $days \
  -extfile "$work/ca.ext" -out "$work/intermediate.pem"

issue() { # name, then the command's arguments that make the key
  name=$1; shift
  openssl genpkey "$@" -out "$work/$name.key" 2>/dev/null
  openssl req -new -key "$work/$name.key" -subj "/O=Example/CN=Test $name" -out "$work/$name.csr"
  openssl x509 -req -in "$work/$name.csr" -CA "$work/intermediate.pem" -CAkey "$work/intermediate.key" -days $days \
    -extfile "$work/leaf.ext" -out "$work/$name.pem"
}
issue rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
issue p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
issue p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
issue p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
issue p256k -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
issue other -algorithm EC -pkeyopt ec_paramgen_curve:P-256

pfx() { # file name, key and certificate name, password, then options
  out=$1; name=$2; password=$3; shift 3
  openssl pkcs12 -export -inkey "$work/$name.key" -in "$work/$name.pem" -passout "pass:$password" -out "$out.pfx" "$@"
}
pfx rsa-modern rsa "pässword ☃"
pfx rsa-empty-password rsa ""
pfx rsa-3des rsa "password" -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES
pfx rsa-3des-empty-password rsa "" -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES
pfx rsa-2des rsa "password" -legacy -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-2DES
pfx rsa-rc2-40 rsa "password" -legacy
pfx rsa-rc2-40-empty-password rsa "" -legacy
pfx rsa-rc2-128 rsa "password" -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128
pfx rsa-rc4 rsa "password" -legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128
pfx rsa-aes128-sha512 rsa "password" -keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512
pfx rsa-plain rsa "password" -keypbe NONE -certpbe NONE
pfx rsa-no-mac rsa "password" -nomac
pfx rsa-100000-rounds rsa "password" -iter 100000
pfx rsa-5000000-rounds rsa "password" -iter 5000000
pfx p256 p256 "password"
pfx p256-rc2-40 p256 "password" -legacy
pfx p384 p384 "password"
pfx p521 p521 "password"
pfx p256k p256k "password"

# Chain in the wrong order (root first), and an unrelated certificate in the middle.
cat "$work/root.pem" "$work/other.pem" "$work/intermediate.pem" > "$work/extra.pem"
pfx rsa-chain rsa "password" -certfile "$work/extra.pem"
# A key with no certificate, certificates with no key, and a key beside somebody else's certificate.
openssl pkcs12 -export -nocerts -inkey "$work/rsa.key" -passout pass:password -out key-only.pfx
openssl pkcs12 -export -nokeys -in "$work/rsa.pem" -passout pass:password -out certificates-only.pfx

cat "$work/root.pem" "$work/rsa.pem" "$work/intermediate.pem" "$work/rsa.key" > bundle.pem
openssl rsa -in "$work/rsa.key" -traditional -out "$work/traditional.key" 2>/dev/null
cat "$work/traditional.key" "$work/rsa.pem" > bundle-traditional.pem
openssl pkcs8 -topk8 -in "$work/rsa.key" -passout pass:password -out "$work/encrypted.key"
cat "$work/encrypted.key" "$work/rsa.pem" > bundle-encrypted.pem
cat "$work/rsa.pem" "$work/intermediate.pem" "$work/root.pem" > chain.pem
cp "$work/rsa.key" rsa.key.pem

# keytool, when there is one: another writer of the same format, 10,000 rounds.
if command -v keytool > /dev/null; then
  rm -f rsa-keytool.pfx
  keytool -importkeystore -srckeystore rsa-chain.pfx -srcstoretype PKCS12 -srcstorepass password \
    -destkeystore rsa-keytool.pfx -deststoretype PKCS12 -deststorepass password -noprompt 2> /dev/null
fi
