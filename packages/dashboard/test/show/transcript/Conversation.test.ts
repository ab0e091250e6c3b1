import { assert, describe, it } from "@effect/vitest"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { makeConversation, placeIn, putInto } from "../../../src/show/transcript/Conversation.ts"

const at = "2026-01-01T00:00:00.000Z"
const said = (text: string, parent?: string): TranscriptEvent => ({
  type: "message",
  at,
  role: "assistant",
  text,
  ...(parent === undefined ? {} : { parent })
})
const called = (id: string, parent?: string): TranscriptEvent => ({
  type: "toolCall",
  at,
  id,
  name: "Bash",
  input: { command: "ls" },
  ...(parent === undefined ? {} : { parent })
})
const answered = (id: string, error = false): TranscriptEvent => ({ type: "toolResult", at, id, error, text: "out" })
const begun: TranscriptEvent = { type: "session", at, sessionId: "s", model: "m", tools: [] }
const ended = (costUsd: number, outputTokens: number, error = false): TranscriptEvent => ({
  type: "result",
  at,
  error,
  text: "Done.",
  usage: { costUsd, outputTokens }
})

const of = (...events: ReadonlyArray<TranscriptEvent>) => {
  const conversation = makeConversation()
  for (const event of events) conversation.add(event)
  return conversation
}

describe("a conversation", () => {
  it("has an answer in the row of its call", () => {
    const { rowOf, rows } = of(said("a"), called("1"), called("2"), answered("1"), answered("2", true))
    assert.deepStrictEqual(rows.map(({ answer, event }) => [event.type, answer?.error]), [
      ["message", undefined],
      ["toolCall", false],
      ["toolCall", true]
    ])
    assert.deepStrictEqual([1, 2, 3, 4, 5, 6].map(rowOf), [0, 1, 2, 1, 2, undefined])
  })

  it("says which row is new or has changed", () => {
    const conversation = makeConversation()
    assert.deepStrictEqual([called("1"), said("a"), answered("1"), said("b")].map(conversation.add), [0, 1, 0, 2])
    assert.strictEqual(conversation.lines, 4)
  })

  it("indents what a subagent does, and what its subagents do", () => {
    const { rows } = of(called("1"), called("2", "1"), said("deep", "2"), said("back"), said("stranger", "nobody"))
    assert.deepStrictEqual(rows.map(({ depth }) => depth), [0, 1, 2, 0, 1])
  })

  it("knows its errors in order, those of answers that come late too", () => {
    const { errors } = of(called("1"), { type: "notice", at, text: "failed" }, answered("1", true), ended(1, 1, true))
    assert.deepStrictEqual(errors, [0, 1, 2])
  })

  it("says what each turn used, and all of them together, over processes", () => {
    const { rows, used } = of(begun, ended(1, 10), ended(1.5, 30), begun, ended(0.5, 5))
    assert.deepStrictEqual(rows.flatMap(({ used }) => used === undefined ? [] : [used]), [
      { costUsd: 1, outputTokens: 10 },
      { costUsd: 0.5, outputTokens: 20 },
      { costUsd: 0.5, outputTokens: 5 }
    ])
    assert.deepStrictEqual(used, { costUsd: 2, outputTokens: 35 })
  })

  it("knows last words that have been said already", () => {
    const { rows } = of(said("Done."), ended(1, 1), said("Done.", "sub"), said("Other."), ended(1, 1))
    assert.deepStrictEqual(rows.flatMap(({ repeats }) => repeats === undefined ? [] : [repeats]), [true, false])
  })

  it("of an agent that says no cost has none", () => {
    const { used } = of(begun, { type: "result", at, error: false, text: "", usage: { outputTokens: 5 } })
    assert.deepStrictEqual(used, { outputTokens: 5 })
  })

  it("takes what makes no sense", () => {
    const { errors, rows } = of(
      answered("never called", true),
      called("1"),
      answered("1"),
      answered("1"),
      called("1"),
      answered("1", true),
      called("self", "self"),
      said("of itself", "self"),
      called("__proto__"),
      answered("__proto__"),
      answered("constructor"),
      ended(5, 5),
      ended(1, 1)
    )
    assert.deepStrictEqual(rows.map(({ answer, event }) => `${event.type} ${answer?.error ?? ""}`), [
      "toolResult ",
      "toolCall false",
      "toolResult ",
      "toolCall true",
      "toolCall ",
      "message ",
      "toolCall false",
      "toolResult ",
      "result ",
      "result "
    ])
    assert.deepStrictEqual(errors, [0, 3])
    assert.deepStrictEqual(rows.at(-1)?.used, { costUsd: 0, outputTokens: 0 })
  })
})

describe("an ascending list", () => {
  it("takes a number at its place, once", () => {
    const list: Array<number> = []
    for (const number of [5, 1, 3, 5, 9, 1, 7]) putInto(list, number)
    assert.deepStrictEqual(list, [1, 3, 5, 7, 9])
    assert.deepStrictEqual([0, 1, 2, 9, 10].map((wanted) => placeIn(list, wanted)), [0, 0, 1, 4, 5])
  })
})
