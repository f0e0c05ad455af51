/** A server on the measured core, with a vault, the operator as its Administrator, and tokens for both planes. */
import { readFileSync } from "node:fs"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import type { Bootstrap } from "../src/domain/installation/bootstrap.ts"
import { ControlPlane, principalOf } from "../test/control-plane.ts"
import { serve, type ServerProcess } from "../test/serve.ts"
import { onMeasuredCore } from "./processes.ts"

export interface ServedVault {
  server: ServerProcess
  vaultUrl: string
  /** `Bearer …`, for the vault. */
  authorization: string
}

export async function serveMeasured(): Promise<ServerProcess> {
  const server = await serve({ launcher: onMeasuredCore, flags: ["--log-format", "json"] })
  trust(server.bootstrap)
  return server
}

export async function serveVault(): Promise<ServedVault> {
  const server = await serveMeasured()
  const controlPlane = new ControlPlane(server.bootstrap)
  const vaultUrl = await controlPlane.createVault("bench")
  const { token } = await controlPlane.operator.getToken("https://vault.azure.net/.default")
  await controlPlane.assignRole(principalOf(token), "administrator", controlPlane.vaultScope("bench"))
  return { server, vaultUrl, authorization: `Bearer ${token}` }
}

function trust({ caCertificate }: Bootstrap): void {
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(caCertificate, "utf8")])
}
