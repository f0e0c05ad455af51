// Answers a cached `account get-access-token` with `node:fs` alone: loading anything more would double its time.
// It reads what src/cli/state/profile.ts and src/sdk/token-cache.ts write, and prints the same bytes as
// src/cli/commands/account-get-access-token.ts; test/cli/access-token.test.ts compares the two. Whatever it does not
// understand to the letter, the whole CLI answers.
"use strict"

const { readFileSync, writeSync } = require("node:fs")

const expiryMarginSeconds = 300
const long = {
  "--resource": "resource",
  "--scope": "scope",
  "--tenant": "tenant",
  "--subscription": "subscription",
  "--output": "output",
}
const short = { "-t": "tenant", "-s": "subscription", "-o": "output" }

/** Prints the token and answers true, or prints nothing and answers false when it takes the whole CLI. */
exports.answerFromCache = (argv, env) => {
  if (argv[0] !== "account" || argv[1] !== "get-access-token") return false
  try {
    const wanted = parse(argv)
    const answer = wanted && find(wanted, configFolder(env))
    return answer !== undefined && print(answer)
  } catch {
    return false
  }
}

function parse(argv) {
  const wanted = {}
  for (let at = 2; at < argv.length; at += 2) {
    const name = long[argv[at]] || short[argv[at]]
    const value = argv[at + 1]
    if (!name || !value || value[0] === "-" || wanted[name] !== undefined) return undefined
    wanted[name] = value
  }
  if (wanted.output !== undefined && wanted.output !== "json") return undefined
  if (wanted.tenant !== undefined && wanted.subscription !== undefined) return undefined
  return wanted
}

function configFolder(env) {
  if (env.KEYBEARER_CONFIG_DIR) return env.KEYBEARER_CONFIG_DIR
  const state = env.XDG_STATE_HOME
  if (state && state[0] === "/") return `${state}/keybearer`
  return `${env.HOME || require("node:os").homedir()}/.local/state/keybearer`
}

function find(wanted, folder) {
  const { version, clouds, subscriptions } = read(`${folder}/profile.json`)
  if (version !== 1) return undefined
  const id = wanted.subscription && wanted.subscription.toLowerCase()
  const subscription = subscriptions.find((one) =>
    id === undefined ? one.isDefault : one.id.toLowerCase() === id || one.name.toLowerCase() === id,
  )
  const cloud = subscription && clouds.find((one) => one.authority === subscription.authority)
  if (!cloud || (wanted.tenant !== undefined && wanted.tenant !== subscription.tenantId)) return undefined

  const scope = wanted.scope || `${wanted.resource || cloud.resourceManagerAudience}/.default`
  const account = accountOf(subscription.user)
  const now = Math.floor(Date.now() / 1000)
  const cached = read(`${folder}/tokens.json`).tokens.find(
    (one) =>
      one.authority === cloud.authority &&
      one.tenantId === subscription.tenantId &&
      one.account === account &&
      one.scope === scope &&
      one.expiresAt - now >= expiryMarginSeconds,
  )
  return cached && toAnswer(cached, subscription, wanted.tenant)
}

/** What the account is called in the token cache. */
function accountOf({ name, assignedIdentityInfo }) {
  if (assignedIdentityInfo === undefined) return name
  return assignedIdentityInfo === "MSI"
    ? "systemAssignedIdentity"
    : assignedIdentityInfo.slice("MSIClient-".length)
}

function toAnswer({ token, expiresAt }, subscription, tenant) {
  return {
    accessToken: token,
    expiresOn: toLocalTime(new Date(expiresAt * 1000)),
    expires_on: expiresAt,
    subscription: tenant === undefined ? subscription.id : undefined,
    tenant: tenant === undefined ? subscription.tenantId : tenant,
    tokenType: "Bearer",
  }
}

function toLocalTime(time) {
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-")
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.000000`
}

function two(value) {
  return value < 10 ? `0${value}` : String(value)
}

function read(path) {
  return JSON.parse(readFileSync(path, "utf8"))
}

function print(answer) {
  const bytes = Buffer.from(`${JSON.stringify(answer, null, 2)}\n`)
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      // A pipe that is full for now is left to the stream, which waits; one that nobody reads needs nothing more.
      if (error.code === "EAGAIN") process.stdout.write(bytes.subarray(at))
      return true
    }
  }
  return true
}
