import { describe, expect, test } from "vitest"
import { findFolderProblems } from "./folders.ts"
import { parseSource } from "./sources.ts"

const paragraph = "Access decisions: it owns roles and assignments; it does not own who the caller is."

describe("folder paragraphs", () => {
  test.for([`/** ${paragraph} */\nexport {}`, `// ${paragraph.replace(";", ";\n//")}\nexport {}`])(
    "takes a paragraph at the top: %s",
    (text) => {
      expect(findFolderProblems([parseSource("src/domain/access/index.ts", text)])).toEqual([])
    },
  )

  test.for([
    "export {}",
    "/** Access. */\nexport {}",
    `import { a } from "./a.ts"\n/** ${paragraph} */\nexport { a }`,
  ])("asks for a paragraph: %s", (text) => {
    expect(findFolderProblems([parseSource("src/domain/access/index.ts", text)])).toEqual([
      "src/domain/access/index.ts does not begin with a paragraph: what src/domain/access/ owns, what it does not, the governing documents",
    ])
  })

  test("asks for a main file", () => {
    expect(findFolderProblems([parseSource("src/tls/local-ca.ts", `/** ${paragraph} */`)])).toEqual([
      "src/tls/ has no main file: write src/tls/index.ts, beginning with the folder's paragraph",
    ])
  })
})
