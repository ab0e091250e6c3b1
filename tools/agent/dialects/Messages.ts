/** The Messages API, as Claude Code and opencode speak it. */
import { type Answer, type Dialect, event, namesIn, objectOf, textsIn, type Turn } from "./Dialect.ts"

const usage = { input_tokens: 1000, output_tokens: 50, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }

/** The agent's shell, by the name and the fields that it offers. */
const called = (answer: Extract<Answer, { tool: string }>, { tools }: Turn) =>
  answer.tool !== "Bash" || tools.includes("Bash")
    ? answer
    : { tool: "bash", input: { description: "What the script says", timeout: 600_000, ...answer.input } }

const toolUse = (answer: Extract<Answer, { tool: string }>, turn: Turn) => {
  const { input, tool } = called(answer, turn)
  return { type: "tool_use", id: `toolu_${turn.number}`, name: tool, input }
}

const message = (reply: Answer, turn: Turn) => ({
  id: `msg_${turn.number}`,
  type: "message",
  role: "assistant",
  model: turn.model,
  content: ["text" in reply ? { type: "text", text: reply.text } : toolUse(reply, turn)],
  stop_reason: "text" in reply ? "end_turn" : "tool_use",
  stop_sequence: null,
  usage
})

const stream = (whole: ReturnType<typeof message>): string => {
  const [block] = whole.content
  const start = block?.type === "text" ? { ...block, text: "" } : { ...block, input: {} }
  const delta = block !== undefined && "text" in block
    ? { type: "text_delta", text: block.text }
    : { type: "input_json_delta", partial_json: JSON.stringify(block?.input) }
  return [
    event("message_start", {
      message: { ...whole, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } }
    }),
    event("content_block_start", { index: 0, content_block: start }),
    event("content_block_delta", { index: 0, delta }),
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: whole.stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens }
    }),
    event("message_stop", {})
  ].join("")
}

export const messages: Dialect = {
  serves: (path) => path.endsWith("/v1/messages"),
  read: (body) => {
    const request = objectOf(body)
    return {
      model: String(request["model"]),
      streams: request["stream"] === true,
      texts: textsIn(request["messages"], ["text", "content"]),
      tools: namesIn(request["tools"])
    }
  },
  whole: message,
  stream: (answer, turn) => stream(message(answer, turn)),
  cutBefore: "content_block_stop",
  error: (_, type, message) => ({ type: "error", error: { type, message } })
}
