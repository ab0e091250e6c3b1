/** `orchestrator dev` with the demo agent, in a process of its own, and what is between it and a browser. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const bin = join(import.meta.dirname, "../../../../cli/src/bin.ts")

export class Product {
  readonly state: string = mkdtempSync(join(tmpdir(), "orchestrator-page-dev-"))
  #process: ChildProcess | undefined
  #output = ""
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get port(): number {
    return this.#port
  }

  /** The first time on any port that is free, then on the same. */
  async start(agentSeconds: number): Promise<void> {
    this.#output = ""
    const args = ["dev", "--no-demo", "--port", String(this.#port), "--state", this.state]
    const child = spawn(process.execPath, [bin, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: tmpdir(),
        DEMO_AGENT_SECONDS: String(agentSeconds),
        NODE_COMPILE_CACHE: join(tmpdir(), "orchestrator-compiled")
      }
    })
    this.#process = child
    child.stdout?.on("data", (chunk: Buffer) => void (this.#output += chunk.toString()))
    child.stderr?.on("data", (chunk: Buffer) => void (this.#output += chunk.toString()))
    for (;;) {
      const found = /HTTP API +http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#output)?.[1]
      if (found !== undefined) {
        this.#port = Number(found)
        return
      }
      if (child.exitCode !== null) throw new Error(`expected the product to start, found:\n${this.#output}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  token(): string {
    return readFileSync(join(this.state, "token"), "utf8").trim()
  }

  async ask(path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${this.token()}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) })
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return await answer.json()
  }

  /** A run of the demo agent, on the demo's own repositories. */
  async submit(name: string): Promise<void> {
    await this.ask("/api/v1/code-runs", {
      name,
      spec: {
        taskId: 1,
        service: name,
        repositoryUrl: "file:///demo/hello-api.git",
        docsRepositoryUrl: "file:///demo/docs.git",
        docsProjectDirectory: "_projects/hello-api",
        workingDirectory: ".",
        githubUser: "demo"
      }
    })
  }

  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, "exit")
    child.kill(signal)
    await exit
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(this.state, { recursive: true, force: true })
  }
}

/** What a browser says of requests over a wire that is cut. */
export const lost = /ERR_|Failed to load resource|WebSocket|fetch/

/** A wire that can be cut: nothing of what is on its way arrives, and nobody gets a new connection. */
export class Wire {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #isCut = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(port: number): Promise<Wire> {
    const server = createServer()
    const wire = new Wire(server)
    server.on("connection", (socket) => {
      if (wire.#isCut) return void socket.destroy()
      const onward = connect(port, "127.0.0.1")
      for (const [from, to] of [[socket, onward], [onward, socket]] as const) {
        wire.#sockets.add(from)
        from.on("error", () => {})
        from.on("close", () => {
          wire.#sockets.delete(from)
          to.destroy()
        })
        from.pipe(to)
      }
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return wire
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(): void {
    this.#isCut = false
  }

  async end(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, "close")
  }
}
