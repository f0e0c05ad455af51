/** What a secret read and a list page cost in a store of many secrets, against a store of a thousand. */
import { Asker } from "../test/ask.ts"
import { type Bench, runAlone } from "./figure.ts"
import { fillVault, secretName } from "./fill-vault.ts"
import { httpsTarget, LoadGenerator, type LoadedServer, toRequest } from "./load.ts"
import { interleave, median } from "./measure.ts"
import { serveVault, type ServedVault } from "./served-vault.ts"

const smallCount = 1000
const readsInTurn = 5000
const pagesInTurn = 20

export const benchGrowth: Bench = async ({ quick }) => {
  const [rounds, seconds, largeCount] = quick ? [3, 1, 100_000] : [7, 3, 1_000_000]
  const small = await serveFilled(smallCount)
  const large = await serveFilled(largeCount)
  const load = new LoadGenerator()
  try {
    const rates = await interleave(rounds, {
      smallReads: () => load.requestsPerCpuSecond(small.reads, seconds),
      largeReads: () => load.requestsPerCpuSecond(large.reads, seconds),
      smallPages: () => load.requestsPerCpuSecond(small.pages, seconds),
      largePages: () => load.requestsPerCpuSecond(large.pages, seconds),
    })
    const size = `${largeCount.toLocaleString("en")} secrets against ${smallCount.toLocaleString("en")}`
    const grown = (before: number[], after: number[]) => median(before) / median(after)
    return [
      {
        name: `secret read, ${size}`,
        value: grown(rates.smallReads, rates.largeReads),
        unit: "x",
        bar: { atMost: 1.3 },
        note: `${Math.round(median(rates.largeReads))} reads per core-second`,
      },
      {
        name: `list page of 25, ${size}`,
        value: grown(rates.smallPages, rates.largePages),
        unit: "x",
        bar: { atMost: 1.3 },
        note: `${Math.round(median(rates.largePages))} pages per core-second`,
      },
    ]
  } finally {
    load.stop()
    await Promise.all([small, large].map(({ server }) => server.remove()))
  }
}

interface Filled {
  server: ServedVault["server"]
  reads: LoadedServer
  pages: LoadedServer
}

async function serveFilled(count: number): Promise<Filled> {
  const { server, vaultUrl, authorization } = await serveVault()
  await server.stop()
  await fillVault(server.dataDirectory, "bench", count)
  await server.start()
  const loaded = (requests: string[]): LoadedServer => ({
    pid: server.pid,
    target: httpsTarget(server.bootstrap, new URL(vaultUrl).hostname),
    requests,
  })
  const toGet = (url: string) => toRequest("GET", url, { authorization })
  const names = Array.from({ length: readsInTurn }, () => secretName(Math.floor(Math.random() * count)))
  return {
    server,
    reads: loaded(names.map((name) => toGet(`${vaultUrl}secrets/${name}?api-version=7.4`))),
    pages: loaded((await findPages({ server, vaultUrl, authorization })).map(toGet)),
  }
}

/** Addresses of some pages, as the links of the pages before them give them. */
async function findPages({ server, vaultUrl, authorization }: ServedVault): Promise<string[]> {
  const asker = new Asker(server.bootstrap)
  const pages = [`${vaultUrl}secrets?api-version=7.4&maxresults=25`]
  while (pages.length < pagesInTurn) {
    const { body } = await asker.askOk({ url: pages.at(-1) ?? "", headers: { authorization } })
    pages.push((JSON.parse(body) as { nextLink: string }).nextLink)
  }
  asker.close()
  return pages
}

await runAlone(import.meta, benchGrowth)
