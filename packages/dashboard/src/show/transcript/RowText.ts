/** All that a row says, for who looks for words in it. Pure. */
import type { Row } from "./Conversation.ts"
import { inputText } from "./ToolWords.ts"

export const rowText = ({ answer, event }: Row): string => {
  switch (event.type) {
    case "session":
      return `${event.sessionId} ${event.model}`
    case "toolCall":
      return `${event.name}\n${inputText(event.input)}${answer === undefined ? "" : `\n${answer.text}`}`
    default:
      return event.text
  }
}
