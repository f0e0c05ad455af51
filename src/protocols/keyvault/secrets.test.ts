import { describe, expect, test } from "vitest"
import { testNow } from "../../../test/context.ts"
import { type BootedVault, bootVault, contentsOf } from "../../../test/boot-vault.ts"

const version = "?api-version=7.4"
const retention = 90 * 86_400

const attributes = {
  enabled: true,
  created: testNow,
  updated: testNow,
  recoveryLevel: "Recoverable+Purgeable",
  recoverableDays: 90,
}

function errorBody(code: string, message: string, innerCode?: string) {
  return { error: { code, message, ...(innerCode === undefined ? {} : { innererror: { code: innerCode } }) } }
}

interface Bundle {
  id: string
  value?: string
}

interface List {
  value: Bundle[]
  nextLink: string | null
}

async function put({ answer }: BootedVault, name: string, body: object = { value: "v" }): Promise<Bundle> {
  const { status, body: bundle } = await answer("PUT", `/secrets/${name}${version}`, { body })
  expect(status).toBe(200)
  return bundle as Bundle
}

/** Follows nextLink to the end, as clients do: unchanged. */
async function followPages(opened: BootedVault, path: string): Promise<Bundle[][]> {
  const { booted, token, url } = opened
  const pages: Bundle[][] = []
  let next: string | null = `${url}${path}`
  while (next !== null) {
    const response = await booted.send("GET", next, { token })
    expect(response.status).toBe(200)
    const list = (await response.json()) as List
    pages.push(list.value)
    next = list.nextLink
  }
  return pages
}

