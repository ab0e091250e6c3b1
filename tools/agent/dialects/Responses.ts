/** OpenAI's Responses API, as Codex speaks it. */
import { type Answer, type Dialect, event, isRecord, namesIn, objectOf, textsIn, type Turn } from "./Dialect.ts"

const usage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1050
}

/** The agent's shell, by the name and the fields that it offers. */
const called = (answer: Extract<Answer, { tool: string }>, { tools }: Turn) => {
  if (answer.tool !== "Bash") return answer
  const { command } = answer.input
  if (tools.includes("exec_command")) return { tool: "exec_command", input: { cmd: command, yield_time_ms: 600_000 } }
  if (tools.includes("shell_command")) return { tool: "shell_command", input: { command, timeout_ms: 600_000 } }
  return { tool: "shell", input: { command: ["/bin/bash", "-lc", command], timeout_ms: 600_000 } }
}

/** Tools of a server are in a namespace of its own. */
const toolsOf = (tools: unknown): ReadonlyArray<string> =>
  (Array.isArray(tools) ? tools : []).flatMap((tool) =>
    isRecord(tool) && tool["type"] === "namespace"
      ? namesIn(tool["tools"]).map((name) => `${String(tool["name"])}__${name}`)
      : namesIn([tool])
  )

const namespaced = (tool: string): { readonly name: string; readonly namespace?: string } => {
  const at = tool.lastIndexOf("__")
  return at < 0 ? { name: tool } : { namespace: tool.slice(0, at), name: tool.slice(at + 2) }
}

const itemOf = (answer: Answer, turn: Turn) => {
  if ("text" in answer) {
    return {
      type: "message",
      id: `msg_${turn.number}`,
      status: "completed",
      role: "assistant",
      content: [{ type: "output_text", text: answer.text, annotations: [] }]
    }
  }
  const { input, tool } = called(answer, turn)
  return {
    type: "function_call",
    id: `fc_${turn.number}`,
    status: "completed",
    call_id: `call_${turn.number}`,
    ...namespaced(tool),
    arguments: JSON.stringify(input)
  }
}

const whole = (answer: Answer, turn: Turn) => ({
  id: `resp_${turn.number}`,
  object: "response",
  status: "completed",
  model: turn.model,
  output: [itemOf(answer, turn)],
  usage
})

const stream = (answer: Answer, turn: Turn): string => {
  const item = itemOf(answer, turn)
  const response = whole(answer, turn)
  const delta = "text" in answer
    ? event("response.output_text.delta", { item_id: item.id, output_index: 0, content_index: 0, delta: answer.text })
    : event("response.function_call_arguments.delta", {
      item_id: item.id,
      output_index: 0,
      delta: isRecord(item) && "arguments" in item ? item["arguments"] : ""
    })
  return [
    event("response.created", { response: { ...response, status: "in_progress", output: [], usage: null } }),
    event("response.output_item.added", {
      output_index: 0,
      item: { ...item, status: "in_progress", ..."text" in answer ? { content: [] } : { arguments: "" } }
    }),
    delta,
    event("response.output_item.done", { output_index: 0, item }),
    event("response.completed", { response })
  ].join("")
}

export const responses: Dialect = {
  serves: (path) => path.endsWith("/responses"),
  read: (body) => {
    const request = objectOf(body)
    return {
      model: String(request["model"]),
      streams: request["stream"] === true,
      texts: textsIn(request["input"], ["text", "content", "output"]),
      tools: toolsOf(request["tools"])
    }
  },
  whole,
  stream,
  cutBefore: "event: response.output_item.done",
  error: (_, type, message) => ({ error: { message, type, code: type, param: null } })
}
