/**
 * What to bind for a host. `localhost` is both loopback addresses: which of them a client tries first
 * differs from one to the next.
 */
export function listenAddresses(host: string): string[] {
  return host === "localhost" ? ["127.0.0.1", "::1"] : [host]
}

/** Whether only this machine reaches the host: an IP address or `localhost`. */
export function isLoopback(host: string): boolean {
  const ipv4 = host.replace(/^::ffff:/, "")
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(ipv4)
}