describe("200", () => {
  test("set answers the value, the id with its port, and the attributes", async () => {
    const { answer, url } = await bootVault()
    const body = {
      value: "Grüße 🔑",
      contentType: "text/plain",
      tags: { a: "b", "file-encoding": "utf-8" },
      attributes: { enabled: true, nbf: 1, exp: 2 },
    }

    const { status, body: bundle } = await answer("PUT", `/secrets/Db-1${version}`, { body })

    expect(status).toBe(200)
    expect(bundle).toEqual({
      value: body.value,
      id: expect.stringMatching(new RegExp(`^${url}/secrets/Db-1/[0-9a-f]{32}$`)),
      contentType: "text/plain",
      attributes: { ...attributes, nbf: 1, exp: 2 },
      tags: body.tags,
    })
  })

  test("get answers the newest version, or the one that is named", async () => {
    const opened = await bootVault()
    const first = await put(opened, "s", { value: "1" })
    const second = await put(opened, "s", { value: "2" })

    const newest = await opened.answer("GET", `/secrets/s/${version}`)
    const named = await opened.answer("GET", `${new URL(first.id).pathname}${version}`)

    expect(newest).toEqual({ status: 200, body: { value: "2", id: second.id, attributes } })
    expect(named).toEqual({ status: 200, body: { value: "1", id: first.id, attributes } })
  })

  test("members that are null are as if they were absent", async () => {
    const opened = await bootVault()

    const bundle = await put(opened, "s", {
      value: "v",
      contentType: null,
      tags: null,
      attributes: { exp: null },
    })

    expect(bundle).toEqual({ value: "v", id: bundle.id, attributes })
  })

  test("update answers no value, moves updated and keeps what is not given", async () => {
    const opened = await bootVault()
    const { id } = await put(opened, "s", { value: "v", contentType: "text/plain", tags: { a: "b" } })
    opened.booted.clock.advance(60)

    const answered = await opened.answer("PATCH", `/secrets/s/${version}`, {
      body: { attributes: { enabled: false, exp: 1893456000 } },
    })

    expect(answered).toEqual({
      status: 200,
      body: {
        id,
        contentType: "text/plain",
        attributes: { ...attributes, enabled: false, exp: 1893456000, updated: testNow + 60 },
        tags: { a: "b" },
      },
    })
  })

  test("delete, look at, recover: each with the shape of its kind", async () => {
    const opened = await bootVault()
    const { answer, url } = opened
    const { id } = await put(opened, "s")
    const deletion = {
      recoveryId: `${url}/deletedsecrets/s`,
      deletedDate: testNow,
      scheduledPurgeDate: testNow + retention,
    }

    expect(await answer("DELETE", `/secrets/s${version}`)).toEqual({
      status: 200,
      body: { id, attributes, ...deletion },
    })
    expect(await answer("GET", `/deletedsecrets/s${version}`)).toEqual({
      status: 200,
      body: { id, attributes, ...deletion },
    })
    expect(await answer("GET", `/deletedsecrets${version}`)).toEqual({
      status: 200,
      body: { value: [{ id: `${url}/secrets/s`, attributes, ...deletion }], nextLink: null },
    })
    expect(await answer("POST", `/deletedsecrets/s/recover${version}`)).toEqual({
      status: 200,
      body: { id, attributes },
    })
    expect(await answer("GET", `/secrets/s${version}`)).toMatchObject({ status: 200, body: { value: "v" } })
  })

  test("purge answers 204 without a body", async () => {
    const opened = await bootVault()
    await put(opened, "s")
    await opened.answer("DELETE", `/secrets/s${version}`)

    const response = await opened.call("DELETE", `/deletedsecrets/s${version}`)

    expect(response.status).toBe(204)
    expect(await response.text()).toBe("")
    expect((await opened.answer("GET", `/deletedsecrets/s${version}`)).status).toBe(404)
  })

  test("backup answers base64url without padding, and restore takes it", async () => {
    const opened = await bootVault()
    const { answer } = opened
    const { id } = await put(opened, "s")
    const { body } = await answer("POST", `/secrets/s/backup${version}`)
    const { value } = body as { value: string }
    await answer("DELETE", `/secrets/s${version}`)
    await answer("DELETE", `/deletedsecrets/s${version}`)

    expect(value).toMatch(/^[0-9A-Za-z_-]+$/)
    expect(await answer("POST", `/secrets/restore${version}`, { body: { value } })).toEqual({
      status: 200,
      body: { id, attributes },
    })
    expect(await answer("GET", `/secrets/s${version}`)).toMatchObject({ body: { value: "v", id } })
  })

  test("restore takes a backup that is longer than other bodies may be", async () => {
    const opened = await bootVault()
    const { answer } = opened
    for (let at = 0; at < 40; at += 1) await put(opened, "s", { value: "x".repeat(25_600) })
    const { body } = await answer("POST", `/secrets/s/backup${version}`)
    await answer("DELETE", `/secrets/s${version}`)
    await answer("DELETE", `/deletedsecrets/s${version}`)

    const restored = await answer("POST", `/secrets/restore${version}`, { body })

    expect((body as { value: string }).value.length).toBeGreaterThan(1_048_576)
    expect(restored.status).toBe(200)
  })

  test("lists tell ids and no values; those of versions name the version", async () => {
    const opened = await bootVault()
    const { answer, url } = opened
    const first = await put(opened, "s", { value: "1", contentType: "text/plain" })
    const second = await put(opened, "s", { value: "2", tags: { a: "b" } })

    expect(await answer("GET", `/secrets${version}`)).toEqual({
      status: 200,
      body: { value: [{ id: `${url}/secrets/s`, attributes, tags: { a: "b" } }], nextLink: null },
    })
    expect(await answer("GET", `/secrets/s/versions${version}`)).toEqual({
      status: 200,
      body: {
        value: [
          { id: first.id, contentType: "text/plain", attributes },
          { id: second.id, attributes, tags: { a: "b" } },
        ],
        nextLink: null,
      },
    })
  })

  test("a name of 127 characters and a value of 25,600 bytes fit", async () => {
    const opened = await bootVault()
    const name = "n".repeat(127)

    await put(opened, name, { value: "x".repeat(25_600) })

    expect(await opened.answer("GET", `/secrets/${name}${version}`)).toMatchObject({
      status: 200,
      body: { value: "x".repeat(25_600) },
    })
  })

  test.each([
    [90, false, "Recoverable+Purgeable"],
    [90, true, "Recoverable"],
    [7, false, "CustomizedRecoverable+Purgeable"],
    [89, true, "CustomizedRecoverable"],
  ])(
    "recoveryLevel of %i days and purge protection %s is %s",
    async (days, purgeProtection, recoveryLevel) => {
      const opened = await bootVault({ vault: { softDeleteRetentionDays: days, purgeProtection } })
      await put(opened, "s")

      expect(await opened.answer("GET", `/secrets/s${version}`)).toMatchObject({
        body: { attributes: { recoveryLevel, recoverableDays: days } },
      })
    },
  )

  test("before 7.1 nothing told recoverableDays", async () => {
    const opened = await bootVault()
    await put(opened, "s")
    const { recoverableDays: _days, ...older } = attributes

    expect(await opened.answer("GET", "/secrets/s?api-version=7.0")).toMatchObject({
      body: { attributes: older },
    })
    expect(JSON.stringify(await opened.answer("GET", "/secrets/s?api-version=7.0"))).not.toContain(
      "recoverableDays",
    )
  })
})

