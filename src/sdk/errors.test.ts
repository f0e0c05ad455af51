import { describe, test } from "vitest"
import { parseErrorAnswer } from "./errors.ts"

const rows = [
  {
    surface: "the token endpoint",
    status: 401,
    body: {
      error: "invalid_client",
      error_description:
        "AADSTS7000215: Invalid client secret.\r\nTrace ID: t\r\nTimestamp: 2026-01-01 00:00:00Z",
      error_codes: [7000215],
      trace_id: "t",
    },
    expected: {
      code: "invalid_client",
      innerCode: "AADSTS7000215",
      message: "AADSTS7000215: Invalid client secret.\nTrace ID: t\nTimestamp: 2026-01-01 00:00:00Z",
      requestId: "t",
    },
  },
  {
    surface: "Key Vault",
    status: 403,
    body: { error: { code: "Forbidden", message: "No", innererror: { code: "ForbiddenByRbac" } } },
    expected: { code: "Forbidden", innerCode: "ForbiddenByRbac", message: "No", requestId: "from-header" },
  },
  {
    surface: "ARM",
    status: 404,
    body: { error: { code: "ResourceGroupNotFound", message: "Not there", details: [] } },
    expected: { code: "ResourceGroupNotFound", message: "Not there", requestId: "from-header" },
  },
  {
    surface: "Graph",
    status: 403,
    body: {
      error: { code: "Authorization_RequestDenied", message: "No", innerError: { "request-id": "g" } },
    },
    expected: { code: "Authorization_RequestDenied", message: "No", requestId: "g" },
  },
  {
    surface: "the instance metadata service",
    status: 400,
    body: { error: "invalid_request", error_description: "Identity not found" },
    expected: { code: "invalid_request", message: "Identity not found", requestId: "from-header" },
  },
  {
    surface: "managed identity of App Service",
    status: 401,
    body: { statusCode: 401, message: "Wrong header", correlationId: "c" },
    expected: { message: "Wrong header", requestId: "c" },
  },
  {
    surface: "app tokens",
    status: 403,
    body: { errorMessage: "Not yours", code: "forbidden" },
    expected: { message: "Not yours", requestId: "from-header" },
  },
  {
    surface: "problem details",
    status: 409,
    body: { type: "about:blank", title: "Conflict", detail: "It is there", code: "conflict" },
    expected: { code: "conflict", message: "It is there", requestId: "from-header" },
  },
]

describe("an error answer", () => {
  test.for(rows)("of $surface tells code, message and request", ({ status, body, expected }, { expect }) => {
    const headers = { "x-ms-request-id": "from-header" }

    const { kind, code, innerCode, message, requestId, ...error } = parseErrorAnswer({
      status,
      headers,
      text: JSON.stringify(body),
    })

    expect({ kind, status: error.status, code, innerCode, message, requestId }).toEqual({
      kind: "refused",
      status,
      code: undefined,
      innerCode: undefined,
      ...expected,
    })
  })

  test.for([
    ["plain text", "Bad gateway\nmore", "Bad gateway"],
    ["a web page", "<html><body>Oops</body></html>", "The server answered 502 without a reason"],
    ["nothing", "", "The server answered 502 without a reason"],
    ["JSON that is no object", "[1]", "[1]"],
  ] as const)("that is %s tells what it can", ([, text, message], { expect }) => {
    expect(parseErrorAnswer({ status: 502, headers: {}, text }).message).toBe(message)
  })
})
