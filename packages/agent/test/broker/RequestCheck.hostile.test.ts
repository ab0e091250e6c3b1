/** Requests that mean one thing to who checks them and another to who is paid for them, or that cost what nobody reserved. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { requestHeaders } from "../../src/model/messages/ModelRequest.ts"
import { checkRequest } from "../../src/model/messages/RequestCheck.ts"
import type { Policy } from "../../src/model/ModelDialect.ts"

const model = "claude-sonnet-4-20250514"
const policy: Policy = { model, allowed: ["claude-haiku-"], outputTokens: 32_000 }
const request = { model, max_tokens: 100, messages: [{ role: "user", content: "Hi" }] }

const check = (body: unknown, as: Policy = policy) =>
  checkRequest(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), as)
const passed = (body: unknown, as?: Policy) => Result.getOrThrow(check(body, as))
const sent = (body: unknown, as?: Policy): Readonly<Record<string, unknown>> => JSON.parse(passed(body, as).body)
const refused = (body: unknown, as?: Policy) =>
  Result.match(check(body, as), { onFailure: ({ message }) => message, onSuccess: () => undefined })

describe("another model than the run's", () => {
  it.each<readonly [attack: string, model: unknown]>([
    ["a dearer one", "claude-opus-4-20250514"],
    ["the run's in capitals", model.toUpperCase()],
    ["the run's with a space behind it", `${model} `],
    ["the run's with a space before it", ` ${model}`],
    ["the run's with a zero byte behind it", `${model}\0`],
    ["the run's with a line break behind it", `${model}\n`],
    ["the run's with a longer context", `${model}[1m]`],
    ["one that begins like the run's", `${model}-opus`],
    ["one that the run's begins with", "claude-sonnet-4"],
    ["one that a listed beginning begins with", "claude-haiku"],
    ["a listed beginning in capitals", "Claude-Haiku-4-5"],
    ["a letter that only looks like it", model.replace("a", "\u0430")],
    ["a path that ends in the run's", `../${model}`],
    ["a list with the run's", [model]],
    ["an object that says it is the run's", { toString: model }],
    ["none", undefined],
    ["nothing", null],
    ["an empty name", ""],
    ["a number", 4],
    ["a name of ten thousand letters", `claude-haiku-${"4".repeat(10_000)}`]
  ])("is refused: %s", (_, other) => assert.isString(refused({ ...request, model: other })))

  it("named a second time behind the run's is what is looked at", () =>
    assert.include(
      refused(`{"model":"${model}","max_tokens":1,"messages":[],"model":"claude-opus-5"}`),
      "claude-opus-5"
    ))

  it("named first, with the run's behind it, does not go on", () => {
    const { body } = passed(`{"model":"claude-opus-5","max_tokens":1,"messages":[],"model":"${model}"}`)
    assert.notInclude(body, "opus")
  })

  it("named with escapes is the same name", () =>
    assert.include(refused(`{"model":"claude\\u002dopus-5","max_tokens":1,"messages":[]}`), "claude-opus-5"))

  it("is told to the agent with what it may use instead", () => {
    const words = refused({ ...request, model: "claude-opus-5-5" })
    for (const part of ["claude-opus-5-5", model, "claude-haiku-*"]) assert.include(words, part)
  })

  it("cannot be asked for by a longer context of the run's own", () =>
    assert.strictEqual(
      sent({ ...request }, { model: `${model}[1m]`, allowed: [], outputTokens: 32_000 })["model"],
      model
    ))
})

describe("output that nobody reserved", () => {
  it.each<readonly [attack: string, tokens: unknown]>([
    ["no max_tokens", undefined],
    ["null", null],
    ["a text", "100"],
    ["a negative number", -1],
    ["half a token", 1.5],
    ["more than any model writes", 1_000_000_000],
    ["a list", [100]],
    ["an object", { valueOf: 1 }],
    ["a truth", true]
  ])("is refused: %s", (_, max_tokens) => assert.include(refused({ ...request, max_tokens }), "max_tokens"))

  it.each(["1e400", "-0.1", "1e-400x", "0x10", "NaN", "Infinity", "9".repeat(400)])(
    "is refused, spelled %s",
    (spelled) => assert.isString(refused(`{"model":"${model}","max_tokens":${spelled},"messages":[]}`))
  )

  it("named twice is the second one, for us and for the API", () => {
    const { body, bounds } = passed(`{"model":"${model}","max_tokens":1,"messages":[],"max_tokens":64000}`)
    assert.strictEqual(bounds.outputTokens, 64_000)
    assert.strictEqual(JSON.parse(body).max_tokens, 64_000)
    assert.strictEqual(body.match(/max_tokens/g)?.length, 1)
  })

  it("in thoughts beyond max_tokens is reserved as well", () =>
    assert.strictEqual(
      passed({ ...request, thinking: { type: "enabled", budget_tokens: 50_000 } }).bounds.outputTokens,
      50_000
    ))

  it("in thoughts of a number that is none is refused", () =>
    assert.isString(refused({ ...request, thinking: { type: "enabled", budget_tokens: "50000" } })))
})

describe("a body that cannot be checked", () => {
  it.each<readonly [attack: string, body: Uint8Array]>([
    ["none", Buffer.from("")],
    ["no JSON", Buffer.from("model=claude-opus-5")],
    ["a list", Buffer.from(JSON.stringify([request]))],
    ["a text", Buffer.from(JSON.stringify(JSON.stringify(request)))],
    ["two objects", Buffer.from(JSON.stringify(request).repeat(2))],
    ["UTF-16", Buffer.from(`\ufeff${JSON.stringify(request)}`, "utf16le")],
    ["bytes that are no UTF-8", Buffer.from(JSON.stringify(request).replace("Hi", "\xff\xfe"), "latin1")],
    ["an overlong encoding of a quote", Buffer.concat([Buffer.from("{"), Buffer.from([0xc0, 0xa2])])],
    ["comments", Buffer.from(`{/* x */"model":"${model}","max_tokens":1,"messages":[]}`)],
    ["millions of values, to fill the broker's memory", Buffer.from(`[${"[],".repeat(2_500_000)}[]]`)],
    [
      "a hundred thousand brackets, to fill its stack",
      Buffer.from(`{"model":"${model}","max_tokens":1,"messages":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)
    ],
    ["messages that are no list", Buffer.from(JSON.stringify({ ...request, messages: "Hi" }))],
    ["messages that are no objects", Buffer.from(JSON.stringify({ ...request, messages: ["Hi"] }))],
    ["tools that are no list", Buffer.from(JSON.stringify({ ...request, tools: { type: "web_search_20250305" } }))],
    ["a stream that is a text", Buffer.from(JSON.stringify({ ...request, stream: "true" }))]
  ])("is refused: %s", (_, body) => assert.isTrue(Result.isFailure(checkRequest(body, policy))))

  it("in the disguise of a byte order mark goes on without it", () =>
    assert.strictEqual(sent(`\ufeff${JSON.stringify(request)}`)["model"], model))

  it("with a key of the prototype neither changes anything nor goes on", () => {
    const { body } = passed(`{"__proto__":{"model":"claude-opus-5"},"model":"${model}","max_tokens":1,"messages":[]}`)
    assert.notInclude(body, "opus")
    assert.isUndefined(Reflect.get({}, "model"))
  })
})

