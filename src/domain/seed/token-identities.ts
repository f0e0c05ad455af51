import {
  createIdentity,
  createTokenRole,
  findIdentityByName,
  systemAppTokenCaller,
} from "../app-tokens/index.ts"
import { notFound } from "../errors.ts"
import { findUser } from "../users/index.ts"
import { createUnlessThere, type SeedRun } from "./seed-run.ts"
import type { Seed } from "./seed-schema.ts"

export async function applyTokenRole(run: SeedRun, declared: Seed["tokenRoles"][number]): Promise<void> {
  await createUnlessThere(run, () => createTokenRole(run.context, systemAppTokenCaller(), declared))
}

/** Roles and password of an identity that is there stay as they are: tokens rest on them. */
export async function applyTokenIdentity(
  run: SeedRun,
  { name, tokenRoles, user, password }: Seed["tokenIdentities"][number],
): Promise<void> {
  const { context } = run
  if ((await findIdentityByName(context, name)) !== undefined) return run.count("unchanged")
  const userId = user === undefined ? undefined : await userIdOf(run, user)
  const request = { name, tokenRoles, userId, password }
  await createUnlessThere(run, () => createIdentity(context, systemAppTokenCaller(), request))
}

async function userIdOf({ context }: SeedRun, userPrincipalName: string): Promise<string> {
  const user = await findUser(context, userPrincipalName)
  if (user === undefined) throw notFound("user", `There is no user "${userPrincipalName}"`)
  return user.id
}