describe("paging", () => {
  const names = Array.from({ length: 60 }, (_, at) => `secret-${String(at).padStart(2, "0")}`)

  async function openWithSixty(): Promise<BootedVault> {
    const opened = await bootVault()
    for (const name of names) await put(opened, name)
    return opened
  }

  test.each([
    ["", [25, 25, 10]],
    ["&maxresults=25", [25, 25, 10]],
    ["&maxresults=7", [7, 7, 7, 7, 7, 7, 7, 7, 4]],
    ["&maxresults=1", Array.from({ length: 60 }, () => 1)],
  ])("shows all of 60 secrets, each once, with %j", async (size, lengths) => {
    const opened = await openWithSixty()

    const pages = await followPages(opened, `/secrets${version}${size}`)

    expect(pages.map((page) => page.length)).toEqual(lengths)
    expect(pages.flat().map(({ id }) => id)).toEqual(names.map((name) => `${opened.url}/secrets/${name}`))
  })

  test("leads on by an absolute address with our port, api-version and page size", async () => {
    const opened = await openWithSixty()

    const { body } = await opened.answer("GET", `/secrets${version}&maxresults=10`)

    const { nextLink } = body as List
    expect(nextLink).toMatch(
      /^https:\/\/kv1\.vault\.localhost:8443\/secrets\?api-version=7\.4&\$skiptoken=[0-9A-Za-z_-]+&maxresults=10$/,
    )
  })

  test("loses nothing when secrets are deleted while pages are turned", async () => {
    const opened = await openWithSixty()
    const { body } = await opened.answer("GET", `/secrets${version}`)
    const { nextLink } = body as List
    for (const name of ["secret-00", "secret-24", "secret-25"])
      await opened.answer("DELETE", `/secrets/${name}${version}`)

    const rest = await followPages(opened, (nextLink ?? "").slice(opened.url.length))

    expect(rest.flat().map(({ id }) => id.split("/").at(-1))).toEqual(names.slice(26))
  })

  test("pages versions and deleted secrets alike", async () => {
    const opened = await bootVault()
    for (let at = 0; at < 3; at += 1) await put(opened, "s", { value: String(at) })
    for (const name of ["a", "b", "c"]) {
      await put(opened, name)
      await opened.answer("DELETE", `/secrets/${name}${version}`)
    }

    const versions = await followPages(opened, `/secrets/S/versions${version}&maxresults=2`)
    const deleted = await followPages(opened, `/deletedsecrets${version}&maxresults=1`)

    expect(versions.map((page) => page.length)).toEqual([2, 1])
    expect(deleted.flat().map(({ id }) => id)).toEqual(
      ["a", "b", "c"].map((name) => `${opened.url}/secrets/${name}`),
    )
  })

  test.each(["0", "26", "-1", "1.5", "ten", "", "1&maxresults=2"])("refuses maxresults=%s", async (given) => {
    const { answer } = await bootVault()

    const { status, body } = await answer("GET", `/secrets${version}&maxresults=${given}`)

    expect(status).toBe(400)
    expect(body).toEqual(errorBody("BadParameter", "maxresults must be a whole number from 1 to 25"))
  })

  test("refuses a $skiptoken that was changed, made up, or of another list", async () => {
    const opened = await openWithSixty()
    const { body } = await opened.answer("GET", `/secrets${version}`)
    const token = /skiptoken=([^&]+)/.exec((body as List).nextLink ?? "")?.[1] ?? ""
    const marker = Buffer.from(JSON.stringify(["SECRET-10", "AAAAAAAA"])).toString("base64url")

    const tokens = [
      `${token}A`,
      token.slice(1),
      `${token}=`,
      marker,
      "",
      "x",
      Buffer.from("null").toString("base64url"),
    ]
    for (const path of [
      ...tokens.map((bad) => `/secrets${version}&$skiptoken=${bad}`),
      `/deletedsecrets${version}&$skiptoken=${token}`,
    ]) {
      expect(await opened.answer("GET", path)).toEqual({
        status: 400,
        body: errorBody(
          "BadParameter",
          "The $skiptoken is not one of this list. Start again with the first page",
        ),
      })
    }
  })
})

