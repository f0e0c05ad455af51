/**
 * Listening: TLS and loopback sockets, routing by host name, CONNECT tunnels to ourselves, limits
 * before parsing, ids of requests, the request log, and a stop that lets answers finish. It owns no
 * route and no error body of a surface; those are in protocols/.
 *
 * Governing documents: DESIGN 2, contracts/az.md 8.1, RFC 9110 (CONNECT).
 */
export { type Listener, type ListenerOptions, openListener } from "./listener.ts"
export { createLog, type Log, type LogFields, type LogFormat, type LogLevel } from "./log.ts"
export { createSite, type Site, type SiteOptions } from "./site.ts"
