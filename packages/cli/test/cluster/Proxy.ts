/**
 * A proxy between one replica and the API server that counts the replica's writes, and lets a test step in before a request goes on, before a
 * write arrives, after it has been committed, and after the reply. It can also hold back answers, and swallow watches.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Agent, request } from "node:https"
import { controlPlane, kubeconfigOf, type User } from "./ControlPlane.ts"

export interface Write {
  /** Counted from 1, without those of the leader election and questions of what one may do. */
  readonly number: number
  readonly method: string
  readonly path: string
}

export interface ProxiedRequest {
  readonly method: string
  readonly path: string
}

/** An answer in the server's place. */
export interface Refusal {
  readonly status: number
  readonly retryAfter: number | undefined
}

/** What becomes of a request. `unsent`, `unanswered`: its connection breaks, before it arrives or after it was done. */
export type Verdict = "pass" | "unsent" | "unanswered" | Refusal

export type When = "before" | "committed" | "replied"

export interface Proxy {
  /** For the replica. */
  readonly kubeconfig: string
  readonly writes: ReadonlyArray<Write>
  /** Called at each moment of each write; the request goes no further when it answers false. */
  onWrite: (write: Write, when: When) => Promise<boolean>
  /** Called before each request goes on. */
  onRequest: (request: ProxiedRequest) => Promise<Verdict>
  /** Milliseconds by which what the server says to a request comes later. */
  lateness: (request: ProxiedRequest) => number
  /** Breaks every connection. */
  readonly cut: () => void
  /** While true, answers that would go on get lost, and stay silent and open from then on, as on a connection that has died. */
  blackHole: boolean
  readonly close: () => void
}

/** `auditId`: by which the audit log knows each request. */
export const makeProxy = async (user: User, auditId?: (connection: object) => string): Promise<Proxy> => {
  const target = new URL(controlPlane().server)
  const agent = new Agent({
    keepAlive: true,
    ca: readFileSync(user.authority),
    cert: readFileSync(user.certificate),
    key: readFileSync(user.key)
  })
  const writes: Array<Write> = []

  const countedOf = ({ method = "GET", url = "" }: IncomingMessage): Write | undefined => {
    if (method === "GET" || /\/leases|\/selfsubject\w+reviews/.test(url)) return undefined
    const write = { number: writes.length + 1, method, path: url }
    writes.push(write)
    return write
  }

  const forward = (incoming: IncomingMessage, body: Buffer, id: string | undefined) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { host: _host, connection: _connection, ...others } = incoming.headers
      const headers = id === undefined ? others : { ...others, "audit-id": id }
      const outgoing = request(
        { agent, host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers },
        resolve
      )
      outgoing.on("error", reject)
      outgoing.end(body)
    })

  const pump = (request: ProxiedRequest, answer: IncomingMessage, reply: ServerResponse) => {
    let swallowed = false
    const silent = () => (swallowed ||= proxy.blackHole)
    let before = Promise.resolve()
    /** In the order in which it came, whatever of it is late. */
    const say = (what: () => unknown) => {
      const due = performance.now() + proxy.lateness(request)
      before = before.then(() => until(due)).then(() => void (silent() || reply.destroyed || what()))
    }
    say(() => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      reply.flushHeaders()
    })
    answer.on("data", (chunk: Buffer) => say(() => reply.write(chunk)))
    answer.on("end", () => say(() => reply.end()))
    answer.on("error", () => reply.destroy())
    reply.on("close", () => answer.destroy())
  }

  const refuse = ({ retryAfter, status }: Refusal, reply: ServerResponse) => {
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }
    reply.writeHead(status, { "content-type": "application/json", ...headers })
    reply.end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code: status, message: "refused" }))
  }

  const serve = async (incoming: IncomingMessage, reply: ServerResponse) => {
    const id = auditId?.(incoming.socket)
    const request = { method: incoming.method ?? "GET", path: incoming.url ?? "" }
    const body = await readAll(incoming)
    const write = countedOf(incoming)
    const verdict = await proxy.onRequest(request)
    // Whoever asked may be gone by now.
    if (verdict === "unsent" || reply.destroyed) return reply.destroy()
    if (typeof verdict === "object") return refuse(verdict, reply)
    if (write === undefined && verdict === "pass") return pump(request, await forward(incoming, body, id), reply)
    if (write !== undefined && !(await proxy.onWrite(write, "before"))) return reply.destroy()
    const answer = await forward(incoming, body, id)
    const bytes = await readAll(answer)
    if (verdict === "unanswered" || (write !== undefined && !(await proxy.onWrite(write, "committed")))) {
      return reply.destroy()
    }
    await until(performance.now() + proxy.lateness(request))
    if (proxy.blackHole) return undefined
    reply.writeHead(answer.statusCode ?? 502, answer.headers)
    return reply.end(bytes, () => void (write !== undefined && proxy.onWrite(write, "replied")))
  }

  const server = createServer((incoming, reply) => void serve(incoming, reply).catch(() => reply.destroy()))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  const kubeconfig = `${user.kubeconfig}-proxied`
  writeFileSync(kubeconfig, kubeconfigOf({ server: url }, {}))

  const proxy: Proxy = {
    kubeconfig,
    writes,
    onWrite: () => Promise.resolve(true),
    onRequest: () => Promise.resolve("pass"),
    lateness: () => 0,
    cut: () => server.closeAllConnections(),
    blackHole: false,
    close: () => {
      server.closeAllConnections()
      server.close()
      agent.destroy()
    }
  }
  return proxy
}

const until = async (due: number): Promise<void> => {
  const millis = due - performance.now()
  if (millis > 0) await new Promise((resolve) => setTimeout(resolve, millis))
}

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
