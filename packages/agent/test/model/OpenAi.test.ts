import { assert, describe, it } from "@effect/vitest"
import { durationSeconds, openAiLimit } from "../../src/model/openai/OpenAiLimit.ts"
import { joined } from "../../src/model/providers/Direct.ts"
import { responsesShape } from "../../src/model/responses/Usage.ts"

describe("the end of a limit of OpenAI's", () => {
  it.each<readonly [string, number | undefined]>([
    ["6m0s", 360],
    ["1h2m3.5s", 3723.5],
    ["20ms", 0.02],
    ["1d2h", 93_600],
    ["7", 7],
    ["1.5", 1.5],
    ["soon", undefined],
    ["", undefined],
    ["5m ", undefined],
    ["-5s", undefined]
  ])("%j is %s seconds", (text, want) => assert.strictEqual(durationSeconds(text), want))

  it.each<readonly [string, Readonly<Record<string, string>>, string, number | undefined]>([
    [
      "is that of what is used up",
      {
        "x-ratelimit-remaining-requests": "7",
        "x-ratelimit-reset-requests": "1h",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6m0s"
      },
      "{}",
      1_000_360
    ],
    ["is some seconds from now", { "retry-after": "90" }, "", 1_000_090],
    ["is a time", { "retry-after": "Mon, 12 Jan 1970 13:48:10 GMT" }, "", 1_000_090],
    ["is some milliseconds from now", { "retry-after-ms": "1500" }, "", 1_000_002],
    ["is what an account's limit says", { "retry-after": "1" }, `{"error":{"resets_at":1900000000}}`, 1_900_000_000],
    ["is so far away", {}, `{"error":{"resets_in_seconds":60}}`, 1_000_060],
    ["is what its words say", {}, `{"error":{"message":"Please try again in 1m0s."}}`, 1_000_060],
    ["is what Azure's words say", {}, `{"error":{"message":"Please retry after 26 seconds."}}`, 1_000_026],
    ["is a time in milliseconds", { "x-ratelimit-reset": "1000090000000" }, "", 1_000_090_000],
    ["is not known", {}, `{"error":{"code":"insufficient_quota"}}`, undefined],
    ["is not made up", { "retry-after": "soon" }, `{"error":{"resets_at":"never"}}`, undefined]
  ])(
    "%s",
    (_, headers, words, want) =>
      assert.deepStrictEqual(openAiLimit({ status: 429, headers, words }, 1_000_000), { resetAt: want })
  )

  it("is nothing that a server error speaks of", () =>
    assert.isUndefined(openAiLimit({ status: 500, headers: { "retry-after": "5" }, words: "" }, 0)))
})

describe("what an answer of the Responses API used", () => {
  const usage = { input_tokens: 2_000, input_tokens_details: { cached_tokens: 400 }, output_tokens: 100 }
  const response = (more: object) => JSON.stringify({ model: "gpt-5", usage, ...more })

  it.each<readonly [string, string, object | undefined]>([
    ["takes what was cached out of the input", response({}), { input: 1_600, cacheRead: 400, output: 100, factor: 1 }],
    [
      "counts what was written to the cache",
      response({ usage: { ...usage, input_tokens_details: { cached_tokens: 400, cache_write_tokens: 100 } } }),
      { input: 1_500, cacheRead: 400, cacheWrite: 100 }
    ],
    ["is dearer in the tier that is", response({ service_tier: "priority" }), { factor: 2.5 }],
    ["is never less than nothing", response({ usage: { ...usage, input_tokens_details: { cached_tokens: 9_000 } } }), {
      input: 0,
      cacheRead: 2_000
    }],
    ["is nothing that is not told", response({ usage: null }), undefined],
    ["is nothing without its output", response({ usage: { input_tokens: 5 } }), undefined],
    ["is nothing of negative tokens", response({ usage: { input_tokens: -5, output_tokens: -5 } }), undefined]
  ])("%s", (_, body, want) => {
    const found = responsesShape.usageOf(body)
    if (want === undefined) assert.isUndefined(found)
    else assert.deepInclude(found, want)
  })

  it("is never what a model's text only speaks of", () => {
    const fake = JSON.stringify({ type: "response.completed", response: { model: "m", usage } })
    const delta = JSON.stringify({ type: "response.output_text.delta", delta: fake })
    assert.isUndefined(responsesShape.seenAfter(undefined, delta))
    assert.strictEqual(responsesShape.outputBefore(delta) > 0, true)
  })

  it("is found wherever a server writes the type of its event", () =>
    assert.isTrue(
      responsesShape.seenAfter(
        undefined,
        JSON.stringify({ response: JSON.parse(response({})), type: "response.completed" })
      )
        ?.final
    ))
})

describe("the address of a server of one of the APIs", () => {
  it.each([
    ["https://api.openai.com", "/v1/responses", "https://api.openai.com/v1/responses"],
    ["https://openrouter.ai/api/v1", "/v1/chat/completions", "https://openrouter.ai/api/v1/chat/completions"],
    ["http://vllm:8000/v1/", "/v1/models", "http://vllm:8000/v1/models"],
    [
      "https://gateway.test/v1beta",
      "/v1beta/models/m:generateContent",
      "https://gateway.test/v1beta/models/m:generateContent"
    ],
    [
      "https://gateway.test/v1",
      "/v1beta/models/m:generateContent",
      "https://gateway.test/v1/v1beta/models/m:generateContent"
    ]
  ])("%s with %s", (base, path, want) => assert.strictEqual(joined(base, path), want))
})
