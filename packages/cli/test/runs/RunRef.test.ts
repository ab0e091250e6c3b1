import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { runRefs } from "../../src/runs/RunRef.ts"

const shown = (words: ReadonlyArray<string>) =>
  Result.match(runRefs(words), {
    onFailure: (message) => message,
    onSuccess: (refs) => refs.map(({ kind, name }) => `${kind?.kind ?? "any"} ${name}`)
  })

describe("names of runs", () => {
  it.each([
    { name: "a name alone is of any kind", given: ["demo"], want: ["any demo"] },
    {
      name: "kind and name as kubectl prints them",
      given: ["coderun/a", "docsruns/b"],
      want: ["CodeRun a", "DocsRun b"]
    },
    { name: "a kind and then names", given: ["cr", "a", "b"], want: ["CodeRun a", "CodeRun b"] },
    { name: "a kind's word alone is a name", given: ["code"], want: ["any code"] },
    { name: "the resource with its group", given: ["coderuns.orchestrator.platform/a"], want: ["CodeRun a"] }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(shown(given), want))

  it.each(["pod/a", "coderun/", "/a"])(
    "%s is refused with what was expected",
    (word) => assert.match(String(shown([word])), /Expected NAME or KIND\/NAME/)
  )
})
