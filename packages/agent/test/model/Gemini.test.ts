/** When limits of the Gemini API end, and what its answers used. */
import { assert, describe, it } from "@effect/vitest"
import { geminiLimit } from "../../src/model/gemini/GeminiLimit.ts"
import { geminiShape } from "../../src/model/gemini/Usage.ts"
import { inMessagesWords } from "../../src/model/providers/GoogleError.ts"

const seconds = (time: string) => Date.parse(time) / 1000
const quota = (...details: ReadonlyArray<object>) =>
  JSON.stringify({ error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "quota", details } })
const daily = {
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }]
}
const retry = (retryDelay: string) => ({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay })
const limit = (words: string, now = 1_000_000, status = 429) => geminiLimit({ status, headers: {}, words }, now)

describe("a quota of a day ends at the next midnight in California", () => {
  it.each([
    ["in winter", "2026-01-15T12:00:00Z", "2026-01-16T08:00:00Z"],
    ["in summer", "2026-07-15T12:00:00Z", "2026-07-16T07:00:00Z"],
    ["just before it", "2026-07-16T06:59:59Z", "2026-07-16T07:00:00Z"],
    ["just after it", "2026-07-16T07:00:00Z", "2026-07-17T07:00:00Z"],
    ["on the day that has 23 hours", "2026-03-08T09:00:00Z", "2026-03-09T07:00:00Z"],
    ["before the day that has 25 hours", "2026-10-31T12:00:00Z", "2026-11-01T07:00:00Z"],
    ["on the day that has 25 hours", "2026-11-01T20:00:00Z", "2026-11-02T08:00:00Z"]
  ])(
    "%s",
    (_, now, want) =>
      assert.deepStrictEqual(limit(quota(daily, retry("30s")), seconds(now)), { resetAt: seconds(want) })
  )
})

it.each<readonly [string, string, number | undefined]>([
  ["after what it says", quota(retry("30.5s")), 1_000_031],
  ["after the longest", quota(retry("3s"), retry("7s")), 1_000_007],
  ["of a stream too, where the error is a list", `[${quota(retry("9s"))}]`, 1_000_009],
  ["at no time that nobody said", quota(), undefined],
  ["at no time that is none", quota(retry("soon"), retry("-5s")), undefined],
  ["at no time of words that are no error", "<html>", undefined]
])("a limit ends %s", (_, words, want) => assert.deepStrictEqual(limit(words), { resetAt: want }))

it("a server without room speaks of no limit", () => assert.isUndefined(limit(quota(daily), 0, 503)))

describe("what an answer used", () => {
  const usage = { promptTokenCount: 1_000, cachedContentTokenCount: 200, candidatesTokenCount: 40 }
  const chunk = (more: object) => JSON.stringify({ modelVersion: "m", ...more })
  it.each<readonly [string, object, object | undefined]>([
    ["takes what was cached out of the input", { usageMetadata: usage }, { input: 800, cacheRead: 200, output: 40 }],
    ["counts thoughts", { usageMetadata: { ...usage, thoughtsTokenCount: 5 } }, { output: 45 }],
    ["counts what tools put into the prompt", { usageMetadata: { ...usage, toolUsePromptTokenCount: 7 } }, {
      input: 807
    }],
    ["is never less than nothing", { usageMetadata: { ...usage, cachedContentTokenCount: 9_000 } }, {
      input: 0,
      cacheRead: 1_000
    }],
    ["of a prompt that is refused is the prompt", {
      promptFeedback: { blockReason: "SAFETY" },
      usageMetadata: { promptTokenCount: 10 }
    }, { input: 10, output: 0 }],
    ["is nothing without an output", { usageMetadata: { promptTokenCount: 10 } }, undefined],
    ["is nothing of negative tokens", { usageMetadata: { promptTokenCount: -1, candidatesTokenCount: -1 } }, undefined],
    ["is nothing that is not told", {}, undefined]
  ])("%s", (_, more, want) => {
    const found = geminiShape.usageOf(chunk(more))
    if (want === undefined) assert.isUndefined(found)
    else assert.deepInclude(found, want)
  })

  it("is final with the reason of its end, and never what a model's text only speaks of", () => {
    const ended = { candidates: [{ finishReason: "STOP" }], usageMetadata: usage }
    assert.isTrue(geminiShape.seenAfter(undefined, chunk(ended))?.final)
    const quoted = chunk({ candidates: [{ content: { parts: [{ text: chunk(ended) }] } }] })
    assert.isNotTrue(geminiShape.seenAfter(undefined, quoted)?.final)
  })
})

describe("an error of Google's cloud in the words of the Messages API", () => {
  it("keeps its details, whether it stands alone or in a list", () => {
    for (const words of [quota(retry("30s")), `[${quota(retry("30s"))}]`]) {
      const told = inMessagesWords(429, words)
      assert.deepInclude(JSON.parse(told).error, { type: "rate_limit_error", message: "quota" })
      assert.deepStrictEqual(geminiLimit({ status: 429, headers: {}, words: told }, 1_000), { resetAt: 1_030 })
    }
  })
  it.each(["<html>", "", `{"type":"error","error":{"type":"overloaded_error","message":"no"}}`])(
    "stays what it is where it is none: %s",
    (words) => assert.strictEqual(inMessagesWords(529, words), words)
  )
})
