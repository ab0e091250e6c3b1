/** What an agent puts into its conversation, on the way out of the pod. */
import { assert, describe, it } from "@effect/vitest"
import { longestText, type TranscriptContent, TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Schema } from "effect"
import { cleanContent } from "../../src/pod/CleanTranscript.ts"
import { redactor } from "../../src/pod/Redact.ts"

const secret = "fake-secret-value-0123456789"
const redact = redactor({ MY_TOKEN: secret })
const isEvent = Schema.is(TranscriptEvent)
const clean = (content: TranscriptContent) => {
  const cleaned = cleanContent(content, redact)
  assert.isTrue(isEvent({ ...cleaned, at: "2026-01-01T00:00:00Z" }))
  assert.deepStrictEqual(cleanContent(cleaned, redact), cleaned, "a second look changes nothing")
  return cleaned
}

const long = "x".repeat(longestText)

describe("a conversation leaves the pod", () => {
  it.each<TranscriptContent>([
    { type: "message", role: "assistant", text: `it is ${secret}.`, parent: secret },
    { type: "message", role: "assistant", text: `it is ${secret.slice(0, 9)}\u200b${secret.slice(9)}.` },
    { type: "message", role: "user", text: `${long.slice(0, -9)}${secret}` },
    { type: "reasoning", text: Buffer.from(`key=${secret}`).toString("base64") },
    { type: "toolCall", id: secret, name: secret, input: { [secret]: [{ deep: `--token=${secret}` }] } },
    { type: "toolResult", id: "t", error: false, text: JSON.stringify({ token: secret }) },
    { type: "notice", text: secret },
    { type: "session", sessionId: secret, model: secret, tools: [secret] },
    { type: "result", error: false, text: secret }
  ])("without a secret: $type", (content) => {
    const text = JSON.stringify(clean(content))
    assert.notInclude(text, secret)
    for (let at = 0; at + 8 <= secret.length; at++) assert.notInclude(text, secret.slice(at, at + 8))
  })

  it.each<TranscriptContent>([
    { type: "message", role: "assistant", text: "a\u001b]52;c;cm0gLXJmIC8=\u0007b\u202e" },
    { type: "toolCall", id: "t", name: "B\u001b[31m", input: ["\u009b31m"] }
  ])("without what steers a terminal: $type", (content) =>
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(JSON.stringify(clean(content)), /\\u00[01189]|[\x00-\x1f\x7f-\x9f\u202e]/))

  it.each<{ content: TranscriptContent; omitted: number }>([
    { content: { type: "message", role: "user", text: `${long}more` }, omitted: 4 },
    { content: { type: "toolResult", id: "t", error: false, text: `${long}more`, omitted: 7 }, omitted: 11 },
    { content: { type: "toolCall", id: "t", name: "Write", input: { content: long } }, omitted: 14 },
    { content: { type: "message", role: "user", text: `${long.slice(1)}\u{1f600}` }, omitted: 2 }
  ])(
    "no longer than it may be, and says so: $content.type",
    ({ content, omitted }) => assert.strictEqual(Reflect.get(clean(content), "omitted"), omitted)
  )
})
