/**
 * Seed files: what has to exist, declared in JSON or YAML and applied at every start. It owns the shape
 * of the file, references to secrets outside of it, and the rule that a second time changes nothing. It
 * does not own the things it makes: each is made by the functions of its own folder, under its rules,
 * by keybearer itself.
 *
 * Governing documents: DESIGN 2, docs/seed.md, docs/seed.schema.json.
 */
export { applySeed } from "./apply-seed.ts"
export { parseSeed, readSeed, type SeedReader } from "./read-seed.ts"
export type { SeedOutcome } from "./seed-run.ts"
export type { Seed } from "./seed-schema.ts"
