import { assert, describe, it } from "@effect/vitest"
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import { decodeEvent } from "../../../src/agents/claude/Stream.ts"
import { transcriptOf } from "../../../src/agents/claude/StreamTranscript.ts"

const ofLine = (event: object, usage?: { readonly turns: number }) => {
  const decoded = decodeEvent(JSON.stringify(event))
  return decoded === undefined ? undefined : transcriptOf(decoded, usage)
}

const assistant = (content: unknown, more = {}) => ({ type: "assistant", message: { model: "m", content }, ...more })
const user = (content: unknown, more = {}) => ({ type: "user", message: { content }, ...more })

describe("the conversation in the stream", () => {
  it.each<{ name: string; event: object; want: ReadonlyArray<TranscriptContent> }>([
    {
      name: "the beginning",
      event: { type: "system", subtype: "init", session_id: "s", model: "m", permissionMode: "p", tools: ["Bash"] },
      want: [{ type: "session", sessionId: "s", model: "m", tools: ["Bash"] }]
    },
    {
      name: "words, a thought and a call",
      event: assistant([
        { type: "thinking", thinking: "Hm." },
        { type: "text", text: "I look." },
        { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls", n: [1, null] } }
      ]),
      want: [
        { type: "reasoning", text: "Hm." },
        { type: "message", role: "assistant", text: "I look." },
        { type: "toolCall", id: "t1", name: "Bash", input: { command: "ls", n: [1, null] } }
      ]
    },
    {
      name: "a tool's answer",
      event: user([{
        type: "tool_result",
        tool_use_id: "t1",
        is_error: true,
        content: [{ type: "text", text: "exit 1" }, { type: "image" }]
      }]),
      want: [{ type: "toolResult", id: "t1", error: true, text: "exit 1\n" }]
    },
    {
      name: "what a subagent is told",
      event: user("Search.", { parent_tool_use_id: "t2" }),
      want: [{ type: "message", parent: "t2", role: "user", text: "Search." }]
    },
    {
      name: "a failure of the API",
      event: assistant([{ type: "text", text: "No." }], { error: "overloaded" }),
      want: [
        { type: "notice", text: "The model's API failed (overloaded)." },
        { type: "message", role: "assistant", text: "No." }
      ]
    },
    {
      name: "the end",
      event: { type: "result", subtype: "success", num_turns: 3, result: "Done." },
      want: [{ type: "result", error: false, text: "Done.", usage: { turns: 3 } }]
    },
    { name: "a result that answers nothing", event: { type: "result", subtype: "success", num_turns: 0 }, want: [] },
    { name: "an event that nobody knows", event: { type: "hologram" }, want: [] }
  ])("has $name", ({ event, want }) => assert.deepStrictEqual(ofLine(event, { turns: 3 }), want))
})
