/**
 * Requests that another web site makes a browser send. They matter where the browser adds the
 * credential by itself: a session cookie, or a sign-in that sets one. `SameSite=Lax` alone lets a
 * top-level GET through, and granting a token is a GET here.
 * @see contracts/app-tokens.md 1.10 (state-changing GET with a cookie)
 * @see Fetch Metadata Request Headers, https://www.w3.org/TR/fetch-metadata/
 */
import type { FastifyRequest } from "fastify"
import { asksForLoopback } from "../loopback-host.ts"
import { AppTokenError } from "./errors.ts"

/**
 * Lets through what a browser says is of our own pages or typed by the user, and what no browser sent.
 * The first row that fits decides:
 *
 * | The request has | It is let through |
 * | --- | --- |
 * | `X-Requested-With` | yes: another site cannot add it without a preflight, which we never answer |
 * | `Sec-Fetch-Site` | when it is `same-origin` or `none` |
 * | `Origin`, or else `Referer` | when it names the host that was asked |
 * | `Upgrade-Insecure-Requests` | no: an old browser follows a link |
 * | none of these | yes: curl, PowerShell and other programs |
 *
 * @throws AppTokenError `crossSiteRequest`
 */
export function assertNotCrossSite({ headers }: FastifyRequest): void {
  if (headers["x-requested-with"] !== undefined) return
  const site = headers["sec-fetch-site"]
  const source = headers.origin ?? headers.referer
  if (site !== undefined) return assert(site === "same-origin" || site === "none")
  if (source !== undefined) return assert(hostOf(source) === headers.host?.toLowerCase())
  assert(headers["upgrade-insecure-requests"] === undefined)
}

/**
 * Refuses what the loopback listener gets under another host name.
 *
 * @throws AppTokenError `wrongHost`
 */
export function assertLoopbackHost(request: FastifyRequest): void {
  if (asksForLoopback(request)) return
  throw new AppTokenError(
    "wrongHost",
    "This address answers to the host names localhost, 127.0.0.1 and [::1] only",
  )
}

function assert(allowed: boolean): void {
  if (allowed) return
  throw new AppTokenError(
    "crossSiteRequest",
    "This request came from another web site. Send it from this server's own pages, or present an app token",
  )
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
