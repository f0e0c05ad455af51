import type { FastifyReply, FastifyRequest } from "fastify"
import type { Vault } from "../../domain/vaults/index.ts"
import { responseHeaders } from "../../wire/keyvault.ts"
import { clientRequestId } from "../correlation.ts"

/** @see contracts/keyvault.md 1.6 */
export function setResponseHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(responseHeaders)
  reply.header("x-ms-request-id", request.id)
  reply.header("x-ms-keyvault-network-info", networkInfo(request.ip))
  const echoed = clientRequestId(request)
  if (echoed !== undefined) reply.header("x-ms-client-request-id", echoed)
}

export function setVaultHeaders(reply: FastifyReply, vault: Vault): void {
  reply.header("x-ms-keyvault-region", vault.location)
}

function networkInfo(address: string): string {
  const isIpv6 = address.includes(":")
  return isIpv6
    ? `conn_type=Ipv6;addr=${address};act_addr_fam=InterNetworkV6;`
    : `conn_type=Ipv4;addr=${address};act_addr_fam=InterNetwork;`
}
