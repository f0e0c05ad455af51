import { describe, expect, test } from "vitest"
import { ConfigError } from "./config-error.ts"
import { loadConfig } from "./load.ts"
import type { Environment, ServerConfig } from "./schema.ts"

const home = { HOME: "/home/ada" }

interface Inputs {
  argv?: string[]
  env?: Environment
  files?: Record<string, string>
}

function load({ argv = [], env = home, files = {} }: Inputs): Promise<ServerConfig> {
  const readFile = (path: string) => {
    const text = files[path]
    if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`)
    return text
  }
  return loadConfig({ argv, env, readFile, directory: "/srv" })
}

async function problemsOf(inputs: Inputs): Promise<readonly string[]> {
  const error: unknown = await load(inputs).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ConfigError) return error.problems
  throw new Error("The configuration was accepted, or failed in another way", { cause: error })
}

describe("without any option", () => {
  test("everything has its default, and only this machine is served", async () => {
    expect(await load({})).toEqual({
      config: undefined,
      data: "/home/ada/.local/share/keybearer",
      ephemeral: false,
      store: { backend: "sqlite", path: "/home/ada/.local/share/keybearer/keybearer.db" },
      host: "localhost",
      addresses: ["127.0.0.1", "::1"],
      port: 8443,
      httpPort: 5000,
      publicHost: "localhost",
      publicPort: undefined,
      vaultSuffix: "vault.localhost",
      tlsCertificate: undefined,
      tlsKey: undefined,
      rootKeyFile: undefined,
      rootKeyEnv: "KEYBEARER_ROOT_KEY",
      rootPassphraseFile: undefined,
      seed: undefined,
      bootstrapFile: undefined,
      tenantId: undefined,
      tenantDomain: "keybearer.localhost",
      subscriptionId: undefined,
      region: "local",
      maxBodyBytes: 1_048_576,
      accessTokenLifetimeSeconds: undefined,
      appTokens: {
        signingKeyFile: undefined,
        issuer: "IronmanSoftware",
        audience: "PowerShellUniversal",
        lifetimeDays: 365,
        maxLifetimeDays: 3650,
      },
      identityHeaderSecretFile: undefined,
      logLevel: "info",
      logFormat: "text",
    })
  })

  test("the data directory follows XDG_DATA_HOME, unless that is relative", async () => {
    expect((await load({ env: { ...home, XDG_DATA_HOME: "/xdg" } })).data).toBe("/xdg/keybearer")
    expect((await load({ env: { ...home, XDG_DATA_HOME: "xdg" } })).data).toBe(
      "/home/ada/.local/share/keybearer",
    )
  })

  test("a missing home is a problem that names the way out", async () => {
    expect(await problemsOf({ env: {} })).toEqual([
      "Give --data: its default, $XDG_DATA_HOME/keybearer or ~/.local/share/keybearer, needs HOME to be set",
    ])
    expect((await load({ env: {}, argv: ["--data", "/data"] })).data).toBe("/data")
  })

  test("the configuration is frozen, with its groups", async () => {
    const config = await load({})

    for (const part of [config, config.appTokens, config.store, config.addresses]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

describe("sources", () => {
  const files = { "/etc/keybearer.yaml": "port: 3\nhttpPort: 3\nregion: three\n" }

  test("a flag goes before the environment, that before the file, that before the default", async () => {
    const env = {
      ...home,
      KEYBEARER_PORT: "2",
      KEYBEARER_HTTP_PORT: "2",
      KEYBEARER_CONFIG: "/etc/keybearer.yaml",
    }

    const config = await load({ argv: ["--port", "1"], env, files })

    expect([config.port, config.httpPort, config.region, config.publicHost]).toEqual([
      1,
      2,
      "three",
      "localhost",
    ])
  })

  test("only the value that wins is looked at", async () => {
    const config = await load({ argv: ["--port=1"], env: { ...home, KEYBEARER_PORT: "not a port" } })

    expect(config.port).toBe(1)
  })

  test("flags take their value behind a space or an equals sign, and the last one wins", async () => {
    const config = await load({ argv: ["--region", "a", "--region=b=c", "--ephemeral", "--no-ephemeral"] })

    expect([config.region, config.ephemeral]).toEqual(["b=c", false])
  })

  test.each([
    [["--ephemeral"], true],
    [["--ephemeral=true"], true],
    [["--ephemeral=false"], false],
    [["--no-ephemeral"], false],
  ])("%j sets a switch to %j", async (argv, expected) => {
    expect((await load({ argv })).ephemeral).toBe(expected)
  })

  test("an empty environment variable counts as not set", async () => {
    expect((await load({ env: { ...home, KEYBEARER_PORT: "" } })).port).toBe(8443)
  })

  test("environment variables that are no options are none of our business", async () => {
    await expect(load({ env: { ...home, KEYBEARER_SERVICE_HOST: "10.0.0.1" } })).resolves.toBeDefined()
  })

  test("groups are nested in a file, joined in a flag and in the environment", async () => {
    const config = await load({
      argv: ["--config", "/c.yaml", "--app-tokens-issuer", "flag"],
      env: { ...home, KEYBEARER_APP_TOKENS_AUDIENCE: "environment" },
      files: { "/c.yaml": "appTokens:\n  lifetimeDays: 30\n  signingKeyFile: keys/app\n" },
    })

    expect(config.appTokens).toEqual({
      signingKeyFile: "/keys/app",
      issuer: "flag",
      audience: "environment",
      lifetimeDays: 30,
      maxLifetimeDays: 3650,
    })
  })

  test("relative paths begin at the working directory, in a file at that file", async () => {
    const config = await load({
      argv: ["--config", "etc/keybearer.json", "--data", "data"],
      env: { ...home, KEYBEARER_BOOTSTRAP_FILE: "out.json" },
      files: {
        "/srv/etc/keybearer.json":
          '{ "seed": "seed.yaml", "tlsKey": "/tls/key.pem", "tlsCertificate": "../c" }',
      },
    })

    expect(config).toMatchObject({
      config: "/srv/etc/keybearer.json",
      data: "/srv/data",
      bootstrapFile: "/srv/out.json",
      seed: "/srv/etc/seed.yaml",
      tlsKey: "/tls/key.pem",
      tlsCertificate: "/srv/c",
    })
  })

  test("a file may be empty, may leave values empty, and may be JSON with tabs", async () => {
    const withFile = (text: string) => load({ argv: ["--config", "/c"], files: { "/c": text } })

    await expect(withFile("")).resolves.toMatchObject({ port: 8443 })
    await expect(withFile("# nothing\nport:\nappTokens:\n")).resolves.toMatchObject({ port: 8443 })
    await expect(withFile('{\n\t"port": 1,\n\t"ephemeral": true\n}')).resolves.toMatchObject({
      port: 1,
      ephemeral: true,
    })
  })
})

describe("problems", () => {
  test("are all told at once, each with its source", async () => {
    const inputs = {
      argv: ["--port", "x", "--config=/c.yaml", "--tls-key", "k"],
      env: { ...home, KEYBEARER_LOG_LEVEL: "loud" },
      files: { "/c.yaml": "maxBodyBytes: 1GB\n" },
    }

    expect(await problemsOf(inputs)).toEqual([
      '--port has to be a whole number from 0 to 65535, not "x"',
      'maxBodyBytes in /c.yaml has to be a whole number from 16384 to 16777216, not "1GB"',
      'KEYBEARER_LOG_LEVEL has to be one of debug, info, warn, error, silent, not "loud"',
      "--tls-certificate and --tls-key belong together: give both or neither",
    ])
    await expect(load(inputs)).rejects.toThrow(
      /^Cannot start: the configuration has 4 problems\n- --port has/,
    )
  })

  test("when there is one, are one line", async () => {
    await expect(load({ argv: ["--port"] })).rejects.toThrow(/^Cannot start: --port needs a value$/)
  })

  test.each([
    [["--prot", "1"], "There is no option --prot. Did you mean --port?"],
    [["--httpPort=1"], "There is no option --httpPort. Did you mean --http-port?"],
    [["--no-port"], "There is no option --no-port. Did you mean --port?"],
    [["--somewhere-else"], "There is no option --somewhere-else"],
    [["--data", "--ephemeral"], "--data needs a value"],
    [["serve"], '"serve" is not expected here: options begin with "--"'],
    [["-p", "1"], '"-p" is not expected here: options begin with "--"'],
    [["--ephemeral=maybe"], '--ephemeral has to be true or false, not "maybe"'],
  ])("of the flags %j are told with what was meant", async (argv, problem) => {
    expect((await problemsOf({ argv }))[0]).toBe(problem)
  })

  test.each([
    ["vaultSufix: a.b", "There is no option vaultSufix in /c.yaml. Did you mean vaultSuffix?"],
    [
      "appTokens: { isuer: a }",
      "There is no option appTokens.isuer in /c.yaml. Did you mean appTokens.issuer?",
    ],
    ["appTokens: text", "There is no option appTokens in /c.yaml"],
    ["__proto__: { port: 1 }", "There is no option __proto__ in /c.yaml"],
    ["config: other.yaml", "config in /c.yaml is not possible: one file cannot name another"],
    ["- port", '/c.yaml has to hold options as "name: value"'],
    ["just text", '/c.yaml has to hold options as "name: value"'],
    ["port: 1\nport: 2", "/c.yaml is neither JSON nor YAML: DUPLICATE_KEY in line 2, column 1"],
    ["port: [8443]", "port in /c.yaml has to be a whole number from 0 to 65535, not [8443]"],
    ["region: 7", "region in /c.yaml has to be text, not 7"],
  ])("of a file with %j are told with their place", async (text, problem) => {
    const [first] = await problemsOf({ argv: ["--config", "/c.yaml"], files: { "/c.yaml": text } })

    expect(first?.startsWith(problem)).toBe(true)
  })

  test("of a file that cannot be read are told with the reason", async () => {
    expect(await problemsOf({ argv: ["--config", "/absent.yaml"] })).toEqual([
      "Cannot read the config file: ENOENT: no such file or directory, open '/absent.yaml'",
    ])
  })

  // A file that is not YAML may be a key that was named by mistake.
  test("of a file never quote it", async () => {
    const files = { "/key.pem": "-----BEGIN KEY-----\n\tsecret: {{ hunter2\n" }

    const error: unknown = await load({ argv: ["--config", "/key.pem"], files }).catch(
      (thrown: unknown) => thrown,
    )

    expect(String(error)).not.toContain("hunter2")
  })

  test("never hold the password in the address of a database", async () => {
    expect(await problemsOf({ argv: ["--store", "postgres://ada:hunter2@db/x"] })).toEqual([
      '--store has to be a path or sqlite:PATH, such as sqlite:/var/lib/keybearer/keybearer.db (in memory: ephemeral), not "postgres://***@db/x"',
    ])
  })

  test("never hold what refers to a secret, since it may be the secret itself", async () => {
    const [problem] = await problemsOf({ argv: ["--root-key-env", "0badc0ffee"] })

    expect(problem).toBe("--root-key-env has to be the name of an environment variable, not what was given")
  })

  test("name Kubernetes when it set the port", async () => {
    const [problem] = await problemsOf({ env: { ...home, KEYBEARER_PORT: "tcp://10.0.0.1:8443" } })

    expect(problem).toContain(
      "Kubernetes sets it for a Service of this name: set enableServiceLinks to false",
    )
  })
})

describe("options that do not go together", () => {
  test.each([
    [["--ephemeral", "--store", "a.db"], "--ephemeral keeps nothing, so it goes without --store"],
    [["--tls-certificate", "c"], "--tls-certificate and --tls-key belong together: give both or neither"],
    [
      ["--root-key-file", "k", "--root-passphrase-file", "p"],
      "There is one root key: give --root-key-file or --root-passphrase-file, not both",
    ],
    [["--port", "5000"], "--port and --http-port cannot both be 5000"],
    [
      ["--public-host", "a.vault.localhost"],
      '--public-host cannot lie below "vault.localhost", where every name is a vault',
    ],
    [
      ["--app-tokens-max-lifetime-days", "30"],
      "--app-tokens-lifetime-days cannot be more than --app-tokens-max-lifetime-days",
    ],
  ])("%j are refused", async (argv, problem) => {
    expect(await problemsOf({ argv })).toEqual([problem])
  })

  test("a free port may be picked for both listeners", async () => {
    await expect(load({ argv: ["--port=0", "--http-port=0"] })).resolves.toMatchObject({
      port: 0,
      httpPort: 0,
    })
  })
})

test("two ports that make no sense are not also told to be the same", async () => {
  expect(await problemsOf({ argv: ["--port", "abc", "--http-port", "99999"] })).toEqual([
    '--port has to be a whole number from 0 to 65535, not "abc"',
    '--http-port has to be a whole number from 0 to 65535, not "99999"',
  ])
})

describe("what follows from the options", () => {
  test.each([
    [["--ephemeral"], ":memory:"],
    [["--data", "/d"], "/d/keybearer.db"],
    [["--store", "own.db"], "/srv/own.db"],
    [["--store", "sqlite:own.db"], "/srv/own.db"],
    [["--store", "sqlite:/own.db"], "/own.db"],
    [["--store", "sqlite:///own.db"], "/own.db"],
  ])("%j puts the store at %s", async (argv, path) => {
    expect((await load({ argv })).store).toEqual({ backend: "sqlite", path })
  })

  test("localhost is both loopback addresses, an address is itself", async () => {
    expect((await load({ argv: ["--host", "LOCALHOST"] })).addresses).toEqual(["127.0.0.1", "::1"])
    expect((await load({ argv: ["--host", "0.0.0.0"] })).addresses).toEqual(["0.0.0.0"])
  })
})
