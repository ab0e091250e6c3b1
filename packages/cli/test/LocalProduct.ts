/** Starts `orchestrator dev` as a person would, in a process of its own, and reads what it prints. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const bin = join(import.meta.dirname, "../src/bin.ts")

export const temporaryFolder = (parent = tmpdir()) => {
  const folder = mkdtempSync(join(parent, "orchestrator-dev-"))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const started = new Set<LocalProduct>()

/** Ends what a failed test has left running. */
export const stopAll = async (): Promise<void> => {
  await Promise.all([...started].map((product) => product.stop("SIGKILL")))
  started.clear()
}

export class LocalProduct {
  output = ""
  readonly state: string
  readonly process: ChildProcess
  readonly exit: Promise<number | null>

  constructor(args: ReadonlyArray<string>, env: Record<string, string> = {}, command: "dev" | "serve" = "dev") {
    this.state = args[args.indexOf("--state") + 1] ?? ""
    this.process = spawn(process.execPath, [bin, command, "--port", "0", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: tmpdir(),
        DEMO_AGENT_SECONDS: "0.2",
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        ...env
      }
    })
    const add = (chunk: Buffer) => {
      this.output += chunk.toString()
    }
    this.process.stdout?.on("data", add)
    this.process.stderr?.on("data", add)
    started.add(this)
    this.exit = once(this.process, "exit").then(([code]) => typeof code === "number" ? code : null)
  }

  /** Waits for a text in the output; fails with the output when the process ends or the time is over. */
  async printed(pattern: RegExp, seconds = 90): Promise<RegExpExecArray> {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const found = pattern.exec(this.output)
      if (found !== null) return found
      if (this.process.exitCode !== null || this.process.signalCode !== null || performance.now() > end) {
        throw new Error(`expected ${pattern}, found:\n${this.output}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async url(): Promise<string> {
    return (await this.printed(/HTTP API +(http:\/\/[^ ]+)/))[1] ?? ""
  }

  /** The HTTP API, with the token of the state folder. */
  async ask(path: string, body?: object): Promise<Response> {
    const header = readFileSync(join(this.state, "authorization"), "utf8").replace(/^Authorization: /, "").trim()
    return await fetch(`${await this.url()}${path}`, {
      headers: { authorization: header, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) })
    })
  }

  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    if (this.process.exitCode === null) this.process.kill(signal)
    return await this.exit
  }
}

export const git = (...args: ReadonlyArray<string>): string => execFileSync("git", args, { encoding: "utf8" }).trim()

/** Command lines of processes that carry this text in their environment. */
export const processesOf = (text: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(text)
        ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")]
        : []
    } catch {
      return []
    }
  })
