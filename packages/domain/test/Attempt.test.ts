import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { type Attempt, recordAttempt } from "../src/Attempt.ts"

const attempt = (contextVersion: number, changes: Partial<Attempt> = {}): Attempt => ({
  contextVersion,
  jobName: `code-api-v${contextVersion}-3f9c2a1b`,
  ...changes
})
const history = (count: number) => Array.from({ length: count }, (_, index) => attempt(index + 1))

describe("the history of attempts", () => {
  it.each<{ name: string; before: ReadonlyArray<Attempt> | undefined; record: Attempt; after: ReadonlyArray<Attempt> }>(
    [
      { name: "begins with the first", before: undefined, record: attempt(1), after: [attempt(1)] },
      { name: "grows at its end", before: history(2), record: attempt(3), after: history(3) },
      {
        name: "keeps the words of the newest end alone",
        before: [attempt(1, { message: "one" }), attempt(2, { message: "two" })],
        record: attempt(3, { message: "three" }),
        after: [attempt(1), attempt(2), attempt(3, { message: "three" })]
      },
      { name: "keeps the newest ten", before: history(10), record: attempt(11), after: history(11).slice(1) },
      {
        name: "has one entry per Job, with what was said last",
        before: history(2),
        record: attempt(2, { outcome: "Failed", exitCode: 1 }),
        after: [attempt(1), attempt(2, { outcome: "Failed", exitCode: 1 })]
      },
      {
        name: "keeps its order when an older attempt ends late",
        before: history(3),
        record: attempt(2, { outcome: "Cancelled" }),
        after: [attempt(1), attempt(2, { outcome: "Cancelled" }), attempt(3)]
      },
      {
        name: "forgets what a later word on a Job leaves out",
        before: [attempt(1, { sessionId: "s" })],
        record: attempt(1),
        after: [attempt(1)]
      }
    ]
  )("$name", ({ after, before, record }) => assert.deepStrictEqual(recordAttempt(before, record), after))

  it("is the same after recording twice, and never longer than ten", () =>
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 40 }), (versions) => {
      const recorded = versions.reduce<ReadonlyArray<Attempt>>(
        (all, version) => recordAttempt(all, attempt(version)),
        []
      )
      const last = attempt(versions.at(-1) ?? 1)
      assert.isAtMost(recorded.length, 10)
      assert.lengthOf(new Set(recorded.map(({ jobName }) => jobName)), recorded.length)
      assert.deepStrictEqual(recordAttempt(recorded, last), recorded)
    })))
})