describe("what costs more than tokens", () => {
  it.each([
    "web_search_20250305",
    "web_search_20990101",
    "web_fetch_20250910",
    "code_execution_20250825",
    "tool_search_tool_regex_20251119",
    "advisor_20260301",
    "mcp_toolset",
    "memory_20250818",
    "Custom",
    " custom",
    "",
    7,
    null,
    { custom: true },
    ["custom"]
  ])("is refused as a tool of type %j", (type) => {
    const tool = { type, name: "x", input_schema: {} }
    const words = refused({ ...request, tools: [{ name: "Bash", input_schema: {} }, tool] })
    if (type === null) assert.isUndefined(words)
    else assert.include(words, "Continue without it.")
  })

  it("is refused as a tool that a message adds", () =>
    assert.isString(refused({
      ...request,
      messages: [{
        role: "system",
        content: [{
          type: "tool_addition",
          tool: { type: "tool_definition", definition: { type: "web_search_20250305" } }
        }]
      }]
    })))

  it.each(["mcp_servers", "container", "compaction"])(
    "is refused as the field %s",
    (name) => assert.include(refused({ ...request, [name]: [{ type: "url", url: "https://mcp.example.test" }] }), name)
  )

  it.each([
    "service_tier",
    "speed",
    "inference_geo",
    "fallbacks",
    "fallback_credit_token",
    "diagnostics",
    "betas",
    "anthropic_beta",
    "user_profile_id",
    "a_field_of_next_year",
    "constructor",
    "toString"
  ])(
    "is left out as the field %s",
    (name) => assert.deepStrictEqual(Object.keys(sent({ ...request, [name]: "fast" })), Object.keys(request))
  )

  it("is left out as an edit that asks the model once more", () =>
    assert.deepStrictEqual(
      sent({
        ...request,
        context_management: { edits: [{ type: "compact_20260112" }, { type: "clear_thinking_20251015" }], more: 1 }
      })["context_management"],
      { edits: [{ type: "clear_thinking_20251015" }] }
    ))

  it("is left out as a part of output_config that nobody knows", () =>
    assert.deepStrictEqual(
      sent({ ...request, output_config: { effort: "max", speed: "fast" } })["output_config"],
      { effort: "max" }
    ))
})

