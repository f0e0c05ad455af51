/** What the HTTP server itself refuses: a body over the limit, or a request that cannot be read as it stands. */
export type ListenerRefusal = "bodyTooLarge" | "malformed"

/** Why the HTTP server refused a request before any code of a surface ran; undefined for every other error. */
export function findListenerRefusal(thrown: unknown): ListenerRefusal | undefined {
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode
  if (status === 413) return "bodyTooLarge"
  return typeof status === "number" && status >= 400 && status < 500 ? "malformed" : undefined
}
