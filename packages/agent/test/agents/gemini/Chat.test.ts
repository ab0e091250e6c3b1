/** What of Gemini CLI's transcripts can be resumed, and how. The lines are what version 0.61.0 writes. */
import { assert, describe, it } from "@effect/vitest"
import { isStub, withoutDoubles } from "../../../src/agents/gemini/Chat.ts"

const line = (record: object) => JSON.stringify(record)
const head = line({ sessionId: "s", projectHash: "h", startTime: "t", lastUpdated: "t", kind: "main" })
const context = { id: "c", type: "user", content: [{ text: "<session_context>\nThis is the Gemini CLI." }] }
const task = { id: "u1", type: "user", content: [{ text: "Task: do it" }] }
const call = { id: "call1", name: "run_shell_command", args: { command: "ls" } }
const response = { functionResponse: { id: "call1", name: "run_shell_command", response: { output: "ok" } } }
const called = {
  id: "g1",
  type: "gemini",
  content: "",
  toolCalls: [{ ...call, status: "success", result: [response] }]
}
const answered = { id: "u2", type: "user", content: [response] }
const set = (...messages: ReadonlyArray<object>) => line({ $set: { messages, lastUpdated: "t" } })
const text = (...lines: ReadonlyArray<string>) => `${lines.join("\n")}\n`

describe("a transcript of Gemini CLI", () => {
  it.each<{ name: string; lines: ReadonlyArray<string>; stub: boolean }>([
    { name: "that is empty", lines: [], stub: true },
    { name: "with nothing but its head and context", lines: [head, set(context)], stub: true },
    { name: "of a process that was killed in its first request", lines: [head, set(context), line(task)], stub: false },
    { name: "whose first request has failed", lines: [head, set(context), line(task), set(context)], stub: true },
    { name: "that was taken back", lines: [head, line(task), line({ $rewindTo: "u1" })], stub: true },
    {
      name: "that was taken back in part",
      lines: [head, line(task), line(called), line({ $rewindTo: "g1" })],
      stub: false
    },
    { name: "with a last line that was cut", lines: [head, line(task), "{\"id\":\"g"], stub: false },
    { name: "with calls alone", lines: [head, set(context), line(called)], stub: false },
    { name: "with a command", lines: [head, line({ ...task, content: "/help" })], stub: true }
  ])("$name: is a stub: $stub", ({ lines, stub }) => assert.strictEqual(isStub(text(...lines)), stub))

  it("has one answer for each call when it is resumed", () => {
    const { result: _, ...once } = called.toolCalls[0] ?? {}
    const before = text(head, set(context, task), line(called), line(answered), set(context, task, called, answered))
    const after = withoutDoubles(before)
    const bare = { ...called, toolCalls: [once] }
    assert.strictEqual(
      after,
      text(head, set(context, task), line(bare), line(answered), set(context, task, bare, answered))
    )
    assert.strictEqual(withoutDoubles(after), after)
  })

  it("keeps the answer of a call that has no other, and lines that it does not know", () => {
    const lines = text(head, line(called), line({ $set: { summary: "of \"toolCalls\"" } }), "{\"id\":\"g")
    assert.strictEqual(withoutDoubles(lines), lines)
  })
})
