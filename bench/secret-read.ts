/** Secret reads through HTTPS keep-alive per core-second, against a bare `node:https` answer of the same size. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Asker } from "../test/ask.ts"
import { issueCertificate } from "../test/openssl.ts"
import { serveBare } from "./bare-server.ts"
import { type Bench, runAlone } from "./figure.ts"
import { httpsTarget, LoadGenerator, type LoadedServer, toRequest } from "./load.ts"
import { interleave, median } from "./measure.ts"
import { serveVault, type ServedVault } from "./served-vault.ts"

const names = Array.from({ length: 100 }, (_, at) => `secret-${at}`)
const value = "v".repeat(1024)

export const benchSecretRead: Bench = async ({ quick }) => {
  const [rounds, seconds] = quick ? [3, 1] : [7, 3]
  const directory = mkdtempSync(join(tmpdir(), "keybearer-bench-"))
  const { key, certificate } = issueCertificate({ directory, name: "bare", algorithm: "p256" })
  rmSync(directory, { recursive: true })
  const vault = await serveVault()
  const load = new LoadGenerator()
  try {
    const { loaded, answer } = await fillVault(vault)
    const bareLoaded = { ...loaded, target: { port: 0, tls: { servername: "localhost", ca: certificate } } }
    const bare = await serveBare(bareLoaded, { body: answer, tls: { key, cert: certificate } })
    const results = await interleave(rounds, {
      reads: () => load.requestsPerCpuSecond(loaded, seconds),
      bare: () => load.requestsPerCpuSecond(bare, seconds),
    }).finally(() => bare.stop())
    const reads = median(results.reads)
    const floor = median(results.bare)
    return [
      {
        name: "secret reads over HTTPS keep-alive per core-second",
        value: reads,
        unit: "",
        bar: { atLeast: 10_000 },
        note: `${((100 * reads) / floor).toFixed(0)} % of a bare node:https answer (${Math.round(floor)})`,
      },
    ]
  } finally {
    load.stop()
    await vault.server.remove()
  }
}

/** Sets the secrets; answers the load that reads them, and the body of one. */
async function fillVault({
  server,
  vaultUrl,
  authorization,
}: ServedVault): Promise<{ loaded: LoadedServer; answer: string }> {
  const url = (name: string) => `${vaultUrl}secrets/${name}?api-version=7.4`
  const headers = { authorization, "content-type": "application/json" }
  const body = JSON.stringify({ value })
  const asker = new Asker(server.bootstrap)
  const [answer] = await Promise.all(
    names.map((name) => asker.askOk({ method: "PUT", url: url(name), headers, body })),
  )
  asker.close()
  const requests = names.map((name) => toRequest("GET", url(name), { authorization }))
  const target = httpsTarget(server.bootstrap, new URL(vaultUrl).hostname)
  return { loaded: { pid: server.pid, target, requests }, answer: answer?.body ?? "" }
}

await runAlone(import.meta, benchSecretRead)
