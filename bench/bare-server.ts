/** The bare server that a figure is compared with: same answer, same transport, none of the work. */
import type { JsonServerRequest } from "./baselines/json-server.ts"
import type { LoadedServer } from "./load.ts"
import { Worker } from "./processes.ts"

export interface BareServer extends LoadedServer {
  stop(): void
}

export async function serveBare(loaded: LoadedServer, answer: JsonServerRequest): Promise<BareServer> {
  const worker = new Worker<JsonServerRequest, { port: number }>("baselines/json-server.ts", "measured")
  const { port } = await worker.ask(answer)
  return { ...loaded, pid: worker.pid, target: { ...loaded.target, port }, stop: () => worker.stop() }
}
