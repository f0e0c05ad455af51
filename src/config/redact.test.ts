import { expect, test } from "vitest"
import { loadConfig } from "./load.ts"
import { redactConfig } from "./redact.ts"
import { optionNames, options, toFlag } from "./schema.ts"

const load = (argv: string[]) =>
  loadConfig({ argv, env: { HOME: "/home/ada" }, readFile: () => "", directory: "/w" })

test("a printed configuration shows what is set, by option name", async () => {
  const printed = redactConfig(await load(["--port", "1", "--app-tokens-issuer", "me"]))

  expect(printed).toMatchObject({
    port: 1,
    "appTokens.issuer": "me",
    store: expect.stringMatching(/^sqlite:\//),
  })
  expect(Object.keys(printed)).not.toContain("seed")
})

test("a printed configuration hides every reference to a secret", async () => {
  const secrets = optionNames.filter((name) => options[name].secret && name !== "rootPassphraseFile")
  const argv = secrets.flatMap((name) => [toFlag(name), "HUNTER2"])

  const printed = redactConfig(await load([...argv, "--tls-certificate", "c"]))

  expect(secrets.map((name) => printed[name])).toEqual(secrets.map(() => "***"))
  expect(JSON.stringify(printed)).not.toContain("HUNTER2")
})
