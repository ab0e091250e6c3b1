/**
 * A Messages API on loopback that plays a script in place of a model: what it is asked is remembered, what it answers is a function of
 * the turn. Streams like the real one, and fails like it.
 */
import { Effect } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** What the model says or does in one answer, or how the API fails. */
export type Reply =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly status: number; readonly type: string; readonly message?: string; readonly headers?: Headers }
  /** Bytes of a body in place of an answer. */
  | { readonly raw: string; readonly contentType?: string }
  /** The connection dies when half of this text is sent. */
  | { readonly cut: string }
  /** Never an answer. */
  | { readonly hang: true }

type Headers = Readonly<Record<string, string>>

export interface Turn {
  /** 0 for the first request of an agent that is asked for an answer. */
  readonly index: number
  /** Counts all turns: ids of calls are never used twice, since a resumed session has the earlier ones. */
  readonly number: number
  /** Everything that the model is told, as JSON. */
  readonly body: string
  /** Text of every message so far, tool results included. */
  readonly texts: ReadonlyArray<string>
  /** Names of the tools that the agent offers. */
  readonly tools: ReadonlyArray<string>
}

export type Script = (turn: Turn) => Reply | Promise<Reply>

export interface ScriptedModel {
  readonly url: string
  readonly turns: ReadonlyArray<Turn>
  /** Every request as it came, but for the headers with credentials. */
  readonly requests: ReadonlyArray<string>
  /** Credentials that were shown. */
  readonly keys: ReadonlySet<string>
  /** From now on another script, whose first turn is 0. */
  readonly play: (script: Script) => void
}

export const say = (text: string): Reply => ({ text })
export const bash = (command: string, more: Readonly<Record<string, unknown>> = {}) => ({
  tool: "Bash",
  input: { command, ...more }
})
export const fail = (status: number, type: string, message?: string, headers?: Headers): Reply => ({
  status,
  type,
  ...(message === undefined ? {} : { message }),
  ...(headers === undefined ? {} : { headers })
})

/** One answer after the other; the last one again for whoever goes on asking. */
export const inOrder = (...replies: ReadonlyArray<Reply>): Script => ({ index }) =>
  replies[Math.min(index, replies.length - 1)] ?? say("Nothing more.")

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Every `text` and every text content below a value, in order. */
const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (!isRecord(value)) return []
  return [...textsIn(value["text"]), ...textsIn(value["content"])]
}

const turnOf = (index: number, number: number, body: string): Turn => {
  const parsed: unknown = JSON.parse(body)
  const request = isRecord(parsed) ? parsed : {}
  const tools = Array.isArray(request["tools"]) ? request["tools"] : []
  return {
    index,
    number,
    body,
    texts: textsIn(request["messages"]),
    tools: tools.flatMap((tool) => isRecord(tool) && typeof tool["name"] === "string" ? [tool["name"]] : [])
  }
}

const usage = { input_tokens: 1000, output_tokens: 50, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }

const message = (reply: Extract<Reply, { text: string } | { tool: string }>, model: unknown, number: number) => ({
  id: `msg_${number}`,
  type: "message",
  role: "assistant",
  model,
  content: [
    "text" in reply
      ? { type: "text", text: reply.text }
      : { type: "tool_use", id: `toolu_${number}`, name: reply.tool, input: reply.input }
  ],
  stop_reason: "text" in reply ? "end_turn" : "tool_use",
  stop_sequence: null,
  usage
})

const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

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

const json = { "content-type": "application/json" }
const sse = { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_1" }

const respond = (response: ServerResponse, reply: Reply, turn: Turn) => {
  if ("hang" in reply) return
  if ("status" in reply) {
    const error = { type: reply.type, message: reply.message ?? reply.type }
    response.writeHead(reply.status, { ...json, ...reply.headers }).end(JSON.stringify({ type: "error", error }))
    return
  }
  if ("raw" in reply) {
    response.writeHead(200, { "content-type": reply.contentType ?? "text/html" }).end(reply.raw)
    return
  }
  const request: unknown = JSON.parse(turn.body)
  const { model, stream: streaming } = isRecord(request) ? request : {}
  if ("cut" in reply) {
    const text = stream(message({ text: reply.cut }, model, turn.number))
    response.writeHead(200, sse)
    response.write(text.slice(0, text.indexOf("content_block_stop")), () => response.destroy())
    return
  }
  const whole = message(reply, model, turn.number)
  if (streaming === true) response.writeHead(200, sse).end(stream(whole))
  else response.writeHead(200, json).end(JSON.stringify(whole))
}

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString("utf8")
}

/** Listens for as long as the test's scope is open. */
export const scriptedModel = (script: Script) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const turns: Array<Turn> = []
      const requests: Array<string> = []
      const keys = new Set<string>()
      let playing = { script, from: 0 }
      const answer = async (request: IncomingMessage, response: ServerResponse) => {
        const body = await read(request)
        const { authorization, "x-api-key": key, ...headers } = request.headers
        for (const shown of [authorization, key]) if (shown !== undefined) keys.add(String(shown))
        requests.push(`${request.method} ${request.url}\n${JSON.stringify(headers)}\n${body}`)
        const path = new URL(request.url ?? "/", "http://model").pathname
        if (request.method === "HEAD") return response.writeHead(200).end()
        if (path.endsWith("/count_tokens")) return response.writeHead(200, json).end("{\"input_tokens\":100}")
        if (!path.endsWith("/v1/messages")) return response.writeHead(404, json).end("{}")
        const turn = turnOf(turns.length - playing.from, turns.length, body)
        if (turn.tools.length > 0) turns.push(turn)
        return respond(response, turn.tools.length === 0 ? say("A title") : await playing.script(turn), turn)
      }
      const server = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy())
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      const model: ScriptedModel = {
        url: `http://127.0.0.1:${port}`,
        turns,
        requests,
        keys,
        play: (next) => {
          playing = { script: next, from: turns.length }
        }
      }
      return { model, server }
    }),
    ({ server }) =>
      Effect.promise(() => {
        server.closeAllConnections()
        return new Promise((resolve) => server.close(resolve))
      })
  ).pipe(Effect.map(({ model }) => model))
