import { getCACertificates } from "node:tls"
import { replaceFile } from "./private-files.ts"

export type Runtime = "system" | "node" | "python" | "go" | "java"

export interface TrustInstructions {
  readonly runtime: Runtime
  /** What follows from them, in one sentence. */
  readonly effect: string
  /** Lines for the shell: PowerShell on Windows, else POSIX. */
  readonly lines: readonly string[]
}

export interface TrustPaths {
  /** The local authority's certificate. */
  readonly caPath: string
  /** The bundle that `writeCaBundle` wrote: the system's authorities and ours. */
  readonly bundlePath: string
  /** Where a Java trust store is to be made. */
  readonly javaStorePath: string
}

/**
 * Writes a PEM file of the authorities this machine trusts and a further one. Python (`REQUESTS_CA_BUNDLE`) and Go
 * (`SSL_CERT_FILE`) read one file in place of the system's, so ours alone would cut them off from the rest of the world.
 *
 * @returns how many certificates the file holds
 * @see contracts/keyvault.md 5.3
 */
export async function writeCaBundle(path: string, caCertificate: string): Promise<number> {
  const system = getCACertificates("system")
  const trusted = system.length > 0 ? system : getCACertificates("bundled")
  const all = [...new Set([caCertificate, ...trusted].map((pem) => pem.trim()))]
  await replaceFile(path, `${all.join("\n")}\n`, 0o644)
  return all.length
}

/** Returns what to type for each runtime to trust the local authority; nothing is run. */
export function toTrustInstructions(paths: TrustPaths, platform: NodeJS.Platform): TrustInstructions[] {
  const { quote, assign } = platform === "win32" ? powerShell : posixShell
  const ca = quote(paths.caPath)
  return [
    {
      runtime: "system",
      effect: "every program that uses the system's trust store",
      lines: systemLines(ca, platform),
    },
    {
      runtime: "node",
      effect: "Node programs of this shell",
      lines: [assign("NODE_EXTRA_CA_CERTS", paths.caPath)],
    },
    {
      runtime: "python",
      effect: "Python programs and az of this shell",
      lines: [assign("REQUESTS_CA_BUNDLE", paths.bundlePath), assign("SSL_CERT_FILE", paths.bundlePath)],
    },
    {
      runtime: "go",
      effect: "Go programs of this shell (Linux)",
      lines: [assign("SSL_CERT_FILE", paths.bundlePath)],
    },
    { runtime: "java", effect: "Java programs of this shell", lines: javaLines(paths, platform) },
  ]
}

const posixShell = {
  quote: (text: string) => `'${text.replaceAll("'", `'\\''`)}'`,
  assign: (name: string, value: string) => `export ${name}=${posixShell.quote(value)}`,
}

const powerShell = {
  quote: (text: string) => `'${text.replaceAll("'", "''")}'`,
  assign: (name: string, value: string) => `$env:${name} = ${powerShell.quote(value)}`,
}

function systemLines(ca: string, platform: NodeJS.Platform): string[] {
  if (platform === "win32") return [`certutil -user -addstore Root ${ca}`]
  if (platform === "darwin") {
    return [`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${ca}`]
  }
  return [
    "# Debian, Ubuntu, Alpine",
    `sudo cp ${ca} /usr/local/share/ca-certificates/keybearer.crt && sudo update-ca-certificates`,
    "# Fedora, RHEL",
    `sudo cp ${ca} /etc/pki/ca-trust/source/anchors/keybearer.crt && sudo update-ca-trust`,
  ]
}

/** A copy of Java's own store with ours added: no root needed, and the original stays as it is. */
function javaLines({ caPath, javaStorePath }: TrustPaths, platform: NodeJS.Platform): string[] {
  const isWindows = platform === "win32"
  const { quote, assign } = isWindows ? powerShell : posixShell
  const store = quote(javaStorePath)
  const into = `-keystore ${store} -storepass changeit`
  const javaHome = '${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v keytool)")")")}'
  const original = isWindows
    ? '"$env:JAVA_HOME\\lib\\security\\cacerts"'
    : `"${javaHome}/lib/security/cacerts"`
  const options = `"-Djavax.net.ssl.trustStore=${javaStorePath}" -Djavax.net.ssl.trustStorePassword=changeit`
  return [
    isWindows ? `Remove-Item -ErrorAction Ignore ${store}` : `rm -f ${store}`,
    `keytool -importkeystore -noprompt -srckeystore ${original} -srcstorepass changeit -destkeystore ${store} -deststorepass changeit`,
    `keytool -importcert -noprompt -alias keybearer -file ${quote(caPath)} ${into}`,
    assign("JAVA_TOOL_OPTIONS", options),
  ]
}