describe("a type that is no text", () => {
  const types: ReadonlyArray<unknown> = [{ toString: 1, valueOf: 1 }, ["custom"], ["clear_thinking"], 1, true, {
    type: "custom"
  }]

  it.each(types)(
    "of a tool is refused in words: %j",
    (type) => assert.include(refused({ ...request, tools: [{ type, name: "x" }] }), "Continue without it")
  )

  it.each(types)("of an edit is left out: %j", (type) =>
    assert.deepStrictEqual(
      sent({ ...request, context_management: { edits: [{ type }] } })["context_management"],
      { edits: [] }
    ))
})

describe("input that its bytes do not bound", () => {
  const withBlocks = (...content: ReadonlyArray<unknown>) => ({ ...request, messages: [{ role: "user", content }] })
  const bound = (...content: ReadonlyArray<unknown>) => passed(withBlocks(...content)).bounds.inputTokens
  const plain = bound({ type: "text", text: "Hi" })

  it.each<readonly [attack: string, block: unknown]>([
    ["an image by its address", { type: "image", source: { type: "url", url: "https://x.test/1.png" } }],
    ["an image by an id of somebody's file", { type: "image", source: { type: "file", file_id: "file_1" } }],
    ["a document by its address", { type: "document", source: { type: "url", url: "https://x.test/1.pdf" } }],
    ["a source of next year", { type: "document", source: { type: "bucket", name: "x" } }],
    ["in a result of a tool", {
      type: "tool_result",
      tool_use_id: "t",
      content: [{ type: "image", source: { type: "url", url: "https://x.test/1.png" } }]
    }],
    ["in a document's content", {
      type: "document",
      source: { type: "content", content: [{ type: "image", source: { type: "url", url: "https://x.test" } }] }
    }]
  ])("is refused: %s", (_, block) => assert.isString(refused(withBlocks(block))))

  it("of results in results is refused where the API would not read on", () => {
    let block: unknown = { type: "text", text: "x" }
    for (let depth = 0; depth < 20; depth++) block = { type: "tool_result", tool_use_id: "t", content: [block] }
    assert.isString(refused(withBlocks(block)))
  })

  it("of an image is bounded by what a model makes of one, not by its few bytes", () =>
    assert.isAtLeast(
      bound({ type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }),
      8_000
    ))

  it("of a large image is not bounded by its bytes either", () =>
    assert.isBelow(
      bound({ type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(3_000_000) } }),
      10_000
    ))

  it("of a file with pages is a whole context", () =>
    assert.isAtLeast(
      bound({ type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" } }),
      1_000_000
    ))

  it("of several files with pages is no more than the one context that there is", () => {
    const page = { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" } }
    assert.strictEqual(bound(page, page, page), 1_000_000)
    const text = { type: "text", text: "x".repeat(1_500_000) }
    assert.isAtLeast(bound(text, page), 1_500_000)
  })

  it("of a kind that nobody knows is a whole context", () =>
    assert.isAtLeast(bound({ type: "container_upload", file_id: "file_1" }), 1_000_000))

  it("of tools that are named and not written is as large as the largest of them", () => {
    const tools = [{ name: "Big", description: "x".repeat(50_000), input_schema: {}, defer_loading: true }]
    const content = Array.from({ length: 10 }, () => ({ type: "tool_reference", tool_name: "Big" }))
    const messages = [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content }] }]
    assert.isAtLeast(passed({ ...request, tools, messages }).bounds.inputTokens, 11 * 50_000)
  })

  it("in what a tool was given is text, whatever it looks like", () =>
    assert.isBelow(
      bound({ type: "tool_use", id: "t", name: "x", input: { type: "image", source: { type: "url", url: "x" } } }),
      plain + 200
    ))

  it("of a cache for an hour is known from the body", () => {
    const block = (cache_control: unknown) => withBlocks({ type: "text", text: "\"ttl\":\"1h\"", cache_control })
    assert.isTrue(passed(block({ type: "ephemeral", ttl: "1h" })).bounds.hourCache)
    assert.isTrue(passed(block({ type: "ephemeral", ttl: "24h" })).bounds.hourCache)
    assert.isFalse(passed(block({ type: "ephemeral", ttl: "5m" })).bounds.hourCache)
    assert.isFalse(passed(block({ type: "ephemeral" })).bounds.hourCache)
  })

  it("of letters outside of ASCII is bounded by their bytes", () =>
    assert.isAtLeast(bound({ type: "text", text: "\u{1f600}".repeat(1_000) }), 4_000))
})

