import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { terminationMessageLimit } from "../src/AgentResult.ts"
import {
  addTokens,
  type BrokerResult,
  emptyBrokerResult,
  formatBrokerResult,
  type ModelTokens,
  parseBrokerResult
} from "../src/BrokerResult.ts"

const tokens: ModelTokens = { answers: 2, input: 10, output: 20, cacheRead: 30, cacheWrite: 40 }

const full: BrokerResult = {
  delivery: {
    branch: "feature/task-3-implementation",
    headCommit: "0123456789abcdef0123456789abcdef01234567",
    changed: true,
    pullRequestUrl: "https://github.com/acme/api/pull/7",
    verifiedAt: "2025-07-24T04:00:00.000Z"
  },
  forgeKnown: true,
  pullRequestVerifiedAt: "2025-07-24T04:00:01.000Z",
  models: { "claude-sonnet-4-20250514": tokens },
  costUsd: 0.25,
  costComplete: true,
  modelRefused: "Budget",
  resetAt: "2025-07-24T05:00:00.000Z"
}

const anyTokens: fc.Arbitrary<ModelTokens> = fc.record({
  answers: fc.nat(),
  input: fc.nat(),
  output: fc.nat(),
  cacheRead: fc.nat(),
  cacheWrite: fc.nat()
})
const long = fc.string({ unit: "binary", maxLength: 5000 })
const anyResult: fc.Arbitrary<BrokerResult> = fc.record({
  delivery: fc.record({
    branch: fc.stringMatching(/^[a-z]{1,200}$/),
    changed: fc.boolean(),
    headCommit: fc.stringMatching(/^[0-9a-f]{40}$/),
    pushRefused: long
  }, { requiredKeys: ["branch", "changed"] }),
  forgeKnown: fc.boolean(),
  pullRequestProblem: long,
  problem: long,
  models: fc.dictionary(fc.stringMatching(/^[a-z0-9-]{1,200}$/), anyTokens, { maxKeys: 30 }),
  costComplete: fc.boolean()
}, { requiredKeys: ["forgeKnown", "models", "costComplete"] })

describe("the broker's termination message", () => {
  it.each([["full", full], ["empty", emptyBrokerResult]])(
    "comes back as it was written: %s",
    (_, result) => assert.deepStrictEqual(Result.getOrThrow(parseBrokerResult(formatBrokerResult(result))), result)
  )

  it("fits and decodes, whatever is in it, and no token is lost", () => {
    const sum = (result: BrokerResult) =>
      Object.values(result.models).reduce((all, each) => addTokens(all, each), { ...tokens })
    fc.assert(fc.property(anyResult, (result) => {
      const text = formatBrokerResult(result)
      assert.isAtMost(new TextEncoder().encode(text).length, terminationMessageLimit)
      const read = Result.getOrThrow(parseBrokerResult(text))
      assert.deepStrictEqual(sum(read), sum(result))
      assert.strictEqual(read.delivery?.headCommit, result.delivery?.headCommit)
    }))
  })

  it.each([
    ["nothing", undefined],
    ["white space", "  \n"],
    ["text", "Killed"],
    ["half of it", formatBrokerResult(full).slice(0, 90)],
    ["another message", "{\"outcome\":\"Completed\",\"message\":\"\"}"]
  ])("is not read from %s", (_, text) => assert.isTrue(Result.isFailure(parseBrokerResult(text))))
})