describe("400", () => {
  const name = (shown: string) =>
    `The request URI contains an invalid name: ${shown}. A name has 1 to 127 characters out of 0-9, a-z, A-Z and -`

  test.each([
    ["a%2Fb", name("a/b")],
    ["a_b", name("a_b")],
    ["%C3%A4", name("ä")],
    ["a%00b", name("a\u0000b")],
    ["n".repeat(128), name("n".repeat(128))],
    // Longer than many routers read a name, which then answer in words that are not the vault's.
    ["n".repeat(5000), name(`${"n".repeat(160)}… (5000 characters)`)],
    ["n".repeat(4000), name(`${"n".repeat(160)}… (4000 characters)`)],
    ["%zz", name("%zz")],
  ])("no secret can be called %s", async (segment, message) => {
    const opened = await bootVault()
    const before = await contentsOf(opened)

    for (const method of ["PUT", "GET", "PATCH", "DELETE"]) {
      const options = method === "GET" ? {} : { body: { value: "v" } }
      expect(await opened.answer(method, `/secrets/${segment}${version}`, options)).toEqual({
        status: 400,
        body: errorBody("BadParameter", message),
      })
    }
    expect(await contentsOf(opened)).toEqual(before)
  })

  const tooManyTags = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`t${at}`, ""]))

  test.each<[string, unknown, string]>([
    ["no body", undefined, "The request has no body; a JSON object is expected"],
    ["an empty body", "", "The request has no body; a JSON object is expected"],
    ["invalid JSON", '{"value": "se', "The request body is not valid JSON in UTF-8"],
    ["a list", [], "The request body must be a JSON object"],
    ["null", "null", "The request body must be a JSON object"],
    ["no value", {}, "Property value is missing. It is a string and required"],
    ["a null value", { value: null }, "Property value is missing. It is a string and required"],
    ["a number as value", { value: 1 }, "Property value must be a string"],
    ["a number as content type", { value: "v", contentType: 1 }, "Property contentType must be a string"],
    ["text as tags", { value: "v", tags: "a" }, "Property tags must be an object"],
    ["a list as tags", { value: "v", tags: [] }, "Property tags must be an object"],
    ["a number in a tag", { value: "v", tags: { a: 1 } }, "Property tags must hold strings only"],
    ["text as attributes", { value: "v", attributes: "a" }, "Property attributes must be an object"],
    [
      "text as enabled",
      { value: "v", attributes: { enabled: "true" } },
      "Property enabled must be true or false",
    ],
    [
      "a date as exp",
      { value: "v", attributes: { exp: "2030-01-01" } },
      "Property exp must be a whole number",
    ],
    ["a fraction as nbf", { value: "v", attributes: { nbf: 1.5 } }, "Property nbf must be a whole number"],
    [
      "a negative exp",
      { value: "v", attributes: { exp: -1 } },
      "The attribute exp must be whole seconds since 1970 (0 to 253402300799)",
    ],
    [
      "exp before nbf",
      { value: "v", attributes: { nbf: 2, exp: 1 } },
      "The attribute exp must not be earlier than nbf",
    ],
    [
      "a value of 25,601 bytes",
      { value: "x".repeat(25_601) },
      "The value has 25601 bytes in UTF-8; a secret has at most 25600",
    ],
    [
      "half of a surrogate pair",
      '{"value": "\\ud800"}',
      "A text in value is not valid Unicode: it holds half of a surrogate pair",
    ],
    ["16 tags", { value: "v", tags: tooManyTags }, "There are 16 tags; an object has at most 15"],
    [
      "a long content type",
      { value: "v", contentType: "c".repeat(256) },
      "A text in contentType has 256 characters; at most 255 are allowed",
    ],
    [
      "a body of 2 MB",
      "x".repeat(2_000_000),
      "The request body is too large. At most 1048576 bytes are read",
    ],
  ])("%s is refused and changes nothing", async (_what, body, message) => {
    const opened = await bootVault()
    await put(opened, "s", { value: "stays" })
    const before = await contentsOf(opened)

    const answered = await opened.answer("PUT", `/secrets/s${version}`, { body })

    expect(answered).toEqual({ status: 400, body: errorBody("BadParameter", message) })
    expect(await contentsOf(opened)).toEqual(before)
  })

  test.each([
    ["no base64", "!", "Property value must be a backup in base64url, as the backup operation answered it"],
    [
      "nothing of ours",
      "AAAA",
      "The backup cannot be restored: it was changed, is not of a secret, or was made in another installation or subscription",
    ],
  ])("restore refuses %s", async (_what, value, message) => {
    const { answer } = await bootVault()

    expect(await answer("POST", `/secrets/restore${version}`, { body: { value } })).toEqual({
      status: 400,
      body: errorBody("BadParameter", message),
    })
  })
})

