/** An event of a conversation for people. Pure. */
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { dollars } from "./Dollars.ts"

const clock = (at: string): string => at.slice(11, 19)

const indented = (text: string): string => text.trim().replaceAll("\n", "\n    ")

const wordsOf = (event: TranscriptEvent): string => {
  switch (event.type) {
    case "session":
      return `session ${event.sessionId} with ${event.model}, ${event.tools.length} tools`
    case "message":
      return `${event.role}: ${indented(event.text)}`
    case "reasoning":
      return `thinks: ${indented(event.text)}`
    case "toolCall":
      return `> ${event.name} ${typeof event.input === "string" ? event.input : JSON.stringify(event.input)}`
    case "toolResult":
      return `< ${event.error ? "failed: " : ""}${indented(event.text)}`
    case "notice":
      return `! ${indented(event.text)}`
    case "result": {
      const cost = event.usage?.costUsd === undefined ? "" : `, ${dollars(event.usage.costUsd)}`
      return `${event.error ? "ended by a failure" : "ended"}${cost}: ${indented(event.text)}`
    }
  }
}

export const transcriptText = (event: TranscriptEvent): string => {
  const cut = "omitted" in event && event.omitted !== undefined ? ` [${event.omitted} characters left out]` : ""
  return `${clock(event.at)} ${event.parent === undefined ? "" : "  "}${wordsOf(event)}${cut}`
}
