/** What the broker tells of an answer of the Gemini API that is not whole. */
import { assert, describe, it } from "@effect/vitest"
import { geminiShape } from "../../src/model/gemini/Usage.ts"

const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 5 }
const chunk = (finishReason: string | undefined, more: object = { usageMetadata }) =>
  JSON.stringify({ candidates: [{ content: { parts: [{ text: "a" }] }, finishReason }], modelVersion: "m", ...more })

describe("an answer of the Gemini API", () => {
  it.each([
    { reason: "STOP", want: undefined },
    { reason: "MAX_TOKENS", want: "MAX_TOKENS" },
    { reason: "SAFETY", want: "SAFETY" },
    { reason: "a word\nof nobody's", want: undefined }
  ])("that ends with $reason is not whole: $want", ({ reason, want }) => {
    const seen = geminiShape.seenAfter(geminiShape.seenAfter(undefined, chunk(undefined)), chunk(reason))
    assert.strictEqual(seen?.usage.unfinished, want)
    assert.isTrue(seen?.final)
    assert.strictEqual(geminiShape.usageOf(chunk(reason))?.unfinished, want)
  })

  it("that tells its end without its tokens is not whole either, and not settled by that", () => {
    const seen = geminiShape.seenAfter(geminiShape.seenAfter(undefined, chunk(undefined)), chunk("MAX_TOKENS", {}))
    assert.deepInclude(seen, { final: false })
    assert.deepInclude(seen?.usage, { unfinished: "MAX_TOKENS", input: 100, output: 5 })
  })
})
