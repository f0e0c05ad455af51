import { lookup } from "node:dns/promises"
import { stat } from "node:fs/promises"
import { isLoopbackHost, SdkError } from "../sdk/index.ts"
import type { Cloud } from "./cloud.ts"
import { CliError } from "./errors.ts"
import type { Session } from "./session.ts"
import type { Profile } from "./state/index.ts"

/** What a check found. `note` is worth knowing and not wrong. */
export interface Finding {
  state: "good" | "note" | "bad"
  subject: string
  text: string
  /** What to do about it. */
  cure?: string
}

export type Check = (session: Session) => Promise<Finding[]>

/** In the order a call goes wrong: own files, account, way there, trust, time, names. */
export const checks: readonly Check[] = [
  checkFiles,
  checkAccount,
  checkProxy,
  checkAuthorities,
  checkVaultNames,
]

async function checkFiles({ files }: Session): Promise<Finding[]> {
  const found = await Promise.all(
    [files.folder, files.profile, files.tokens, files.credentials].map(
      async (path): Promise<Finding | undefined> => {
        const mode = await stat(path).then(
          (info) => info.mode,
          () => undefined,
        )
        if (mode === undefined || (mode & 0o077) === 0 || process.platform === "win32") return undefined
        const cure = `chmod ${path === files.folder ? "700" : "600"} '${path}'`
        return { state: "bad", subject: "files", text: `others may read ${path}`, cure }
      },
    ),
  )
  const bad = found.filter((finding) => finding !== undefined)
  return bad.length > 0 ? bad : [{ state: "good", subject: "files", text: `${files.folder} is private` }]
}

async function checkAccount(session: Session): Promise<Finding[]> {
  const { subscriptions } = await session.profile.read()
  const used = subscriptions.find(({ isDefault }) => isDefault)
  if (!used) {
    const cure = `${session.terminal.program} login --help`
    return [{ state: "note", subject: "account", text: "nobody is signed in", cure }]
  }
  return [
    {
      state: "good",
      subject: "account",
      text: `${used.user.name} at ${used.authority}, subscription ${used.name}`,
    },
  ]
}

async function checkProxy({ terminal: { env } }: Session): Promise<Finding[]> {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter((name) => env[name])
  if (names.length === 0) return [{ state: "good", subject: "proxy", text: "none is set" }]
  return [
    {
      state: "note",
      subject: "proxy",
      text: `${names.join(" and ")} lead requests elsewhere; this program never sends loopback names there`,
      cure: "Other programs may: unset them, or set them to this server's plain HTTP address.",
    },
  ]
}

async function checkAuthorities(session: Session): Promise<Finding[]> {
  const { clouds } = await session.profile.read()
  return (await Promise.all(clouds.map((cloud) => checkAuthority(cloud, session)))).flat()
}

async function checkAuthority({ authority, caCertificate }: Cloud, session: Session): Promise<Finding[]> {
  const { program } = session.terminal
  try {
    const { headers } = await session.http(caCertificate).send({ url: authority })
    return [
      { state: "good", subject: "server", text: `${authority} answers and is trusted` },
      checkTime(headers.date, session),
    ]
  } catch (error) {
    if (error instanceof CliError) return [toFinding("trust", error)]
    if (!(error instanceof SdkError)) throw error
    const cures: Partial<Record<SdkError["kind"], string>> = {
      untrusted: "Sign in again with --ca-certificate FILE, the ca.pem in the server's data folder.",
      unreachable: `Start it: ${program} serve`,
    }
    const cure = cures[error.kind]
    return [{ state: "bad", subject: "server", text: error.message, ...(cure === undefined ? {} : { cure }) }]
  }
}

function toFinding(subject: string, { message, hints: [cure] }: CliError): Finding {
  return { state: "bad", subject, text: message, ...(cure === undefined ? {} : { cure }) }
}

/** Tokens and assertions are refused beyond five minutes. */
function checkTime(date: string | undefined, { terminal }: Session): Finding {
  const skewSeconds = Math.abs(Date.parse(date ?? "") / 1000 - terminal.now())
  if (!(skewSeconds > 300)) return { state: "good", subject: "clock", text: "agrees with the server's" }
  const text = `is ${Math.round(skewSeconds)} seconds off the server's`
  return {
    state: "bad",
    subject: "clock",
    text,
    cure: "Let this machine take its time from the network: timedatectl set-ntp true",
  }
}

async function checkVaultNames({ profile }: Session): Promise<Finding[]> {
  const { clouds }: Profile = await profile.read()
  const local = clouds.map(({ vaultSuffix = "" }) => vaultSuffix.replace(/:\d+$/, "")).filter(isLoopbackHost)
  return Promise.all(local.map(checkVaultName))
}

async function checkVaultName(suffix: string): Promise<Finding> {
  const name = `demo.${suffix}`
  try {
    await lookup(name)
    return { state: "good", subject: "names", text: `this system resolves ${name}` }
  } catch {
    return {
      state: "note",
      subject: "names",
      text: `this system does not resolve ${name}; this program and curl do`,
      cure: "For other programs: export HTTPS_PROXY=http://127.0.0.1:5000 (the server's plain HTTP address), or a line in /etc/hosts per vault.",
    }
  }
}
