import { defineCommand } from "../command.ts"
import { checks, type Finding } from "../health-checks.ts"
import { CliError } from "../errors.ts"

export const command = defineCommand({
  options: {},
  examples: [{ does: "Why does it not work?", line: "doctor" }],
  toText: (findings: Finding[]) => findings.map(toLines).join(""),
  run: async (_options, session) => {
    const findings: Finding[] = []
    for (const check of checks) findings.push(...(await check(session)))
    const bad = findings.filter(({ state }) => state === "bad").length
    if (bad === 0) return findings
    session.terminal.writeOut(findings.map(toLines).join(""))
    throw new CliError(bad === 1 ? "1 thing is wrong" : `${bad} things are wrong`)
  },
})

function toLines({ state, subject, text, cure }: Finding): string {
  const line = `${{ good: "ok   ", note: "note ", bad: "BAD  " }[state]}${subject}: ${text}\n`
  return cure === undefined ? line : `${line}     ${cure}\n`
}
