/**
 * `npm run bench`: the figures of DESIGN 7, one script each. Every figure is a ratio, or comes with one, measured against a
 * baseline in the same run: processes take turns, medians are told, and CPU time is compared where it can be. The server
 * has a core of its own where `taskset` is at hand. `-- --quick` is for a first look; names run some of them alone.
 */
import { benchAppTokenCheck } from "./app-token-check.ts"
import { benchCachedToken } from "./cached-token.ts"
import { type Bench, printFigures, readBenchArguments } from "./figure.ts"
import { benchGrowth } from "./growth.ts"
import { benchSecretRead } from "./secret-read.ts"
import { benchStart } from "./start.ts"
import { benchTokenIssue } from "./token-issue.ts"

const benches: Record<string, Bench> = {
  "cached-token": benchCachedToken,
  "token-issue": benchTokenIssue,
  "secret-read": benchSecretRead,
  "app-token-check": benchAppTokenCheck,
  start: benchStart,
  growth: benchGrowth,
}

const { names, quick } = readBenchArguments()
const unknown = names.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`No figure is called ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}`)
  process.exit(2)
}
for (const [name, bench] of Object.entries(benches)) {
  if (names.length === 0 || names.includes(name)) printFigures(await bench({ quick }))
}
