/** `orchestrator serve`, bundled as it ships, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const bin = process.env["ORCHESTRATOR_PROGRAM"] ?? join(import.meta.dirname, "../../src/bin.ts")

export interface ReplicaOptions {
  readonly kubeconfig: string
  readonly namespace: string
  /** Its config.yaml. */
  readonly config: string
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Another program than that of this checkout. */
  readonly program?: string
  /** A module that is loaded before the program, with what it reads of the environment. */
  readonly preload?: { readonly module: string; readonly env: Readonly<Record<string, string>> }
}

export class Replica {
  log = ""
  readonly process: ChildProcess
  readonly exit: Promise<number | NodeJS.Signals | null>

  constructor({ config, env, kubeconfig, namespace, preload, program = bin }: ReplicaOptions) {
    const before = preload === undefined ? [] : ["--import", pathToFileURL(preload.module).href]
    const args = [...before, program, "serve", "--kubeconfig", kubeconfig, "--namespace", namespace, "--config", config]
    this.process = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: tmpdir(),
        NODE_COMPILE_CACHE: join(tmpdir(), "orchestrator-compiled"),
        ...preload?.env,
        ...env
      }
    })
    const add = (chunk: Buffer) => void (this.log += chunk.toString())
    this.process.stdout?.on("data", add)
    this.process.stderr?.on("data", add)
    this.exit = once(this.process, "exit").then(([code, signal]) => code ?? signal)
  }

  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  async logged(pattern: RegExp, seconds = 120): Promise<RegExpExecArray> {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const found = pattern.exec(this.log)
      if (found !== null) return found
      if (!this.alive || performance.now() > end) throw new Error(`expected ${pattern}, found:\n${this.log}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async url(): Promise<string> {
    return (await this.logged(/"url":"(http:[^"]+)"/))[1] ?? ""
  }

  signal(signal: NodeJS.Signals) {
    this.process.kill(signal)
  }

  async stop(signal: NodeJS.Signals = "SIGTERM") {
    if (this.alive) this.signal(signal)
    return await this.exit
  }
}
