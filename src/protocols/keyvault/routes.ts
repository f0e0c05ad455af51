import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify"
import { type VaultCall, vaultCallOf } from "./call.ts"
import * as certificates from "./certificates.ts"
import { methodNotAllowed } from "./errors.ts"
import * as secrets from "./secrets.ts"

/** Answers a body with 200, or nothing with 204. */
type Operation = (call: VaultCall) => Promise<object | undefined>

const methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const
type Method = (typeof methods)[number]

type Route = readonly [method: Method, path: string, operation: Operation, dataAction: string]

/** Every operation, the path it answers and what a role has to grant. An empty last segment is the newest version. */
// prettier-ignore
export const routes: readonly Route[] = [
  ["PUT",    "/secrets/:name",                      secrets.setSecret,                      "secrets/setSecret/action"],
  ["GET",    "/secrets/:name",                      secrets.getSecret,                      "secrets/getSecret/action"],
  ["GET",    "/secrets/:name/:version",             secrets.getSecret,                      "secrets/getSecret/action"],
  ["PATCH",  "/secrets/:name",                      secrets.updateSecret,                   "secrets/update/action"],
  ["PATCH",  "/secrets/:name/:version",             secrets.updateSecret,                   "secrets/update/action"],
  ["DELETE", "/secrets/:name",                      secrets.deleteSecret,                   "secrets/delete"],
  ["GET",    "/secrets",                            secrets.listSecrets,                    "secrets/readMetadata/action"],
  ["GET",    "/secrets/:name/versions",             secrets.listSecretVersions,             "secrets/readMetadata/action"],
  ["GET",    "/deletedsecrets",                     secrets.listDeletedSecrets,             "secrets/readMetadata/action"],
  ["GET",    "/deletedsecrets/:name",               secrets.getDeletedSecret,               "secrets/readMetadata/action"],
  ["DELETE", "/deletedsecrets/:name",               secrets.purgeDeletedSecret,             "secrets/purge/action"],
  ["POST",   "/deletedsecrets/:name/recover",       secrets.recoverDeletedSecret,           "secrets/recover/action"],
  ["POST",   "/secrets/:name/backup",               secrets.backupSecret,                   "secrets/backup/action"],
  ["POST",   "/secrets/restore",                    secrets.restoreSecret,                  "secrets/restore/action"],

  ["POST",   "/certificates/:name/import",          certificates.importCertificate,         "certificates/import/action"],
  ["GET",    "/certificates/:name",                 certificates.getCertificate,            "certificates/read"],
  ["GET",    "/certificates/:name/:version",        certificates.getCertificate,            "certificates/read"],
  ["PATCH",  "/certificates/:name",                 certificates.updateCertificate,         "certificates/update/action"],
  ["PATCH",  "/certificates/:name/:version",        certificates.updateCertificate,         "certificates/update/action"],
  ["DELETE", "/certificates/:name",                 certificates.deleteCertificate,         "certificates/delete"],
  ["GET",    "/certificates",                       certificates.listCertificates,          "certificates/read"],
  ["GET",    "/certificates/:name/versions",        certificates.listCertificateVersions,   "certificates/read"],
  ["GET",    "/certificates/:name/policy",          certificates.getCertificatePolicy,      "certificates/read"],
  ["GET",    "/deletedcertificates",                certificates.listDeletedCertificates,   "certificates/read"],
  ["GET",    "/deletedcertificates/:name",          certificates.getDeletedCertificate,     "certificates/read"],
  ["DELETE", "/deletedcertificates/:name",          certificates.purgeDeletedCertificate,   "certificates/purge/action"],
  ["POST",   "/deletedcertificates/:name/recover",  certificates.recoverDeletedCertificate, "certificates/recover/action"],
]

interface LongBody {
  bytesMax: number
  /** Refuses a caller before the body is read: anyone with a token could fill the memory otherwise. */
  admit: (call: VaultCall) => Promise<void>
}

const longBodies: { readonly [path: string]: LongBody } = {
  // A backup of 500 versions of the largest value has some 24 MB.
  "/secrets/restore": { bytesMax: 32 * 1024 * 1024, admit: secrets.admitRestore },
}

/** Registers every row, and on each path a 405 for the methods it has no row for. */
export function registerRoutes(scope: FastifyInstance): void {
  const paths = Map.groupBy(routes, ([, path]) => path)
  for (const [path, rows] of paths) {
    const operations = new Map(rows.map(([method, , operation]) => [method, operation]))
    const longBody = longBodies[path]
    scope.route({
      method: [...methods],
      url: path,
      exposeHeadRoute: false,
      ...(longBody === undefined ? {} : toRouteOptions(longBody, operations)),
      handler: (request, reply) => answer(operations, request, reply),
    })
  }
}

type Operations = ReadonlyMap<Method, Operation>

function toRouteOptions(
  { bytesMax, admit }: LongBody,
  operations: Operations,
): Pick<RouteOptions, "bodyLimit" | "onRequest"> {
  return {
    bodyLimit: bytesMax,
    onRequest: async (request) => {
      operationOf(operations, request)
      await admit(vaultCallOf(request))
    },
  }
}

async function answer(
  operations: Operations,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const operation = operationOf(operations, request)
  const body = await operation(vaultCallOf(request))
  return body === undefined ? reply.code(204).send() : reply.send(body)
}

function operationOf(operations: Operations, request: FastifyRequest): Operation {
  const operation = operations.get(methodOf(request))
  if (operation === undefined) throw methodNotAllowed(request, [...operations.keys()].join(", "))
  return operation
}

/** POST may stand for PATCH or DELETE, for clients behind proxies that know no others. */
function methodOf({ method, headers }: FastifyRequest): Method {
  const override = headers["x-http-method"]
  const named = typeof override === "string" ? override.toUpperCase() : undefined
  if (method === "POST" && (named === "PATCH" || named === "DELETE")) return named
  return method as Method
}
