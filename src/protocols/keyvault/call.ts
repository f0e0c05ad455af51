import type { FastifyReply, FastifyRequest } from "fastify"
import type { Caller } from "../../domain/access/index.ts"
import { findDefaultTenant } from "../../domain/tenants/index.ts"
import { assertTenantOfVault } from "../../domain/vault-objects/index.ts"
import { findVault, type Vault } from "../../domain/vaults/index.ts"
import type { ApiVersion } from "../../wire/keyvault.ts"
import { authenticateCaller } from "../caller.ts"
import type { SurfaceContext } from "../surface.ts"
import { parseApiVersion } from "./api-version.ts"
import { vaultNotFound } from "./errors.ts"
import { setVaultHeaders } from "./response-headers.ts"

/** An authenticated request to a vault: what every operation is given. */
export interface VaultCall {
  context: SurfaceContext
  caller: Caller
  vault: Vault
  apiVersion: ApiVersion
  request: FastifyRequest
}

declare module "fastify" {
  interface FastifyRequest {
    vaultCall: VaultCall | undefined
    /** Where the challenge sends a caller without a good token. */
    challengeTenantId: string | undefined
  }
}

/** Finds out who asks which vault, before anything else of the request is looked at. */
export async function authenticateCall(
  context: SurfaceContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const vaultName = vaultNameOf(request)
  const vault = await findVault(context, vaultName)
  request.challengeTenantId = vault?.tenantId ?? (await findDefaultTenant(context))?.id
  const caller = await authenticateCaller(context, request, "vault")
  request.callerId = caller.principalId
  if (vault === undefined) throw vaultNotFound(vaultName)
  assertTenantOfVault(caller, vault)
  setVaultHeaders(reply, vault)
  request.vaultCall = { context, caller, vault, apiVersion: parseApiVersion(request), request }
}

/** @throws TypeError when the hook above did not run */
export function vaultCallOf(request: FastifyRequest): VaultCall {
  if (request.vaultCall === undefined) throw new TypeError("The request was not authenticated")
  return request.vaultCall
}

/** The first label of the host name; the listener has made sure of the rest. */
function vaultNameOf(request: FastifyRequest): string {
  return (request.headers.host ?? "").split(".", 1)[0] ?? ""
}

/** A parameter of the path. */
export function pathParameter({ request }: VaultCall, name: "name" | "version"): string | undefined {
  return (request.params as { [name: string]: string | undefined })[name]
}

/** The object that the path names. */
export function addressOf(call: VaultCall): { vault: Vault; name: string; version: string | undefined } {
  return {
    vault: call.vault,
    name: pathParameter(call, "name") ?? "",
    version: pathParameter(call, "version"),
  }
}

/** The query as given: a parameter given twice is an array. */
export function queryParameter({ query }: FastifyRequest, name: string): unknown {
  return (query as { [name: string]: unknown })[name]
}
