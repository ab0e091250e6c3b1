/**
 * An API of models on loopback that plays a script in place of one, in every dialect: what it is asked is remembered, what it answers is
 * a function of the turn. Streams like the real one, and fails like it.
 */
import { Effect } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Answer, Dialect, Turn } from "./dialects/Dialect.ts"
import { generateContent } from "./dialects/GenerateContent.ts"
import { messages } from "./dialects/Messages.ts"
import { responses } from "./dialects/Responses.ts"

export type { Turn }

/** What the model says or does in one answer, or how the API fails. */
export type Reply =
  | Answer
  | { readonly status: number; readonly type: string; readonly message?: string; readonly headers?: Headers }
  /** Bytes of a body in place of an answer. */
  | { readonly raw: string; readonly contentType?: string }
  /** The connection dies when half of this text is sent. */
  | { readonly cut: string }
  /** Never an answer. */
  | { readonly hang: true }

type Headers = Readonly<Record<string, string>>

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
/** A call of the agent's shell, whatever the agent calls it. */
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

const dialects: ReadonlyArray<Dialect> = [messages, responses, generateContent]

const json = { "content-type": "application/json" }
const sse = { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_1" }

const respond = (response: ServerResponse, dialect: Dialect, reply: Reply, turn: Turn) => {
  if ("hang" in reply) return
  if ("status" in reply) {
    const text = JSON.stringify(dialect.error(reply.status, reply.type, reply.message ?? reply.type))
    response.writeHead(reply.status, { ...json, ...reply.headers }).end(text)
    return
  }
  if ("raw" in reply) {
    response.writeHead(200, { "content-type": reply.contentType ?? "text/html" }).end(reply.raw)
    return
  }
  if ("cut" in reply) {
    const text = dialect.stream({ text: reply.cut }, turn)
    response.writeHead(200, sse)
    response.write(text.slice(0, text.indexOf(dialect.cutBefore)), () => response.destroy())
    return
  }
  if (turn.streams) response.writeHead(200, sse).end(dialect.stream(reply, turn))
  else response.writeHead(200, json).end(JSON.stringify(dialect.whole(reply, turn)))
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
        const { authorization, "x-api-key": key, "x-goog-api-key": googleKey, ...headers } = request.headers
        for (const shown of [authorization, key, googleKey]) {
          if (shown !== undefined) keys.add(String(shown).replace(/^Bearer /, ""))
        }
        requests.push(`${request.method} ${request.url}\n${JSON.stringify(headers)}\n${body}`)
        const path = new URL(request.url ?? "/", "http://model").pathname
        if (request.method === "HEAD") return response.writeHead(200).end()
        if (path.endsWith("/count_tokens")) return response.writeHead(200, json).end("{\"input_tokens\":100}")
        const dialect = dialects.find(({ serves }) => serves(path))
        if (dialect === undefined) return response.writeHead(404, json).end("{}")
        const turn: Turn = {
          ...dialect.read(body, path),
          index: turns.length - playing.from,
          number: turns.length,
          body
        }
        if (turn.tools.length > 0) turns.push(turn)
        return respond(response, dialect, turn.tools.length === 0 ? say("A title") : await playing.script(turn), turn)
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
