/** Requests to the Chat Completions API that cost what nobody reserved, or read what is not in them; field by field. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { checkRequest } from "../../src/model/chat/CheckRequest.ts"
import { chatFieldRows, chatToolRows } from "../../src/model/chat/Rules.ts"
import { chatShape } from "../../src/model/chat/Usage.ts"
import type { Policy } from "../../src/model/ModelDialect.ts"

const model = "gpt-5.4-mini"
const policy: Policy = { model, allowed: ["gpt-5-nano"], outputTokens: 32_000 }
const request = { model, messages: [{ role: "user", content: "Hi" }] }

const check = (body: unknown) =>
  checkRequest(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), policy)
const passed = (body: unknown) => Result.getOrThrow(check(body))
const sent = (body: unknown): Readonly<Record<string, unknown>> => JSON.parse(passed(body).body)
const refused = (body: unknown) =>
  Result.match(check(body), { onFailure: ({ message }) => message, onSuccess: () => undefined })

const named = (treatment: string) =>
  Object.entries(chatFieldRows).flatMap(([name, row]) => row.treatment === treatment ? [name] : [])

describe("output", () => {
  it("that nobody bounds is bounded and reserved for", () => {
    for (const body of [request, { ...request, max_tokens: null }, { ...request, max_completion_tokens: null }]) {
      assert.strictEqual(passed(body).bounds.outputTokens, 32_000)
      assert.strictEqual(sent(body)["max_completion_tokens"], 32_000)
    }
  })

  it("keeps the older name of its bound, which older servers know alone", () =>
    assert.deepInclude(sent({ ...request, max_tokens: 5 }), { max_tokens: 5 }))

  it("bounded by both names is reserved for by the larger", () => {
    assert.strictEqual(passed({ ...request, max_tokens: 5, max_completion_tokens: 64_000 }).bounds.outputTokens, 64_000)
    assert.strictEqual(passed({ ...request, max_tokens: 64_000, max_completion_tokens: 5 }).bounds.outputTokens, 64_000)
  })

  it.each<unknown>(["100", -1, 1.5, 1e9, [100], {}, true])("in %j tokens is refused", (bound) => {
    for (const name of ["max_tokens", "max_completion_tokens"]) {
      assert.include(refused({ ...request, [name]: bound }), name)
    }
  })

  it("named twice is the second one, for us and for the API", () => {
    const { body, bounds } = passed(
      `{"model":"${model}","max_completion_tokens":1,"messages":[],"max_completion_tokens":64000}`
    )
    assert.strictEqual(bounds.outputTokens, 64_000)
    assert.strictEqual(body.match(/max_completion_tokens/g)?.length, 1)
  })
})

describe("fields", () => {
  it.each(named("dropped"))(
    "%s is left out",
    (name) => assert.notProperty(sent({ ...request, [name]: name === "n" ? 8 : "priority" }), name)
  )

  it.each(named("refused"))(
    "%s is refused, and named",
    (name) => assert.include(refused({ ...request, [name]: {} }), name)
  )

  it.each(["a_field_of_next_year", "constructor", "__proto__", "Model", "reasoning", "transforms", "extra_body"])(
    "%s, which nobody knows, is left out",
    (name) => assert.notInclude(Object.keys(sent(`{"model":"${model}","messages":[],"${name}":{"n":8}}`)), name)
  )

  it("a stream always tells its usage, whatever the client asks for", () => {
    for (const options of [undefined, null, {}, { include_usage: false }, { include_usage: false, other: 1 }]) {
      assert.deepStrictEqual(sent({ ...request, stream: true, stream_options: options })["stream_options"], {
        include_usage: true
      })
    }
    assert.notProperty(sent({ ...request, stream_options: { include_usage: true } }), "stream_options")
  })
})

describe("tools", () => {
  it.each([
    ...Object.keys(chatToolRows).filter((type) => chatToolRows[type]?.treatment !== "allowed" && type !== "*"),
    "web_search",
    "web_search_preview",
    "openrouter:web_search",
    "code_interpreter",
    "mcp",
    "a_tool_of_next_year",
    "",
    7,
    { type: "function" }
  ])("of type %j are refused", (type) =>
    assert.include(
      refused({ ...request, tools: [{ type: "function", function: { name: "x" } }, { type, name: "y" }] }),
      "without it"
    ))

  it("that the agent runs go on, and the largest is counted", () => {
    const tools = [{ type: "function", function: { name: "x" } }, { function: { name: "y" } }, { type: "custom" }]
    assert.isUndefined(refused({ ...request, tools }))
    assert.strictEqual(passed({ ...request, tools }).turn, true)
  })
})

describe("input that its bytes do not bound", () => {
  const user = (...content: ReadonlyArray<unknown>) => ({ ...request, messages: [{ role: "user", content }] })
  const bound = (...content: ReadonlyArray<unknown>) => passed(user(...content)).bounds.inputTokens

  it.each<readonly [string, unknown]>([
    ["an image by its address", { type: "image_url", image_url: { url: "https://x.test/1.png" } }],
    ["an image by its address as a text", { type: "image_url", image_url: "https://x.test/1.png" }],
    ["an image by a file's address", { type: "image_url", image_url: { url: "file:///etc/passwd" } }],
    ["a file by an id", { type: "file", file: { file_id: "file-1" } }],
    ["a file with its data and an id", { type: "file", file: { file_data: "data:x;base64,AA", file_id: "f" } }],
    ["a text with an id beside it", { type: "text", text: "x", file_id: "file-1" }],
    ["a file without anything", { type: "file" }],
    ["an image without anything", { type: "image_url" }]
  ])("is refused: %s", (_, part) => {
    assert.isString(refused(user(part)))
    assert.isString(refused({ ...request, messages: [{ role: "tool", tool_call_id: "c", content: [part] }] }))
    assert.isString(refused({ ...request, messages: [{ role: "system", content: [part] }] }))
  })

  it("of an image is what a model makes of one, not its bytes", () => {
    const image = (size: number) =>
      bound({ type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(size)}` } })
    assert.isAtLeast(image(4), 16_000)
    assert.isBelow(image(3_000_000), 20_000)
  })

  it("of sound, of a film, of pages, and of what nobody knows is a whole context", () => {
    for (
      const part of [
        { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
        { type: "video_url", video_url: { url: "https://x.test/1.mp4" } },
        { type: "file", file: { file_data: "data:application/pdf;base64,AA" } },
        { type: "of_next_year" },
        { type: 7 }
      ]
    ) assert.isAtLeast(bound(part), 1_000_000)
  })

  it("of an earlier answer in sound, which is at the API, is a whole context", () => {
    const messages = [{ role: "assistant", audio: { id: "audio_1" } }]
    assert.isAtLeast(passed({ ...request, messages }).bounds.inputTokens, 1_000_000)
  })

  it("of texts is bounded by their bytes, wherever they stand", () => {
    const long = "\u{1f600}".repeat(1_000)
    const messages = [
      { role: "assistant", content: null, tool_calls: [{ id: "c", function: { name: "x", arguments: long } }] },
      { role: "assistant", content: null, reasoning_content: long, refusal: long, name: long }
    ]
    assert.isAtLeast(passed({ ...request, messages }).bounds.inputTokens, 16_000)
    assert.isAtLeast(passed({ ...request, response_format: { schema: long } }).bounds.inputTokens, 4_000)
  })
})

describe("a body that cannot be checked", () => {
  it.each<unknown>([
    "",
    "[]",
    "null",
    { ...request, messages: "Hi" },
    { ...request, messages: { role: "user" } },
    { ...request, messages: ["Hi"] },
    { ...request, messages: [null] },
    { ...request, tools: { type: "function" } },
    { ...request, tools: ["function"] },
    { ...request, stream: "true" },
    { ...request, stream: 1 },
    { ...request, model: [model] },
    { ...request, model: "gpt-5.5-pro" },
    { ...request, model: `${model}:online` },
    `{"model":"${model}","messages":[],"model":"gpt-5.5-pro"}`
  ])("is refused: %j", (body) => assert.isString(refused(body)))
})

describe("what an answer used", () => {
  const usage = { prompt_tokens: 1_000, prompt_tokens_details: { cached_tokens: 300 }, completion_tokens: 50 }
  const answer = (more: object) => JSON.stringify({ model, choices: [], ...more })

  it.each<readonly [string, object, object | undefined]>([
    ["takes what was cached out of the input", { usage }, { input: 700, cacheRead: 300, output: 50, factor: 1 }],
    ["is dearer in the tier that is", { usage, service_tier: "priority" }, { factor: 2.5 }],
    ["is never less than nothing", { usage: { ...usage, prompt_tokens_details: { cached_tokens: 5_000 } } }, {
      input: 0,
      cacheRead: 1_000
    }],
    ["is nothing that is not told", { usage: null }, undefined],
    ["is nothing without its output", { usage: { prompt_tokens: 5 } }, undefined],
    ["is nothing of negative tokens", { usage: { prompt_tokens: -5, completion_tokens: -5 } }, undefined]
  ])("%s", (_, more, want) => {
    const found = chatShape.usageOf(answer(more))
    if (want === undefined) assert.isUndefined(found)
    else assert.deepInclude(found, want)
  })

  it("is never what a model's text only speaks of", () => {
    const quoted = JSON.stringify({ model, choices: [{ delta: { content: answer({ usage }) }, finish_reason: null }] })
    assert.isNotTrue(chatShape.seenAfter(undefined, quoted)?.final)
    assert.strictEqual(chatShape.seenAfter(undefined, quoted)?.usage.output, 0)
  })

  it("is the last of running totals", () => {
    const chunk = (output: number, finish_reason: string | null) =>
      answer({ choices: [{ delta: {}, finish_reason }], usage: { ...usage, completion_tokens: output } })
    const first = chatShape.seenAfter(undefined, chunk(5, null))
    assert.isFalse(first?.final)
    assert.deepInclude(chatShape.seenAfter(first, chunk(60, "stop"))?.usage, { output: 60 })
  })
})
