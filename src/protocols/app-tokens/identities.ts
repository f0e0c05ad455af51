import {
  createIdentity as createIdentityInDomain,
  getIdentity as getIdentityInDomain,
  listIdentities as listIdentitiesInDomain,
} from "../../domain/app-tokens/index.ts"
import { toIdentityBody } from "./bodies.ts"
import { AppTokenError } from "./errors.ts"
import { bodyMembers, optionalRoles, optionalText, requiredText } from "./members.ts"
import type { CallerOperation } from "./operation.ts"
import { pathId } from "./path-and-query.ts"

export const listIdentities: CallerOperation = async (context, caller) => {
  const identities = await listIdentitiesInDomain(context, caller)
  return identities.map(toIdentityBody)
}

export const getIdentity: CallerOperation = async (context, caller, { request }) =>
  toIdentityBody(await getIdentityInDomain(context, caller, pathId(request)))

export const getOwnIdentity: CallerOperation = async (context, caller) => {
  if (caller.identityId === null) throw new AppTokenError("notFound", "The caller is no identity")
  return toIdentityBody(await getIdentityInDomain(context, caller, caller.identityId))
}

/** `POST /identity`: `name`, `role` or `roles`, and a `password` for one that signs in by itself. */
export const createIdentity: CallerOperation = async (context, caller, { request }) => {
  const members = bodyMembers(request)
  const identity = await createIdentityInDomain(context, caller, {
    name: requiredText(members, "name"),
    tokenRoles: optionalRoles(members, "role") ?? optionalRoles(members, "roles") ?? [],
    password: optionalText(members, "password"),
  })
  return toIdentityBody(identity)
}
