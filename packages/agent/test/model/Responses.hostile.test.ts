/** Requests to the Responses API that cost what nobody reserved, or read what is not in them. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { Policy } from "../../src/model/ModelDialect.ts"
import { openAiHeaders } from "../../src/model/openai/OpenAiHeaders.ts"
import { checkRequest } from "../../src/model/responses/CheckRequest.ts"

const model = "gpt-5.3-codex"
const policy: Policy = { model, allowed: ["gpt-5-nano"], outputTokens: 32_000 }
const request = { model, input: [{ type: "message", role: "user", content: "Hi" }] }

const check = (body: unknown) =>
  checkRequest(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), policy)
const passed = (body: unknown) => Result.getOrThrow(check(body))
const sent = (body: unknown): Readonly<Record<string, unknown>> => JSON.parse(passed(body).body)
const refused = (body: unknown) =>
  Result.match(check(body), { onFailure: ({ message }) => message, onSuccess: () => undefined })

describe("output", () => {
  it("that nobody bounds is bounded and reserved for", () => {
    assert.strictEqual(passed(request).bounds.outputTokens, 32_000)
    assert.strictEqual(sent(request)["max_output_tokens"], 32_000)
    assert.strictEqual(sent({ ...request, max_output_tokens: null })["max_output_tokens"], 32_000)
  })

  it.each<unknown>(["100", -1, 1.5, 1e9, [100], {}, true])(
    "in %j tokens is refused",
    (max_output_tokens) => assert.include(refused({ ...request, max_output_tokens }), "max_output_tokens")
  )

  it("named twice is the second one, for us and for the API", () => {
    const { body, bounds } = passed(`{"model":"${model}","max_output_tokens":1,"input":"Hi","max_output_tokens":64000}`)
    assert.strictEqual(bounds.outputTokens, 64_000)
    assert.strictEqual(body.match(/max_output_tokens/g)?.length, 1)
  })
})

describe("what is kept at the API", () => {
  it.each(["previous_response_id", "conversation", "prompt", "background"])(
    "is refused as %s",
    (name) => assert.include(refused({ ...request, [name]: name === "background" ? true : "resp_1" }), name)
  )
  it("is refused as an item by its id", () =>
    assert.isString(refused({ ...request, input: [{ type: "item_reference", id: "msg_1" }] })))
  it.each([true, null, undefined])(
    "is never added to: store %j",
    (store) => assert.strictEqual(sent({ ...request, store })["store"], false)
  )
})

describe("what costs more than tokens", () => {
  it.each([
    "web_search",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "file_search",
    "code_interpreter",
    "image_generation",
    "computer_use_preview",
    "mcp",
    "tool_search",
    "shell",
    "a_tool_of_next_year",
    "",
    7,
    { type: "function" }
  ])(
    "is refused as a tool of type %j",
    (type) =>
      assert.include(
        refused({ ...request, tools: [{ type: "function", name: "x" }, { type, name: "y" }] }),
        "without it"
      )
  )

  it("is refused within a namespace, and as a namespace within one", () => {
    const namespace = (...tools: ReadonlyArray<unknown>) => ({ type: "namespace", name: "n", tools })
    assert.isUndefined(refused({ ...request, tools: [namespace({ type: "function", name: "x" })] }))
    assert.isString(refused({ ...request, tools: [namespace({ type: "mcp", server_url: "https://x.test" })] }))
    assert.isString(refused({ ...request, tools: [namespace(namespace())] }))
    assert.isString(refused({ ...request, tools: [namespace("mcp")] }))
  })

  it.each(["tool_search_output", "additional_tools"])(
    "is refused as a tool of an item %s",
    (type) => assert.isString(refused({ ...request, input: [{ type, tools: [{ type: "web_search" }] }] }))
  )

  it("goes on where the agent runs it", () =>
    assert.isUndefined(refused({
      ...request,
      tools: [
        { type: "function", name: "x", parameters: {} },
        { type: "custom", name: "apply_patch", format: {} },
        { type: "local_shell" },
        { type: "apply_patch" },
        { type: "shell", environment: { type: "local" } },
        { type: "tool_search", execution: "client" }
      ]
    })))

  it.each([
    "service_tier",
    "prompt_cache_retention",
    "context_management",
    "top_logprobs",
    "user",
    "client_metadata",
    "a_field_of_next_year",
    "constructor",
    "__proto__"
  ])(
    "is left out as the field %s",
    (name) => assert.notInclude(Object.keys(sent(`{"model":"${model}","input":"x","${name}":"priority"}`)), name)
  )

  it("is left out as more than thoughts in include", () =>
    assert.deepStrictEqual(
      sent({ ...request, include: ["reasoning.encrypted_content", "web_search_call.results"] })["include"],
      ["reasoning.encrypted_content"]
    ))

  it.each(["openai-organization", "openai-project", "openai-beta", "cookie", "x-codex-beta-features", "session-id"])(
    "is left out as the header %s",
    (name) => assert.notProperty(openAiHeaders.requestHeaders({ [name]: "x" }, undefined, model), name)
  )
})

describe("input that its bytes do not bound", () => {
  const user = (...content: ReadonlyArray<unknown>) => ({ ...request, input: [{ role: "user", content }] })
  const bound = (...content: ReadonlyArray<unknown>) => passed(user(...content)).bounds.inputTokens

  it.each<readonly [attack: string, part: unknown]>([
    ["an image by its address", { type: "input_image", image_url: "https://x.test/1.png" }],
    ["an image by an id", { type: "input_image", file_id: "file-1" }],
    ["a data image with an id beside it", { type: "input_image", image_url: "data:image/png;base64,AA", file_id: "f" }],
    ["a file by its address", { type: "input_file", file_url: "https://x.test/1.pdf" }],
    ["a file by an id", { type: "input_file", file_id: "file-1" }],
    ["a text with an id beside it", { type: "input_text", text: "x", file_id: "file-1" }],
    ["an image without anything", { type: "input_image" }]
  ])("is refused: %s", (_, part) => {
    assert.isString(refused(user(part)))
    for (const type of ["function_call_output", "custom_tool_call_output"]) {
      assert.isString(refused({ ...request, input: [{ type, call_id: "c", output: [part] }] }))
    }
  })

  it("of an image is what a model makes of one, not its bytes", () => {
    const image = (size: number) =>
      bound({ type: "input_image", image_url: `data:image/png;base64,${"A".repeat(size)}` })
    assert.isAtLeast(image(4), 16_000)
    assert.isBelow(image(3_000_000), 20_000)
  })

  it("of a file with pages, or of an item that nobody knows, is a whole context", () => {
    assert.isAtLeast(bound({ type: "input_file", filename: "x.pdf", file_data: "JVBERi0=" }), 1_000_000)
    for (const type of ["computer_call_output", "configuration_update", "compaction_trigger", "mcp_call", 7]) {
      assert.isAtLeast(passed({ ...request, input: [{ type }] }).bounds.inputTokens, 1_000_000)
    }
  })

  it("of texts is bounded by their bytes", () => {
    assert.isAtLeast(passed({ ...request, instructions: "\u{1f600}".repeat(1_000) }).bounds.inputTokens, 4_000)
    assert.isAtLeast(passed({ ...request, input: "x".repeat(5_000) }).bounds.inputTokens, 5_000)
  })
})

describe("a body that cannot be checked", () => {
  it.each<unknown>([
    "",
    "[]",
    { ...request, input: 7 },
    { ...request, input: { role: "user" } },
    { ...request, input: ["Hi"] },
    { ...request, tools: { type: "mcp" } },
    { ...request, tools: ["mcp"] },
    { ...request, stream: "true" },
    { ...request, model: [model] },
    { ...request, model: "gpt-5.5-pro" },
    `{"model":"gpt-5.5-pro","input":"x","model":7}`
  ])("is refused: %j", (body) => assert.isString(refused(body)))
})

it("only a request of the run's own model with tools is a turn", () => {
  const tools = [{ type: "function", name: "x" }]
  assert.isTrue(passed({ ...request, tools }).turn)
  assert.isFalse(passed(request).turn)
  assert.isFalse(passed({ ...request, tools, model: "gpt-5-nano-2025-08-07" }).turn)
})
