import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify"
import type { Caller } from "../../domain/access/index.ts"
import { authenticateCaller } from "../caller.ts"
import { type ArmContext, type Operation, requireApiVersion } from "./call.ts"
import { ArmError, invalidContent } from "./errors.ts"
import * as managedIdentities from "./managed-identities.ts"
import * as resourceGroups from "./resource-groups.ts"
import { listResources } from "./resources.ts"
import * as roleAssignments from "./role-assignments.ts"
import * as roleDefinitions from "./role-definitions.ts"
import * as subscriptions from "./subscriptions.ts"
import * as vaults from "./vaults.ts"

type Method = "GET" | "HEAD" | "PUT" | "POST" | "PATCH" | "DELETE"
type Route = readonly [method: Method, path: string, operation: Operation]

const subscription = "/subscriptions/{subscriptionId}"
const group = `${subscription}/resourceGroups/{resourceGroup}`
const keyVault = "/providers/Microsoft.KeyVault"
const identities = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
const authorization = "/providers/Microsoft.Authorization"

/**
 * Every operation and its path, letter case ignored. A word in braces is one segment; `{scope}` is any
 * number of them, since roles are given at a subscription, a group, a vault or one object in it.
 */
// prettier-ignore
export const routes: readonly Route[] = [
  ["GET",    "/tenants",                                           subscriptions.listTenants],
  ["GET",    "/subscriptions",                                     subscriptions.listSubscriptions],
  ["GET",    subscription,                                         subscriptions.getSubscription],
  ["GET",    `${subscription}/locations`,                          subscriptions.listLocations],
  ["GET",    `${subscription}/resources`,                          listResources],

  ["GET",    `${subscription}/resourceGroups`,                     resourceGroups.listResourceGroups],
  ["PUT",    group,                                                resourceGroups.createOrUpdateResourceGroup],
  ["GET",    group,                                                resourceGroups.getResourceGroup],
  ["HEAD",   group,                                                resourceGroups.checkResourceGroup],

  ["PUT",    `${group}${keyVault}/vaults/{name}`,                  vaults.createOrUpdateVault],
  ["GET",    `${group}${keyVault}/vaults/{name}`,                  vaults.getVault],
  ["PATCH",  `${group}${keyVault}/vaults/{name}`,                  vaults.updateVault],
  ["GET",    `${group}${keyVault}/vaults`,                         vaults.listVaults],
  ["GET",    `${subscription}${keyVault}/vaults`,                  vaults.listVaults],
  ["GET",    `${subscription}${keyVault}/deletedVaults`,           vaults.listNone],
  ["GET",    `${subscription}${keyVault}/managedHSMs`,             vaults.listNone],
  ["GET",    `${group}${keyVault}/managedHSMs`,                    vaults.listNone],

  ["PUT",    `${group}${identities}/{name}`,                       managedIdentities.createOrUpdateManagedIdentity],
  ["GET",    `${group}${identities}/{name}`,                       managedIdentities.getManagedIdentity],
  ["DELETE", `${group}${identities}/{name}`,                       managedIdentities.deleteManagedIdentity],
  ["GET",    `${group}${identities}`,                              managedIdentities.listManagedIdentities],
  ["GET",    `${subscription}${identities}`,                       managedIdentities.listManagedIdentities],

  ["GET",    `{scope}${authorization}/roleDefinitions`,            roleDefinitions.listRoleDefinitions],
  ["GET",    `{scope}${authorization}/roleDefinitions/{id}`,       roleDefinitions.getRoleDefinition],
  ["GET",    `{scope}${authorization}/roleAssignments`,            roleAssignments.listRoleAssignments],
  ["PUT",    `{scope}${authorization}/roleAssignments/{id}`,       roleAssignments.createRoleAssignment],
  ["GET",    `{scope}${authorization}/roleAssignments/{id}`,       roleAssignments.getRoleAssignment],
  ["DELETE", `{scope}${authorization}/roleAssignments/{id}`,       roleAssignments.deleteRoleAssignment],
]

/** More than twice what the longest names need when every letter is percent-encoded. */
const pathCharactersMax = 4096

interface Place {
  expression: RegExp
  operations: Map<string, Operation>
}

const places: readonly Place[] = [...Map.groupBy(routes, ([, path]) => path)].map(([path, rows]) => ({
  expression: toExpression(path),
  operations: new Map(rows.map(([method, , operation]) => [method, operation])),
}))

/** `{scope}` is matched without hurry, so that an assignment in it does not hide the one at the end. */
function toExpression(path: string): RegExp {
  const pattern = path
    .replaceAll(".", "\\.")
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === "scope" ? "(?<scope>.*)" : `(?<${name}>[^/]+)`))
  return new RegExp(`^${pattern}/?$`, "i")
}

/** Authenticates before the body is read: strangers send none. Then finds the operation and runs it. */
export function answerRoute(context: ArmContext): Pick<RouteOptions, "onRequest" | "handler"> {
  const callers = new WeakMap<FastifyRequest, Caller>()
  return {
    onRequest: async (request) => {
      callers.set(request, await authenticateCaller(context, request, "resourceManager"))
    },
    handler: async (request, reply): Promise<FastifyReply> => {
      const caller = callers.get(request)
      if (caller === undefined) throw new TypeError("A handler ran before its caller was known")
      const { operation, params } = findOperation(request)
      requireApiVersion(request)
      const { status, body } = await operation({ context, caller, request, params })
      return body === undefined ? reply.code(status).send() : reply.code(status).send(body)
    },
  }
}

function findOperation(request: FastifyRequest): {
  operation: Operation
  params: { [name: string]: string }
} {
  const path = request.url.split("?", 1)[0] ?? "/"
  if (path.length > pathCharactersMax)
    throw invalidContent(`The path is longer than ${pathCharactersMax} characters.`)
  for (const { expression, operations } of places) {
    const match = expression.exec(path)
    if (match === null) continue
    const operation = operations.get(request.method)
    if (operation === undefined) throw methodNotAllowed(request.method, [...operations.keys()])
    return { operation, params: decode(match.groups ?? {}) }
  }
  throw new ArmError(
    "NoRegisteredProviderFound",
    `There is no resource type or operation at '${path.slice(0, 200)}' here.`,
  )
}

function methodNotAllowed(method: string, allowed: string[]): ArmError {
  const allow = allowed.join(", ")
  return new ArmError("MethodNotAllowed", `The method ${method} is not supported here. Use ${allow}.`, {
    allow,
  })
}

/** A name holds no slash, not even an encoded one: it would name something else once it is part of an id. */
function decode(groups: { [name: string]: string }): { [name: string]: string } {
  const decoded = Object.entries(groups).map(([name, text]) => [name, decodeSegments(text)] as const)
  return Object.fromEntries(decoded)
}

function decodeSegments(text: string): string {
  return text
    .split("/")
    .map((segment) => {
      const decoded = decodeSegment(segment)
      if (!/[/\\?#\p{Cc}]/u.test(decoded) && decoded !== "." && decoded !== "..") return decoded
      throw invalidContent("The path has a name with a slash or another character that no name can have.")
    })
    .join("/")
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalidContent("The path has a percent sign that begins no character in UTF-8.")
  }
}
