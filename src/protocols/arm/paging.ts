import type { Page } from "../../wire/arm.ts"
import { type ArmCall, queryParam, requireApiVersion } from "./call.ts"
import { invalidContent } from "./errors.ts"

const pageSizeDefault = 100
const pageSizeMax = 1000

/** Which page a list request asks for. @throws ArmError `InvalidRequestContent` - `$top` out of range */
export function pageOf({ request }: ArmCall): { limit: number; after: string | undefined } {
  const top = queryParam(request, "$top") ?? String(pageSizeDefault)
  const limit = /^\d{1,6}$/.test(top) ? Number(top) : 0
  if (limit < 1) throw invalidContent("The parameter $top must be a whole number from 1.", "$top")
  const token = queryParam(request, "$skiptoken")
  const after = token === undefined ? undefined : Buffer.from(token, "base64url").toString("utf8")
  return { limit: Math.min(limit, pageSizeMax), after }
}

/** A page, with the address of the next one on our own host, whatever host the request named. */
export function toPage<T>(call: ArmCall, value: T[], next: string | undefined): Page<T> {
  if (next === undefined) return { value }
  const { context, request } = call
  const link = new URL(request.url.split("?", 1)[0] ?? "/", context.endpoints.resourceManager)
  link.searchParams.set("api-version", requireApiVersion(request))
  link.searchParams.set("$top", String(pageOf(call).limit))
  link.searchParams.set("$skiptoken", Buffer.from(next, "utf8").toString("base64url"))
  return { value, nextLink: link.href }
}
