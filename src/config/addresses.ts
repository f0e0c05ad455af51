/**
 * What to bind for a host. `localhost` is both loopback addresses: which of them a client tries first
 * differs from one to the next.
 */
export function listenAddresses(host: string): string[] {
  return host === "localhost" ? ["127.0.0.1", "::1"] : [host]
}
