/**
 * Every folder of src/ opens with a paragraph in its main file: what it owns, what it does not, the governing
 * documents. This finds the folders without one; whether the paragraph is a good one, people decide.
 */
import { posix } from "node:path"
import { isTest, type Source } from "./sources.ts"

/** Main files that are neither the folder's `index.ts` nor beside it under its name (`cli/commands.ts`). */
const mainFiles: Record<string, string> = {
  src: "src/server.ts",
  "src/storage/sql": "src/storage/sql/store.ts",
  "src/domain": "src/domain/context.ts",
  "src/protocols": "src/protocols/surface.ts",
  "src/cli": "src/cli/main.ts",
}

const shortestParagraph = 60

export function findFolderProblems(sources: readonly Source[]): string[] {
  const ours = sources.filter(({ path }) => path.startsWith("src/") && !isTest(path))
  const folders = new Set(ours.map(({ path }) => posix.dirname(path)))
  return [...folders].sort().flatMap((folder) => {
    const candidates = [mainFiles[folder] ?? `${folder}/index.ts`, `${folder}.ts`]
    const [main] = candidates
    const source = ours.find(({ path }) => candidates.includes(path))
    if (!source) return [`${folder}/ has no main file: write ${main}, beginning with the folder's paragraph`]
    if (paragraphOf(source).length >= shortestParagraph) return []
    return [
      `${main} does not begin with a paragraph: what ${folder}/ owns, what it does not, the governing documents`,
    ]
  })
}

/** The words of the comment that a file begins with, with nothing before it. */
function paragraphOf({ text, parsed }: Source): string {
  const [first] = parsed.comments
  if (!first || text.slice(0, first.start).trim() !== "") return ""
  const lines = first.type === "Block" ? [first] : parsed.comments.filter(({ type }) => type === "Line")
  return lines.map(({ value }) => value.replaceAll(/[\s*]+/g, " ").trim()).join(" ")
}
