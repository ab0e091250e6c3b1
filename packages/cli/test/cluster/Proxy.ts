/**
 * A proxy between one replica and the API server that counts the replica's writes, and lets a test step in before a write arrives, after it
 * has been committed, and after the reply. It can also swallow watches.
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

export type When = "before" | "committed" | "replied"

export interface Proxy {
  /** For the replica. */
  readonly kubeconfig: string
  readonly writes: ReadonlyArray<Write>
  /** Called at each moment of each write; the request goes no further when it answers false. */
  onWrite: (write: Write, when: When) => Promise<boolean>
  /** While true, answers that would go on get lost, and stay silent and open from then on, as on a connection that has died. */
  blackHole: boolean
  readonly close: () => void
}

export const makeProxy = async (user: User): Promise<Proxy> => {
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

  const forward = (incoming: IncomingMessage, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { host: _host, connection: _connection, ...headers } = incoming.headers
      const outgoing = request(
        { agent, host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers },
        resolve
      )
      outgoing.on("error", reject)
      outgoing.end(body)
    })

  const pump = (answer: IncomingMessage, reply: ServerResponse) => {
    reply.writeHead(answer.statusCode ?? 502, answer.headers)
    reply.flushHeaders()
    let swallowed = false
    const silent = () => (swallowed ||= proxy.blackHole)
    answer.on("data", (chunk: Buffer) => silent() || reply.write(chunk))
    answer.on("end", () => silent() || reply.end())
    answer.on("error", () => reply.destroy())
    reply.on("close", () => answer.destroy())
  }

  const serve = async (incoming: IncomingMessage, reply: ServerResponse) => {
    const body = await readAll(incoming)
    const write = countedOf(incoming)
    if (write === undefined) return pump(await forward(incoming, body), reply)
    if (!(await proxy.onWrite(write, "before"))) return reply.destroy()
    const answer = await forward(incoming, body)
    const bytes = await readAll(answer)
    if (!(await proxy.onWrite(write, "committed"))) return reply.destroy()
    reply.writeHead(answer.statusCode ?? 502, answer.headers)
    return reply.end(bytes, () => void proxy.onWrite(write, "replied"))
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
    blackHole: false,
    close: () => {
      server.closeAllConnections()
      server.close()
      agent.destroy()
    }
  }
  return proxy
}

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
