import type { FastifyRequest } from "fastify"
import type { Endpoints } from "../../domain/context.ts"
import { audiences } from "../../wire/arm.ts"
import type { ArmContext } from "./call.ts"
import { requireApiVersion } from "./call.ts"

/**
 * `GET /metadata/endpoints`: what a client has to know of this cloud, for anybody.
 *
 * Versions before 2022 are az's alone: they name the `/adfs` door, which spares az every call to
 * Microsoft. Later ones are also read by clients that put the tenant behind the address themselves.
 *
 * @see contracts/entra.md 5.1, contracts/az.md 1 and 2.3
 */
export async function answerMetadata({ endpoints }: ArmContext, request: FastifyRequest): Promise<object> {
  const version = requireApiVersion(request)
  if (version < "2018") return toFirstShape(endpoints)
  if (version < "2022") return [toCloud(endpoints, adfsDoor(endpoints))]
  return toCloud(endpoints, endpoints.authority)
}

function adfsDoor({ authority }: Endpoints): string {
  return `${authority}/adfs`
}

function toFirstShape(endpoints: Endpoints) {
  const { resourceManager, graph } = endpoints
  return {
    galleryEndpoint: resourceManager,
    graphEndpoint: graph,
    portalEndpoint: resourceManager,
    authentication: { loginEndpoint: adfsDoor(endpoints), audiences },
  }
}

function toCloud({ resourceManager, graph, vaultSuffix }: Endpoints, loginEndpoint: string) {
  return {
    name: "keybearer",
    portal: resourceManager,
    authentication: { loginEndpoint, audiences, tenant: "common", identityProvider: "AAD" },
    graphAudience: graph,
    graph,
    microsoftGraphResourceId: graph,
    resourceManager,
    gallery: resourceManager,
    suffixes: { keyVaultDns: vaultSuffix },
  }
}
