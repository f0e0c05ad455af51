/** Client-credentials tokens per core-second, against raw RSA-2048 signatures in the same run. */
import type { SignRequest } from "./baselines/rsa-sign.ts"
import { type Bench, runAlone } from "./figure.ts"
import { httpsTarget, LoadGenerator, toRequest } from "./load.ts"
import { interleave, median } from "./measure.ts"
import { Worker } from "./processes.ts"
import { serveMeasured } from "./served-vault.ts"

/** Header and claims of an app-only token, roughly. */
const signedBytes = 900

export const benchTokenIssue: Bench = async ({ quick }) => {
  const [rounds, seconds] = quick ? [3, 1] : [7, 3]
  const server = await serveMeasured()
  const load = new LoadGenerator()
  const signer = new Worker<SignRequest, { signaturesPerCpuSecond: number }>(
    "baselines/rsa-sign.ts",
    "measured",
  )
  try {
    const { authority, tenantId, operator } = server.bootstrap
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: operator.clientId,
      client_secret: operator.clientSecret,
      scope: "https://vault.azure.net/.default",
    })
    const request = toRequest(
      "POST",
      `${authority}/${tenantId}/oauth2/v2.0/token`,
      { "content-type": "application/x-www-form-urlencoded" },
      form.toString(),
    )
    const target = httpsTarget(server.bootstrap)
    const { tokens, signatures } = await interleave(rounds, {
      tokens: () => load.requestsPerCpuSecond({ pid: server.pid, target, requests: [request] }, seconds),
      signatures: async () => (await signer.ask({ bytes: signedBytes, seconds })).signaturesPerCpuSecond,
    })
    const limit = Math.round(median(signatures))
    return [
      { name: "client-credentials tokens per core-second", value: median(tokens), unit: "" },
      {
        name: "client-credentials tokens, share of the RSA-2048 limit",
        value: (100 * median(tokens)) / median(signatures),
        unit: " %",
        bar: { atLeast: 70 },
        note: `${limit} raw signatures per core-second`,
      },
    ]
  } finally {
    load.stop()
    signer.stop()
    await server.remove()
  }
}

await runAlone(import.meta, benchTokenIssue)
