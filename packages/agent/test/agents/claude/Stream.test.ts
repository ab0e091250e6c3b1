import { assert, describe, it } from "@effect/vitest"
import { initProblem, nothingSeen, type Observation, observe } from "../../../src/agents/claude/Observation.ts"
import { decodeEvent, type Init } from "../../../src/agents/claude/Stream.ts"
import { logLines } from "../../../src/agents/claude/StreamLog.ts"
import { short } from "../../../src/pod/Short.ts"

const init: Init = {
  type: "system",
  subtype: "init",
  session_id: "s-1",
  model: "claude-sonnet-4-20250514",
  permissionMode: "bypassPermissions",
  tools: ["Bash", "Read"],
  mcp_servers: [{ name: "toolman", status: "connected" }]
}
const toolUse = {
  type: "assistant",
  message: {
    model: "m",
    content: [{ type: "text", text: "I look.\nThen I act." }, {
      type: "tool_use",
      id: "t1",
      name: "Bash",
      input: { command: "npm test\nls" }
    }]
  },
  parent_tool_use_id: null
}
const toolResult = {
  type: "user",
  message: {
    content: [{ type: "tool_result", tool_use_id: "t1", is_error: true, content: [{ type: "text", text: "exit 1" }] }]
  }
}

describe("a line of the stream", () => {
  it.each<{ name: string; given: string; want: ReadonlyArray<string> | undefined }>([
    {
      name: "the first event",
      given: JSON.stringify(init),
      want: ["agent: session s-1 with claude-sonnet-4-20250514, 2 tools, MCP: toolman connected"]
    },
    {
      name: "text and a tool call",
      given: JSON.stringify(toolUse),
      want: ["agent: I look.", "agent > Bash npm test"]
    },
    { name: "a tool's error", given: JSON.stringify(toolResult), want: ["agent < error: exit 1"] },
    {
      name: "a retry",
      given: JSON.stringify({
        type: "system",
        subtype: "api_retry",
        attempt: 2,
        max_retries: 8,
        retry_delay_ms: 4100,
        error_status: null,
        error: "unknown"
      }),
      want: ["agent: the model API answered nothing (unknown); try 2 of 8 in 4 s"]
    },
    {
      name: "the result",
      given: JSON.stringify({
        type: "result",
        subtype: "success",
        is_error: false,
        num_turns: 2,
        result: "Done.",
        total_cost_usd: 0.0075
      }),
      want: ["agent: finished (success) after 2 turns, $0.0075: Done."]
    },
    { name: "an event that nobody knows", given: "{\"type\":\"hologram\",\"x\":1}", want: [] },
    {
      name: "a known event with a field of another shape",
      given: "{\"type\":\"result\",\"subtype\":7}",
      want: undefined
    },
    { name: "something printed", given: "npm warn", want: undefined },
    { name: "JSON that is no event", given: "[1]", want: undefined },
    { name: "a blank line", given: "", want: undefined }
  ])("$name", ({ given, want }) => {
    const event = decodeEvent(given)
    assert.deepStrictEqual(event === undefined ? undefined : logLines(event), want)
  })

  it("is cut to the width of a terminal", () => {
    assert.strictEqual(short(`\n  ${"x".repeat(300)}\nsecond`).length, 160)
  })
})

describe("an observation", () => {
  const after = (...events: ReadonlyArray<unknown>): Observation =>
    events.reduce<Observation>((seen, event) => {
      const decoded = decodeEvent(JSON.stringify(event))
      return decoded === undefined ? seen : observe(seen, decoded)
    }, nothingSeen)

  it("knows which tools run", () => {
    assert.deepStrictEqual([...after(init, toolUse).runningTools], ["t1"])
    assert.strictEqual(after(init, toolUse, toolResult).runningTools.size, 0)
  })

  it("takes the last result, and its use with cache reads", () => {
    const seen = after(
      init,
      { type: "result", subtype: "success", result: "first", num_turns: 1 },
      {
        type: "result",
        subtype: "success",
        result: "second",
        num_turns: 3,
        total_cost_usd: 0.5,
        usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 1000 }
      },
      { type: "system", subtype: "task_notification" }
    )
    assert.strictEqual(seen.result?.result, "second")
    assert.deepStrictEqual(seen.usage, { costUsd: 0.5, inputTokens: 1110, outputTokens: 5, turns: 4 })
  })

  it("does not take the API's failure for an answer", () => {
    const seen = after(init, {
      type: "assistant",
      message: { model: "<synthetic>", content: [] },
      error: "server_error"
    })
    assert.isFalse(seen.answered)
    assert.strictEqual(seen.apiError, "server_error")
  })

  it("keeps the end of a limit only when it was rejected", () => {
    const event = (status: string) => ({ type: "rate_limit_event", rate_limit_info: { status, resetsAt: 9 } })
    assert.isUndefined(after(event("allowed")).resetsAt)
    assert.strictEqual(after(event("rejected")).resetsAt, 9)
  })
})

describe("the first event", () => {
  const asked = { model: init.model, permissionMode: init.permissionMode, sessionId: "s-1", mcpServers: ["toolman"] }
  it.each<{ name: string; given: Partial<Init>; model?: string; stderr?: string; want: string | undefined }>([
    { name: "as asked", given: {}, want: undefined },
    { name: "another session", given: { session_id: "s-2" }, want: "session" },
    { name: "other permissions", given: { permissionMode: "default" }, want: "permission mode" },
    { name: "another model", given: { model: "claude-opus-4-1" }, want: "model" },
    { name: "the same model with a larger window", given: { model: "claude-sonnet-4-20250514[1m]" }, want: undefined },
    { name: "what an alias stands for", given: {}, model: "sonnet", want: undefined },
    {
      name: "a server of ours that failed",
      given: { mcp_servers: [{ name: "toolman", status: "failed" }] },
      want: "toolman"
    },
    {
      name: "a server of ours that is slow",
      given: { mcp_servers: [{ name: "toolman", status: "pending" }] },
      want: undefined
    },
    { name: "a server of somebody else", given: { mcp_servers: [{ name: "x", status: "failed" }] }, want: undefined },
    { name: "no policies", given: {}, stderr: "Managed settings failed to load", want: "managed settings" }
  ])("$name", ({ given, model, stderr, want }) => {
    const problem = initProblem(
      { ...init, ...given },
      { ...asked, ...(model === undefined ? {} : { model }) },
      stderr ?? ""
    )
    if (want === undefined) assert.isUndefined(problem)
    else assert.include(problem, want)
  })
})
