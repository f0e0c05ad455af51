import { readFile, writeFile } from "node:fs/promises"
import { findAudience, trimSlashes } from "../cloud.ts"
import { defineCommand, type Options, type Values } from "../command.ts"
import { usageError } from "../errors.ts"
import { toJson } from "../output.ts"
import type { Account, Session } from "../session.ts"
import { expectSuccess, type HttpAnswer, isLoopbackHost } from "../../sdk/index.ts"

const options = {
  url: {
    value: "URL",
    short: "u",
    aliases: ["uri"],
    required: true,
    positional: true,
    sentence: "Address; a path alone is the resource manager's. {subscriptionId} is filled in.",
  },
  method: {
    value: "METHOD",
    short: "m",
    choices: ["get", "post", "put", "patch", "delete", "head", "options"],
    sentence: "Default get, or post with a body.",
  },
  body: { value: "TEXT", short: "b", sentence: "What is sent: text, or @FILE, or @- for standard input." },
  headers: { value: "NAME=VALUE", many: true, sentence: "Further headers." },
  resource: { value: "RESOURCE", sentence: "What the token is for, when the address does not tell." },
  "skip-authorization-header": { sentence: "Sends no token." },
  "output-file": { value: "FILE", sentence: "Where the answer is written instead." },
} as const satisfies Options

type Given = Values<typeof options>

export const command = defineCommand({
  options,
  examples: [
    {
      does: "The secrets of a vault",
      line: 'rest --url "https://demo.vault.localhost:8443/secrets?api-version=7.4"',
    },
    {
      does: "Sign with a key",
      line: 'rest --method post --url "https://demo.vault.azure.net/keys/k/sign?api-version=7.4" --body @body.json',
    },
  ],
  toText: (answer: unknown) => (typeof answer === "string" ? answer : toJson(answer)),
  run: async (given, session) => {
    const account = await session.account()
    const url = readUrl(given.url, account)
    const body = given.body === undefined ? undefined : await readBody(given.body, session)
    const headers = {
      ...defaultHeaders(body),
      ...readHeaders(given.headers),
      ...(await authorization(url, given, account, session)),
    }
    const method = (given.method ?? (body === undefined ? "get" : "post")).toUpperCase()
    const answer = await account.http.send({ url, method, headers, ...(body === undefined ? {} : { body }) })
    return handOut(expectSuccess(answer), given["output-file"])
  },
})

function readUrl(given: string, { cloud, subscription }: Account): URL {
  const filled = given.replaceAll("{subscriptionId}", subscription.id)
  const address = filled.startsWith("/") ? `${trimSlashes(cloud.resourceManager)}${filled}` : filled
  if (URL.canParse(address) && /^https?:/i.test(address)) return new URL(address)
  throw usageError(`argument --url: not a web address: '${given}'`)
}

/** @throws CliError exit code 2 rather than send a token in clear text */
async function authorization(
  url: URL,
  given: Given,
  account: Account,
  session: Session,
): Promise<Record<string, string>> {
  if (given["skip-authorization-header"] || hasAuthorization(given.headers)) return {}
  const audience = given.resource ?? findAudience(account.cloud, url)
  if (audience === undefined) {
    session.warn(
      "Can't derive appropriate Azure AD resource from --url to acquire an access token. " +
        "If access token is required, use --resource to specify the resource",
    )
    return {}
  }
  if (url.protocol !== "https:" && !isLoopbackHost(url.hostname)) {
    throw usageError("argument --url: a token is not sent without https", [
      "Add --skip-authorization-header to send none.",
    ])
  }
  const source = await account.tokenSource()
  const { token } = await source.getToken(`${audience}/.default`)
  session.redactor.add(token)
  return { authorization: `Bearer ${token}` }
}

function hasAuthorization(headers: readonly string[] = []): boolean {
  return headers.some((header) => /^authorization=/i.test(header))
}

async function readBody(given: string, { terminal }: Session): Promise<string> {
  if (given === "@-") return terminal.readStandardInput()
  return given.startsWith("@") ? readFile(given.slice(1), "utf8") : given
}

function defaultHeaders(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { "content-type": "application/json" }
}

function readHeaders(given: readonly string[] = []): Record<string, string> {
  const pairs = given.map((header) => {
    const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(header) ?? []
    if (name === undefined || value === undefined)
      throw usageError("argument --headers: not of the form NAME=VALUE")
    return [name.toLowerCase(), value] as const
  })
  return Object.fromEntries(pairs)
}

async function handOut({ body }: HttpAnswer, file: string | undefined): Promise<unknown> {
  if (file !== undefined) {
    await writeFile(file, body, { mode: 0o600 })
    return undefined
  }
  const text = body.toString("utf8")
  if (text === "") return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
