import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import {
  AgentResult,
  decodeAgentResult,
  formatAgentResult,
  parseAgentResult,
  terminationMessageLimit
} from "../src/AgentResult.ts"
import { FailureReason } from "../src/Reason.ts"

const full: AgentResult = {
  outcome: "Failed",
  reason: "PushRejected",
  message: "the remote refused the push",
  sessionId: "1f6e6f2c-1111-8222-a333-444455556666",
  resumed: true,
  resumeProblem: "the transcript was gone",
  usage: { costUsd: 1.25, inputTokens: 1000, outputTokens: 20, turns: 7 },
  resetAt: "2025-07-24T05:00:00Z",
  delivery: {
    branch: "feature/task-3-implementation",
    headCommit: "0123456789abcdef0123456789abcdef01234567",
    changed: true,
    pullRequestUrl: "https://github.com/acme/api/pull/7",
    pushRefused: "pre-receive hook declined",
    verifiedAt: "2025-07-24T04:00:00Z"
  },
  problem: "the disk is full",
  forgeKnown: true,
  pullRequestProblem: "the token has no scope for it"
}

const bytes = (text: string) => new TextEncoder().encode(text).length

/** Anything that JSON can carry; lone halves of surrogate pairs come back as they went. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6000 }),
  fc.nat({ max: 6000 }).map((length) => "\u0001".repeat(length)),
  fc.nat({ max: 3000 }).map((length) => "\u{1f600}".repeat(length)),
  fc.nat({ max: 6000 }).map((length) => "\"".repeat(length))
)
const result: fc.Arbitrary<AgentResult> = fc.record({
  outcome: fc.constantFrom("Completed" as const, "Failed" as const, "Interrupted" as const),
  message: text,
  reason: fc.constantFrom(...FailureReason.literals),
  sessionId: fc.uuid(),
  resumed: fc.boolean(),
  resumeProblem: text,
  usage: fc.record({ costUsd: fc.nat(), turns: fc.nat() }, { requiredKeys: [] }),
  delivery: fc.record({
    branch: text,
    changed: fc.boolean(),
    headCommit: fc.stringMatching(/^[0-9a-f]{40}$/),
    pullRequestUrl: fc.webUrl(),
    pushRefused: text
  }, { requiredKeys: ["branch", "changed"] }),
  problem: text,
  forgeKnown: fc.boolean(),
  pullRequestProblem: text
}, { requiredKeys: ["outcome", "message"] })

describe("a result", () => {
  it("comes back as it went", () => {
    assert.deepStrictEqual(Result.getOrThrow(parseAgentResult(formatAgentResult(full))), full)
    const small: AgentResult = { outcome: "Completed", message: "" }
    assert.deepStrictEqual(Result.getOrThrow(parseAgentResult(formatAgentResult(small))), small)
  })

  it("fits into a termination message and can be read, whatever it says", () =>
    fc.assert(fc.property(result, (given) => {
      const written = formatAgentResult(given)
      assert.isAtMost(bytes(written), terminationMessageLimit)
      const read = Result.getOrThrow(parseAgentResult(written))
      assert.strictEqual(read.outcome, given.outcome)
      assert.strictEqual(read.reason, given.reason)
    })))

  it("loses words before it loses the proof of delivery", () => {
    const long = "x".repeat(50_000)
    const { delivery, message, resumeProblem, sessionId, usage } = Result.getOrThrow(
      parseAgentResult(formatAgentResult({
        ...full,
        message: long,
        resumeProblem: long,
        delivery: { branch: "b", changed: true, headCommit: full.delivery?.headCommit ?? "", pushRefused: long }
      }))
    )
    assert.strictEqual(sessionId, full.sessionId)
    assert.deepStrictEqual(usage, full.usage)
    assert.strictEqual(delivery?.headCommit, full.delivery?.headCommit ?? "")
    for (const words of [message, resumeProblem, delivery?.pushRefused]) assert.match(words ?? "", /^x{50,}\.\.\.$/)
  })

  it("that fits is not shortened", () => {
    const message = "y".repeat(1900)
    assert.strictEqual(Result.getOrThrow(parseAgentResult(formatAgentResult({ ...full, message }))).message, message)
  })
})

describe("a termination message that is no result", () => {
  it.each<{ name: string; given: string | undefined; path: string; found: RegExp }>([
    { name: "absent", given: undefined, path: "", found: /^nothing$/ },
    { name: "empty", given: "", path: "", found: /^nothing$/ },
    { name: "white", given: " \n", path: "", found: /^nothing$/ },
    { name: "text", given: "Killed", path: "", found: /^6 characters that are not JSON$/ },
    { name: "cut off", given: "{\"outcome\":\"Comp", path: "", found: /not JSON/ },
    { name: "of another shape", given: "[]", path: "", found: /^2 characters that are no object$/ },
    { name: "null", given: "null", path: "", found: /^4 characters that are no object$/ },
    { name: "without outcome", given: "{\"message\":\"x\"}", path: "outcome", found: /^nothing$/ },
    {
      name: "with an invented outcome",
      given: "{\"outcome\":\"Great\",\"message\":\"x\"}",
      path: "outcome",
      found: /Great/
    }
  ])("$name: says where and what was found", ({ found, given, path }) => {
    const problems = Result.match(parseAgentResult(given), { onSuccess: () => [], onFailure: (all) => all })
    assert.deepStrictEqual(problems.map((problem) => problem.path), [path])
    assert.match(problems[0]?.found ?? "", found)
    assert.match(problems[0]?.expected ?? "", /\S/)
  })

  it.each([
    ["an invented reason", { reason: "Delivered" }, "reason"],
    ["half a delivery", { delivery: { changed: true } }, "delivery.branch"]
  ])("with %s is read without it, and says so", (_, changes, path) => {
    const { dropped, value } = Result.getOrThrow(
      decodeAgentResult(JSON.stringify({ outcome: "Failed", message: "m", ...changes }))
    )
    assert.deepStrictEqual<AgentResult>(value, { outcome: "Failed", message: "m" })
    assert.deepStrictEqual(dropped.map((problem) => problem.path), [path])
  })

  it("never throws", () =>
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (given) => {
      const read = parseAgentResult(given)
      assert.isTrue(Result.isFailure(read) || AgentResult.fields.outcome.literals.includes(read.success.outcome))
    })))

  it("of a later version, with more fields, is read", () => {
    const later = JSON.stringify({ ...full, mood: "good", delivery: { ...full.delivery, signedBy: "x" } })
    assert.deepStrictEqual(Result.getOrThrow(parseAgentResult(later)), full)
  })
})
