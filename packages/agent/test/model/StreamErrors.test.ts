/** Errors that stand in a stream, each with the status that it would have had. */
import { assert, describe, it } from "@effect/vitest"
import { chatShape } from "../../src/model/chat/Usage.ts"
import { geminiShape } from "../../src/model/gemini/Usage.ts"
import { errorOf } from "../../src/model/messages/Usage.ts"
import { openAiLimit } from "../../src/model/openai/OpenAiLimit.ts"
import { responsesShape } from "../../src/model/responses/Usage.ts"

const failed = (error: object) =>
  JSON.stringify({ type: "response.failed", response: { model: "m", usage: null, error } })

describe("an error within a stream has the status of a plain one", () => {
  it.each<readonly [string, (data: string) => { readonly status: number } | undefined, string, number | undefined]>([
    ["Messages", errorOf, `{"type":"error","error":{"type":"overloaded_error","message":"no"}}`, 529],
    ["Messages", errorOf, `{"type": "error", "error": {"type": "rate_limit_error"}}`, 429],
    ["Messages", errorOf, `{"type":"error","error":{"type":"of_next_year"}}`, 500],
    ["Messages", errorOf, `{"type":"content_block_delta","delta":{"text":"{\\"type\\":\\"error\\"}"}}`, undefined],
    ["Responses", responsesShape.errorOf, failed({ code: "rate_limit_exceeded", message: "slow" }), 429],
    ["Responses", responsesShape.errorOf, failed({ code: "insufficient_quota" }), 429],
    ["Responses", responsesShape.errorOf, failed({ code: "server_is_overloaded" }), 503],
    ["Responses", responsesShape.errorOf, failed({ code: "context_length_exceeded" }), 400],
    ["Responses", responsesShape.errorOf, failed({ code: "server_error" }), 500],
    ["Responses", responsesShape.errorOf, `{"type":"error","code":"rate_limit_exceeded","message":"x"}`, 429],
    ["Responses", responsesShape.errorOf, `{"type":"response.output_text.delta","delta":"{\\"error\\":1}"}`, undefined],
    ["Chat", chatShape.errorOf, `{"error":{"code":429,"message":"slow"}}`, 429],
    ["Chat", chatShape.errorOf, `{"error":{"type":"requests","message":"slow"}}`, 429],
    ["Chat", chatShape.errorOf, `{"error":{"code":200,"type":"server_error"}}`, 500],
    ["Chat", chatShape.errorOf, `{"error":"no object"}`, 500],
    ["Chat", chatShape.errorOf, `{"choices":[{"delta":{"content":"{\\"error\\":1}"}}]}`, undefined],
    ["Gemini", geminiShape.errorOf, `{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}`, 429],
    ["Gemini", geminiShape.errorOf, `{"error":{"code":7}}`, 500],
    ["Gemini", geminiShape.errorOf, `{"candidates":[{"content":{"parts":[{"text":"{\\"error\\":{}}"}]}}]}`, undefined]
  ])("%s: %#", (_, read, data, want) => assert.strictEqual(read(data)?.status, want))
})

it("a limit of OpenAI's within a stream ends when its words say", () => {
  const error = responsesShape.errorOf(
    failed({ code: "rate_limit_exceeded", message: "Rate limit reached for m. Please try again in 11.054s. Visit x." })
  )
  assert.deepStrictEqual(openAiLimit({ status: error?.status ?? 0, headers: {}, words: error?.words ?? "" }, 1_000), {
    resetAt: 1_012
  })
})
