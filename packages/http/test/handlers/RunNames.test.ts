import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { codeRunStem, docsRunStem, generateNameOf, nameWith } from "../../src/handlers/RunNames.ts"

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

describe("names of runs", () => {
  it.each([
    { given: ["payments", 7] as const, want: "payments-task-7" },
    { given: ["Payments API", 12] as const, want: "payments-api-task-12" },
    { given: ["--", 1] as const, want: "x-task-1" }
  ])("a CodeRun of $given begins with $want", ({ given: [service, task], want }) => {
    assert.strictEqual(codeRunStem(service, task), want)
  })

  it.each([
    { given: "https://github.com/example/docs", want: "docs-docs" },
    { given: "https://github.com/example/Handbook.git", want: "docs-handbook" },
    { given: "git@github.com:example/guide.git", want: "docs-guide" },
    { given: "file:///srv/git/docs.git/", want: "docs-docs" }
  ])("a DocsRun of $given begins with $want", ({ given, want }) => {
    assert.strictEqual(docsRunStem(given), want)
  })

  it("are DNS labels, whatever the service", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), fc.nat(Number.MAX_SAFE_INTEGER), (service, task) => {
      const stem = codeRunStem(service, task)
      assert.match(nameWith(stem, "0123456789"), label)
      assert.match(`${generateNameOf(stem)}abcde`, label)
      assert.include(stem, `-task-${task}`)
    }))
  })

  it("are DNS labels, whatever the repository", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (url) => {
      assert.match(nameWith(docsRunStem(url), "0123456789"), label)
      assert.match(`${generateNameOf(docsRunStem(url))}abcde`, label)
    }))
  })

  it("keep their suffix, however long the stem", () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 300 }), (stem) => {
      assert.match(nameWith(stem, "0123456789"), /-0123456789$/)
    }))
  })
})