describe("403", () => {
  test("a disabled secret does not tell its value, and can be enabled again", async () => {
    const opened = await bootVault()
    const { answer } = opened
    await put(opened, "s", { value: "v", attributes: { enabled: false } })

    expect(await answer("GET", `/secrets/s${version}`)).toEqual({
      status: 403,
      body: errorBody("Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled"),
    })
    expect((await answer("GET", `/secrets${version}`)).status).toBe(200)
    await answer("PATCH", `/secrets/s${version}`, { body: { attributes: { enabled: true } } })
    expect((await answer("GET", `/secrets/s${version}`)).status).toBe(200)
  })

  test("a role on one secret opens that one only", async () => {
    const opened = await bootVault({ role: "Key Vault Secrets Officer", at: "/secrets/mine" })
    await put(opened, "mine")

    expect((await opened.answer("GET", `/secrets/mine${version}`)).status).toBe(200)
    expect((await opened.answer("GET", `/secrets/mine/versions${version}`)).status).toBe(200)
    expect((await opened.answer("GET", `/secrets/yours${version}`)).status).toBe(403)
    expect((await opened.answer("GET", `/secrets${version}`)).status).toBe(403)
  })

  test("a vault with purge protection purges nothing by hand", async () => {
    const opened = await bootVault({ vault: { purgeProtection: true } })
    await put(opened, "s")
    await opened.answer("DELETE", `/secrets/s${version}`)

    expect(await opened.answer("DELETE", `/deletedsecrets/s${version}`)).toEqual({
      status: 403,
      body: errorBody(
        "Forbidden",
        'The vault "kv1" is protected against purging. The secret "s" goes by itself when its retention ends',
      ),
    })
  })
})

describe("404", () => {
  const help = "If you deleted this secret recently, you may be able to recover it."

  test.each([
    ["GET", "/secrets/absent", "absent"],
    ["GET", `/secrets/absent/${"0".repeat(32)}`, `absent/${"0".repeat(32)}`],
    ["PATCH", "/secrets/absent", "absent"],
    ["DELETE", "/secrets/absent", "absent"],
    ["GET", "/secrets/absent/versions", "absent"],
    ["POST", "/secrets/absent/backup", "absent"],
    ["GET", "/secrets/there/nothing", "there/nothing"],
  ])("%s %s names what was not found", async (method, path, shown) => {
    const opened = await bootVault()
    await put(opened, "there")

    const options = method === "GET" ? {} : { body: {} }
    expect(await opened.answer(method, `${path}${version}`, options)).toEqual({
      status: 404,
      body: errorBody(
        "SecretNotFound",
        `A secret with (name/id) ${shown} was not found in this key vault. ${help}`,
      ),
    })
  })

  test.each([
    ["GET", "/deletedsecrets/there"],
    ["DELETE", "/deletedsecrets/there"],
    ["POST", "/deletedsecrets/there/recover"],
  ])("%s %s looks for deleted secrets only", async (method, path) => {
    const opened = await bootVault()
    await put(opened, "there")

    expect(await opened.answer(method, `${path}${version}`)).toEqual({
      status: 404,
      body: errorBody("SecretNotFound", "Deleted Secret not found: there"),
    })
  })
})

describe("409", () => {
  test("the name of a deleted secret cannot be set or restored", async () => {
    const opened = await bootVault()
    const { answer } = opened
    await put(opened, "s")
    const { body: backup } = await answer("POST", `/secrets/s/backup${version}`)
    await answer("DELETE", `/secrets/s${version}`)

    const expected = {
      status: 409,
      body: errorBody(
        "Conflict",
        "Secret s is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
      ),
    }
    expect(await answer("PUT", `/secrets/s${version}`, { body: { value: "v" } })).toEqual(expected)
    expect(await answer("POST", `/secrets/restore${version}`, { body: backup })).toEqual(expected)
  })

  test("a backup is not restored over a secret that is there", async () => {
    const opened = await bootVault()
    const { answer } = opened
    const { id } = await put(opened, "s")
    const { body: backup } = await answer("POST", `/secrets/s/backup${version}`)

    expect(await answer("POST", `/secrets/restore${version}`, { body: backup })).toEqual({
      status: 409,
      body: errorBody(
        "Conflict",
        'The name "s" is taken. Delete and purge that secret first, or restore into another vault',
      ),
    })
    expect(await answer("GET", `/secrets/s${version}`)).toMatchObject({ body: { id } })
  })
})