describe("a header that changes the price", () => {
  const betas = (header: string, as = model) =>
    requestHeaders({ "anthropic-beta": header }, { type: "apiKey", value: "key" }, as)["anthropic-beta"]

  it.each([
    "context-1m-2025-08-07",
    "fast-mode-2026-02-01",
    "compact-2026-01-12",
    "server-side-fallback-2026-06-01",
    "advisor-tool-2026-03-01",
    "web-search-2025-03-05",
    "code-execution-2025-08-25",
    "mcp-client-2025-11-20",
    "files-api-2025-04-14",
    "skills-2025-10-02",
    "a-beta-of-next-year-2027-01-01",
    "constructor-2026-01-01",
    "effort",
    "EFFORT-2025-11-24",
    "effort-2025-11-24;fast-mode-2026-02-01",
    "effort-2025-11-24\tfast-mode-2026-02-01"
  ])("is left out: %s", (beta) => {
    assert.isUndefined(betas(beta))
    assert.strictEqual(betas(`${beta} , effort-2025-11-24`), "effort-2025-11-24")
  })

  it("for a longer context goes on where the run asks for one, and nowhere else", () => {
    assert.strictEqual(betas("context-1m-2025-08-07", `${model}[1m]`), "context-1m-2025-08-07")
    assert.isUndefined(betas("context-1m-2025-08-07", `${model}[2m]`))
  })

  it.each(["anthropic-priority", "anthropic-workspace-id", "x-goog-user-project", "content-encoding", "cookie"])(
    "is left out: %s",
    (name) => assert.notProperty(requestHeaders({ [name]: "x" }, { type: "apiKey", value: "key" }, model), name)
  )
})
