/** What a client was answered stays true, whenever the server is killed. */
import { expect, test } from "vitest"
import { Asker } from "../ask.ts"
import { ControlPlane, principalOf } from "../control-plane.ts"
import { serve } from "../serve.ts"
import { trustServer } from "./official-clients.ts"

const rounds = 5
const writers = 16

test("every secret that was answered is there after a kill", async () => {
  const server = await serve({ flags: ["--log-level", "error"] })
  trustServer(server.bootstrap)
  const controlPlane = new ControlPlane(server.bootstrap)
  const vaultUrl = await controlPlane.createVault("killed")
  const { token } = await controlPlane.operator.getToken("https://vault.azure.net/.default")
  await controlPlane.assignRole(principalOf(token), "administrator", controlPlane.vaultScope("killed"))
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
  const urlOf = (name: string) => `${vaultUrl}secrets/${name}?api-version=7.4`
  const answered = new Map<string, string>()

  for (let round = 0; round < rounds; round += 1) {
    const asker = new Asker(server.bootstrap)
    const write = async (writer: number) => {
      for (let at = 0; ; at += 1) {
        const name = `secret-${round}-${writer}-${at}`
        const body = JSON.stringify({ value: `value of ${name}` })
        const answer = await asker.ask({ method: "PUT", url: urlOf(name), headers, body })
        if (answer.status === 200) answered.set(name, `value of ${name}`)
        if (answered.size === enough) answeredEnough()
      }
    }
    const { promise: enoughAnswers, resolve: answeredEnough } = Promise.withResolvers<void>()
    const enough = answered.size + 20 + Math.floor(Math.random() * 200)
    const writing = Promise.allSettled(Array.from({ length: writers }, (_, writer) => write(writer)))
    await enoughAnswers
    await server.stop("SIGKILL")
    await writing
    asker.close()
    await server.start()
  }

  const asker = new Asker(server.bootstrap)
  const wrong: string[] = []
  for (const [name, value] of answered) {
    const answer = await asker.ask({ url: urlOf(name), headers })
    if ((JSON.parse(answer.body) as { value?: string }).value !== value)
      wrong.push(`${name}: ${answer.status}`)
  }
  asker.close()
  await server.remove()
  expect(wrong).toEqual([])
  expect(answered.size).toBeGreaterThan(rounds * 20)
})
