/** The Gemini API, as Gemini CLI speaks it. */
import { type Answer, type Dialect, isRecord, namesIn, objectOf, textsIn, type Turn } from "./Dialect.ts"

const usageMetadata = { promptTokenCount: 1000, candidatesTokenCount: 50, totalTokenCount: 1050 }

/** The agent's shell, by the name and the fields that it offers. */
const called = (answer: Extract<Answer, { tool: string }>) =>
  answer.tool === "Bash"
    ? { name: "run_shell_command", args: { command: answer.input["command"], description: "What the script says" } }
    : { name: answer.tool, args: answer.input }

const chunk = (parts: ReadonlyArray<object>, { model, number }: Turn, more: object = {}) => ({
  candidates: [{ index: 0, content: { role: "model", parts }, ...more }],
  modelVersion: model,
  responseId: `resp_${number}`,
  usageMetadata
})

const partOf = (answer: Answer): object => "text" in answer ? { text: answer.text } : { functionCall: called(answer) }

const endOf = (answer: Answer) => ({
  finishReason: "text" in answer && answer.ends !== undefined ? answer.ends : "STOP"
})

const line = (data: object): string => `data: ${JSON.stringify(data)}\r\n\r\n`

export const generateContent: Dialect = {
  serves: (path) => /:(?:streamG|g)enerateContent$/.test(path),
  read: (body, path) => {
    const request = objectOf(body)
    const tools = Array.isArray(request["tools"]) ? request["tools"] : []
    return {
      model: /\/models\/([^:]+):/.exec(path)?.[1] ?? "",
      streams: path.includes(":streamGenerateContent"),
      texts: textsIn(request["contents"], ["parts", "text", "functionResponse", "response", "output", "error"]),
      tools: tools.flatMap((tool) => isRecord(tool) ? namesIn(tool["functionDeclarations"]) : [])
    }
  },
  whole: (answer, turn) => chunk([partOf(answer)], turn, endOf(answer)),
  stream: (answer, turn) => line(chunk([partOf(answer)], turn)) + line(chunk([{ text: "" }], turn, endOf(answer))),
  cutBefore: "\"finishReason\"",
  error: (code, status, message) => {
    // As the API says when asking again makes sense: nowhere else.
    const retryDelay = /retry in (\d+s)/.exec(message)?.[1]
    const details = retryDelay === undefined
      ? []
      : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }]
    return { error: { code, status, message, details } }
  }
}
