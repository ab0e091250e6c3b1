import { assert, describe, it } from "@effect/vitest"
import { codeParts } from "../../../src/show/run/CodeParts.ts"
import { kubectlLines } from "../../../src/show/run/KubectlLines.ts"

describe("lines for kubectl", () => {
  it("name the run in its namespace, as its kind is called", () => {
    const lines = kubectlLines({ kind: "DocsRun", name: "a", namespace: "ns" }).map(({ command }) => command)
    assert.include(lines, "kubectl -n ns get docsrun a -o yaml")
    assert.include(lines, "kubectl -n ns logs -f -c claude -l orchestrator.platform/run=a")
  })
})

describe("words with code", () => {
  it("are parted at backquotes that have partners", () => {
    assert.deepStrictEqual(codeParts("see `a b`, not `c"), [
      { text: "see ", isCode: false },
      { text: "a b", isCode: true },
      { text: ", not `c", isCode: false }
    ])
  })
})
