/** Requests to the Gemini API that cost what nobody reserved, or read what is not in them; field by field. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { checkRequest } from "../../src/model/gemini/CheckRequest.ts"
import { gemini } from "../../src/model/gemini/Gemini.ts"
import { geminiFieldRows, geminiHeaderRows, geminiToolRows } from "../../src/model/gemini/Rules.ts"
import type { Policy, Target } from "../../src/model/ModelDialect.ts"

const model = "gemini-2.5-pro"
const policy: Policy = { model, allowed: ["gemini-2.5-flash"], outputTokens: 32_000 }
const request = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] }
const answerOf = (name: string): Target => ({
  path: `/v1beta/models/${name}:generateContent`,
  asks: "answer",
  model: name
})
const answers = answerOf(model)

const check = (body: unknown, target = answers) =>
  checkRequest(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), policy, target)
const passed = (body: unknown, target?: Target) => Result.getOrThrow(check(body, target))
const sent = (body: unknown, target?: Target) => JSON.parse(passed(body, target).body)
const refused = (body: unknown, target?: Target) =>
  Result.match(check(body, target), { onFailure: ({ message }) => message, onSuccess: () => undefined })

const named = (rows: Readonly<Record<string, { readonly treatment: string }>>, treatment: string) =>
  Object.entries(rows).flatMap(([name, row]) => row.treatment === treatment && name !== "*" ? [name] : [])
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

describe("output", () => {
  it("that nobody bounds is bounded and reserved for", () => {
    for (const config of [undefined, null, {}, { maxOutputTokens: null }]) {
      assert.strictEqual(passed({ ...request, generationConfig: config }).bounds.outputTokens, 32_000)
      assert.strictEqual(sent({ ...request, generationConfig: config }).generationConfig.maxOutputTokens, 32_000)
    }
  })

  it.each<unknown>(["100", -1, 1.5, 1e9, [100], {}, true])("in %j tokens is refused", (maxOutputTokens) => {
    assert.include(refused({ ...request, generationConfig: { maxOutputTokens } }), "maxOutputTokens")
    assert.include(
      refused({ ...request, generation_config: { max_output_tokens: maxOutputTokens } }),
      "maxOutputTokens"
    )
  })

  it.each([
    { generationConfig: { maxOutputTokens: 5 } },
    { generation_config: { max_output_tokens: 5 } },
    { generationConfig: { max_output_tokens: 5 } },
    { generation_config: { maxOutputTokens: 5 } }
  ])("is the same bound in each spelling: %j", (config) => {
    assert.strictEqual(passed({ ...request, ...config }).bounds.outputTokens, 5)
    assert.deepStrictEqual(sent({ ...request, ...config }).generationConfig, { maxOutputTokens: 5 })
  })

  it.each([
    { generationConfig: {}, generation_config: { maxOutputTokens: 64_000 } },
    { generationConfig: { maxOutputTokens: 5, max_output_tokens: 64_000 } }
  ])("in two spellings at once is refused: %j", (config) => assert.isString(refused({ ...request, ...config })))

  it.each([
    "candidateCount",
    "responseModalities",
    "speechConfig",
    "imageConfig",
    "audioTimestamp",
    "responseLogprobs",
    "logprobs",
    "routingConfig",
    "modelSelectionConfig",
    "of_next_year"
  ])("has no more than one answer in text: %s is left out", (name) => {
    for (const spelled of [name, snake(name)]) {
      const { generationConfig } = sent({ ...request, generationConfig: { temperature: 1, [spelled]: 8 } })
      assert.deepStrictEqual(generationConfig, { temperature: 1, maxOutputTokens: 32_000 })
    }
  })
})

describe("fields", () => {
  it.each(named(geminiFieldRows, "dropped"))("%s is left out, in both spellings", (name) => {
    for (const spelled of [name, snake(name)]) assert.notProperty(sent({ ...request, [spelled]: "priority" }), name)
  })

  it.each(named(geminiFieldRows, "refused"))("%s is refused, in both spellings", (name) => {
    for (const spelled of [name, snake(name)]) assert.isString(refused({ ...request, [spelled]: "cachedContents/1" }))
  })

  it.each(["of_next_year", "constructor", "__proto__", "model", "generateContentRequest"])(
    "%s, which nobody knows, is left out",
    (name) => assert.notInclude(Object.keys(sent(`{"contents":[],"${name}":{"x":1}}`)), name)
  )

  it("of how tools are used no more goes on than how functions are called", () =>
    assert.deepStrictEqual(
      sent({ ...request, toolConfig: { functionCallingConfig: { mode: "ANY" }, retrievalConfig: {}, x: 1 } })
        .toolConfig,
      { functionCallingConfig: { mode: "ANY" } }
    ))
})

describe("tools", () => {
  it.each([...named(geminiToolRows, "refused"), "aToolOfNextYear", "__proto__"])(
    "%s is refused, in both spellings, beside functions too",
    (name) => {
      for (const spelled of [name, snake(name)]) {
        const body = `{"contents":[],"tools":[{"functionDeclarations":[],"${spelled}":{}}]}`
        assert.include(refused(body), "without it")
      }
    }
  )

  it("that the agent runs go on", () => {
    for (const name of ["functionDeclarations", "function_declarations"]) {
      const tools = [{ [name]: [{ name: "shell" }] }]
      assert.isTrue(passed({ ...request, tools }).turn)
      assert.isFalse(passed({ ...request, tools }, answerOf("gemini-2.5-flash-lite")).turn)
    }
    assert.isFalse(passed(request).turn)
  })
})

describe("input that its bytes do not bound", () => {
  const user = (...parts: ReadonlyArray<unknown>) => ({ contents: [{ role: "user", parts }] })
  const bound = (...parts: ReadonlyArray<unknown>) => passed(user(...parts)).bounds.inputTokens

  it.each<readonly [string, unknown]>([
    ["a file by its address", { fileData: { fileUri: "https://x.test/1.pdf" } }],
    ["a file by its address, spelled otherwise", { file_data: { file_uri: "gs://bucket/1.pdf" } }],
    ["a film by its page", { fileData: { fileUri: "https://www.youtube.com/watch?v=x" } }],
    ["a text with a file beside it", { text: "x", fileData: { fileUri: "x" } }],
    ["a file in two spellings", { inlineData: { data: "AA" }, inline_data: { data: "AA" } }],
    ["a file of two types", { inlineData: { mimeType: "image/png", mime_type: "video/mp4", data: "AA" } }]
  ])("is refused: %s", (_, part) => {
    assert.isString(refused(user(part)))
    assert.isString(refused({ ...request, systemInstruction: { parts: [part] } }))
    assert.isString(refused({ ...request, system_instruction: { parts: [part] } }))
    assert.isString(refused(user({ functionResponse: { name: "x", response: {}, parts: [part] } })))
  })

  it("of an image is what a model makes of one, not its bytes", () => {
    const image = (size: number) => bound({ inlineData: { mimeType: "image/png", data: "A".repeat(size) } })
    assert.isAtLeast(image(4), 8_000)
    assert.isBelow(image(3_000_000), 20_000)
  })

  it.each([
    { inlineData: { mimeType: "video/mp4", data: "AA" } },
    { inline_data: { mime_type: "audio/wav", data: "AA" } },
    { inlineData: { mimeType: "application/pdf", data: "AA" } },
    { inlineData: { mimeType: ["image/png"], data: "AA" } },
    { inlineData: { data: "AA" } },
    { videoMetadata: { fps: 24 } },
    { executableCode: {} },
    { ofNextYear: {} }
  ])("of %j is a whole context", (part) => assert.isAtLeast(bound(part), 1_000_000))

  it("of texts is bounded by their bytes, wherever they stand", () => {
    const long = "\u{1f600}".repeat(1_000)
    assert.isAtLeast(bound({ text: long }, { functionCall: { args: { long } } }, { thoughtSignature: long }), 12_000)
    for (const systemInstruction of [long, { parts: [{ text: long }] }]) {
      assert.isAtLeast(passed({ ...request, systemInstruction }).bounds.inputTokens, 4_000)
    }
  })

  it("is no less because it is only to be counted", () => {
    const count: Target = { path: `/v1beta/models/${model}:countTokens`, asks: "count", model }
    assert.deepInclude(passed(request, count).bounds, { outputTokens: 0 })
    assert.notProperty(sent(request, count), "generationConfig")
  })
})

describe("a body that cannot be checked", () => {
  it.each<unknown>([
    "",
    "[]",
    { contents: "Hi" },
    { contents: { parts: [] } },
    { contents: ["Hi"] },
    { contents: [{ parts: { text: "x" } }] },
    { contents: [{ parts: "x" }] },
    { ...request, tools: { functionDeclarations: [] } },
    { ...request, tools: ["googleSearch"] }
  ])("is refused: %j", (body) => assert.isString(refused(body)))
})

describe("another model than the run's", () => {
  it.each([undefined, "gemini-3-pro-preview", `${model}-exp`, "tunedModels", "gemini-2.5"])(
    "is refused: %s",
    (name) => assert.isString(refused(request, name === undefined ? { path: "/", asks: "answer" } : answerOf(name)))
  )

  it.each([
    `/v1beta/models/${model}:generateContent?key=x`,
    `/v1beta/models/${model}:streamGenerateContent`,
    `/v1beta/models/${model}:batchGenerateContent`,
    `/v1beta/models/${model}:predict`,
    `/v1beta/models/${model}:embedContent`,
    `/v1beta/tunedModels/x:generateContent`,
    `/v1beta/models/%67emini:generateContent`,
    `/v1alpha/models/${model}:generateContent`,
    `/v1beta/models/../${model}:generateContent`,
    `/v1beta/cachedContents`,
    `/v1beta/interactions`
  ])("and another path is not forwarded: %s", (url) => {
    const [path = "", query] = url.split("?")
    assert.isUndefined(gemini.target("POST", path, query === undefined ? "" : `?${query}`))
  })
})

it.each(named(geminiHeaderRows, "dropped"))("the header %s is left out", (name) => {
  const headers = gemini.requestHeaders({ [name]: "x" }, { type: "apiKey", value: "fake-key" }, model)
  assert.notStrictEqual(headers[name], "x")
})
