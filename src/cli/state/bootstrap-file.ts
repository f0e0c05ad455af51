import { readFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import type { Cloud } from "../cloud.ts"
import { CliError } from "../errors.ts"

/** What a server's bootstrap file (DESIGN 2) tells a client. */
export interface BootstrapFile {
  cloud: Pick<Cloud, "authority" | "resourceManager" | "graph" | "vaultSuffix" | "caCertificate">
  tenantId: string
  operator: { clientId: string; clientSecret: string }
}

const required = [
  "authority",
  "tenantId",
  "resourceManager",
  "graph",
  "vaultSuffix",
  "caCertificate",
] as const

export async function readBootstrapFile(path: string): Promise<BootstrapFile> {
  const content = parse(await readFile(path, "utf8"), path)
  const missing = required.filter((name) => typeof content[name] !== "string")
  const { clientId, clientSecret } = (content.operator ?? {}) as Partial<BootstrapFile["operator"]>
  if (missing.length > 0 || !clientId || !clientSecret) {
    throw new CliError(`${path} is no bootstrap file: it lacks ${missing[0] ?? "the operator"}`, {
      hints: ["A server writes one at its first start with --bootstrap-file PATH."],
    })
  }
  const { tenantId, authority, resourceManager, graph, vaultSuffix, caCertificate } = content as Record<
    (typeof required)[number],
    string
  >
  return {
    cloud: {
      authority,
      resourceManager,
      graph,
      vaultSuffix,
      caCertificate: resolve(dirname(path), caCertificate),
    },
    tenantId,
    operator: { clientId, clientSecret },
  }
}

function parse(text: string, path: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content === "object" && content !== null) return content as Record<string, unknown>
  } catch {
    // The parser's own words would quote the file, which holds secrets.
  }
  throw new CliError(`${path} is not JSON`)
}
