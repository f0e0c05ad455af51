/**
 * A figure of DESIGN 7: what was measured, the bar it is held to, and whether it held. Figures inform; none of them fails
 * a build, since the machine is shared.
 */
import { parseArgs } from "node:util"

export interface Figure {
  name: string
  value: number
  /** After the number, such as ` ms`; nothing for a count. */
  unit: string
  /** No bar: the figure is told for comparison. */
  bar?: { atLeast: number } | { atMost: number }
  /** What it was compared with in the same run. */
  note?: string
}

export interface BenchOptions {
  /** Fewer and shorter rounds, smaller stores. */
  quick: boolean
}

export type Bench = (options: BenchOptions) => Promise<Figure[]>

/** `npm run bench -- --quick growth`: options, then names of the scripts to run. */
export function readBenchArguments(): BenchOptions & { names: string[] } {
  const { values, positionals } = parseArgs({
    options: { quick: { type: "boolean", default: false } },
    allowPositionals: true,
  })
  return { quick: values.quick, names: positionals }
}

/** Lets one script be run by itself: `node bench/growth.ts --quick`. */
export async function runAlone(module: ImportMeta, bench: Bench): Promise<void> {
  if (module.main) printFigures(await bench(readBenchArguments()))
}

export function printFigures(figures: readonly Figure[]): void {
  for (const { name, value, unit, bar, note } of figures) {
    const columns = [name.padEnd(58), show(value, unit).padStart(12), showBar(bar, unit).padStart(12)]
    console.log(
      [...columns, (bar ? (isHeld(value, bar) ? "held" : "MISSED") : "").padEnd(6), note ?? ""]
        .join("  ")
        .trimEnd(),
    )
  }
}

function isHeld(value: number, bar: NonNullable<Figure["bar"]>): boolean {
  return "atLeast" in bar ? value >= bar.atLeast : value <= bar.atMost
}

function showBar(bar: Figure["bar"], unit: string): string {
  if (!bar) return ""
  return "atLeast" in bar ? `≥ ${show(bar.atLeast, unit)}` : `≤ ${show(bar.atMost, unit)}`
}

function show(value: number, unit: string): string {
  return `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 1000 ? 1 : 0 })}${unit}`
}
