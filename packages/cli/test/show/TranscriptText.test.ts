import { assert, it } from "@effect/vitest"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { transcriptText } from "../../src/show/TranscriptText.ts"

const at = "2026-01-01T12:34:56Z"

it.each<readonly [TranscriptEvent, string]>([
  [{ type: "message", at, role: "user", text: "Do it\nnow" }, "12:34:56 user: Do it\n    now"],
  [{ type: "toolCall", at, id: "1", name: "Bash", input: { command: "ls" } }, "12:34:56 > Bash {\"command\":\"ls\"}"],
  [
    { type: "toolResult", at, id: "1", error: true, text: "no", omitted: 7 },
    "12:34:56 < failed: no [7 characters left out]"
  ],
  [{ type: "result", at, error: false, text: "Done.", usage: { costUsd: 0.5 } }, "12:34:56 ended, $0.50: Done."],
  [{ type: "message", at, parent: "1", role: "assistant", text: "Sub" }, "12:34:56   assistant: Sub"]
])("%j", (event, want) => assert.strictEqual(transcriptText(event), want))
