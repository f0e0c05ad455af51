import type { FastifyRequest } from "fastify"
import type { ManagedIdentitySelector } from "../../domain/tokens/index.ts"
import { selectorParameters } from "../../wire/managed-identity.ts"
import { ManagedIdentityError } from "./errors.ts"

/** What a token request asks for, in either form. */
export interface TokenQuery {
  resource: string
  selector: ManagedIdentitySelector | undefined
}

type SelectorName = keyof typeof selectorParameters

/** @throws ManagedIdentityError no resource, or more than one selector */
export function readTokenQuery(request: FastifyRequest): TokenQuery {
  const resource = findText(request, "resource")
  if (resource === undefined)
    throw new ManagedIdentityError("request", 'The query lacks the parameter "resource"')
  return { resource, selector: readSelector(request) }
}

/** @throws ManagedIdentityError the parameter is there twice */
export function findText({ query }: FastifyRequest, name: string): string | undefined {
  const value = (query as Record<string, string | string[] | undefined>)[name]
  if (Array.isArray(value))
    throw new ManagedIdentityError("request", `The parameter "${name}" is there twice`)
  return value || undefined
}

function readSelector(request: FastifyRequest): ManagedIdentitySelector | undefined {
  const given = (Object.keys(selectorParameters) as SelectorName[]).flatMap((name) => {
    const value = findText(request, name)
    return value === undefined ? [] : [toSelector(name, value)]
  })
  if (given.length > 1) {
    throw new ManagedIdentityError("request", "Name the identity once: by client_id, object_id or msi_res_id")
  }
  return given[0]
}

function toSelector(name: SelectorName, value: string): ManagedIdentitySelector {
  const by = selectorParameters[name]
  if (by === "clientId") return { clientId: value }
  return by === "objectId" ? { objectId: value } : { resourceId: value }
}
