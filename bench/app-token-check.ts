/** App-token checks per core-second on the loopback listener, against a bare `node:http` answer. */
import { Asker } from "../test/ask.ts"
import { serveBare } from "./bare-server.ts"
import { type Bench, runAlone } from "./figure.ts"
import { LoadGenerator, type LoadedServer, toRequest } from "./load.ts"
import { interleave, median } from "./measure.ts"
import { serveMeasured } from "./served-vault.ts"

export const benchAppTokenCheck: Bench = async ({ quick }) => {
  const [rounds, seconds] = quick ? [3, 1] : [7, 3]
  const server = await serveMeasured()
  const load = new LoadGenerator()
  try {
    const { appTokens, administrator } = server.bootstrap
    const asker = new Asker(server.bootstrap)
    const signIn = await asker.askOk({
      method: "POST",
      url: `${appTokens}/api/v1/signin`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: administrator.userPrincipalName, password: administrator.password }),
    })
    const cookie = signIn.headers["set-cookie"]?.[0]?.split(";")[0] ?? ""
    const grant = await asker.askOk({ url: `${appTokens}/api/v1/apptoken/grant`, headers: { cookie } })
    const { token } = JSON.parse(grant.body) as { token: string }

    const loaded: LoadedServer = {
      pid: server.pid,
      target: { port: Number(new URL(appTokens).port) },
      requests: [toRequest("GET", `${appTokens}/api/v1/accessible`, { authorization: `Bearer ${token}` })],
    }
    const bare = await serveBare(loaded, { body: "" })
    const results = await interleave(rounds, {
      checks: () => load.requestsPerCpuSecond(loaded, seconds),
      bare: () => load.requestsPerCpuSecond(bare, seconds),
    }).finally(() => bare.stop())
    const checks = median(results.checks)
    const floor = median(results.bare)
    return [
      {
        name: "app-token checks per core-second (/api/v1/accessible)",
        value: checks,
        unit: "",
        bar: { atLeast: 30_000 },
        note: `${((100 * checks) / floor).toFixed(0)} % of a bare node:http answer (${Math.round(floor)})`,
      },
    ]
  } finally {
    load.stop()
    await server.remove()
  }
}

await runAlone(import.meta, benchAppTokenCheck)
