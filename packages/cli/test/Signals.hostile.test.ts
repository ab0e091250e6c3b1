/** Supervisors, CI and closed terminals end what they started: npm, or the server itself. Nothing that it started may be left. */
import { NodeServices } from "@effect/platform-node"
import { afterEach, assert, it } from "@effect/vitest"
import { leaderLease } from "@orchestrator/domain/Names"
import { LeaseKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect, Layer } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

const root = join(import.meta.dirname, "../../..")

const parents = (): ReadonlyMap<number, number> =>
  new Map(
    readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
        return state === "Z" ? [] : [[Number(pid), Number(parent)] as const]
      } catch {
        return []
      }
    })
  )

/** Every process that this one has started, and what they have. */
const descendants = (pid: number): ReadonlyArray<number> => {
  const all = [...parents()]
  const below = (of: number): ReadonlyArray<number> =>
    all.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

const alive = (pids: ReadonlyArray<number>): ReadonlyArray<number> => {
  const all = parents()
  return pids.filter((pid) => all.has(pid))
}

const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = createConnection({ host: hostname, port: Number(port) })
    socket.once("connect", () => resolve((socket.destroy(), true)))
    socket.once("error", () => resolve(false))
  })

const leaseHolder = (kubeconfig: string): Promise<string | undefined> =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const lease = yield* client.get(LeaseKind, { namespace: "orchestrator", name: leaderLease })
    return lease.spec?.holderIdentity
  }).pipe(
    Effect.provide(liveClient({ kubeconfig }).pipe(Layer.provide(NodeServices.layer))),
    Effect.runPromise
  )

const until = async (what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> => {
  const end = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`expected ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A script of this repository under npm, as a person or a supervisor starts it. */
class NpmScript {
  output = ""
  readonly process: ChildProcess
  readonly end: Promise<unknown>

  constructor(args: ReadonlyArray<string>, shell: string | undefined) {
    const scriptShell = shell === undefined ? {} : { npm_config_script_shell: shell }
    this.process = spawn("npm", args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: tmpdir(),
        npm_config_update_notifier: "false",
        ...scriptShell
      }
    })
    const add = (chunk: Buffer) => void (this.output += chunk.toString())
    this.process.stdout?.on("data", add)
    this.process.stderr?.on("data", add)
    this.end = once(this.process, "exit")
    running.add(this)
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }

  async printed(pattern: RegExp): Promise<string> {
    await until(`${pattern} in\n${this.output}`, () => pattern.test(this.output) || this.ended, 90)
    const found = pattern.exec(this.output)
    if (found === null) throw new Error(`expected ${pattern}, found:\n${this.output}`)
    return found[1] ?? ""
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return
    this.process.kill(signal)
    await this.end
  }
}

const running = new Set<NpmScript>()

const serve = (state: string, shell?: string): NpmScript =>
  new NpmScript([
    "run",
    "orchestrator",
    "--",
    "serve",
    "--kubeconfig",
    join(state, "kubeconfig"),
    "--namespace",
    "orchestrator",
    "--port",
    "0"
  ], shell)

afterEach(async () => {
  for (const script of running) {
    const below = descendants(script.pid)
    if (!script.ended) script.process.kill("SIGKILL")
    for (const pid of alive(below)) process.kill(pid, "SIGKILL")
  }
  running.clear()
  await stopAll()
})

const shells: ReadonlyArray<readonly [name: string, shell: string | undefined]> = [
  ["npm's own shell", undefined],
  ["bash", "/bin/bash"]
]

it.each(shells)(
  "SIGTERM to `npm start` ends the server with npm and leaves no process and no port (%s)",
  async (_, shell) => {
    const { folder, remove } = temporaryFolder()
    try {
      const product = new NpmScript(
        ["start", "--", "--state", join(folder, "state"), "--no-demo", "--port", "0"],
        shell
      )
      const url = await product.printed(/HTTP API +(http:\/\/[^ ]+)/)
      const kubernetes = await product.printed(/Kubernetes +(https?:\/\/[^ ]+)/)
      const below = descendants(product.pid)
      assert.isNotEmpty(below)
      await product.stop("SIGTERM")
      assert.deepStrictEqual(alive(below), [])
      assert.deepStrictEqual([await answers(url), await answers(kubernetes)], [false, false])
    } finally {
      remove()
    }
  },
  180_000
)

it.each(shells)(
  "SIGTERM to `npm run orchestrator -- serve` ends the server with npm and gives back its lease (%s)",
  async (_, shell) => {
    const { folder, remove } = temporaryFolder()
    try {
      const state = join(folder, "state")
      const cluster = new LocalProduct(["--state", state, "--no-demo"])
      await cluster.printed(/Try next/)
      const server = serve(state, shell)
      await server.printed(/caches are synced/)
      const url = await server.printed(/(http:\/\/127\.0\.0\.1:\d+)/)
      const below = descendants(server.pid)
      await server.stop("SIGTERM")
      assert.deepStrictEqual(alive(below), [])
      assert.isFalse(await answers(url))
      assert.strictEqual(await leaseHolder(join(state, "kubeconfig")), "")
      await cluster.stop()
    } finally {
      remove()
    }
  },
  180_000
)

it("a terminal that is closed (SIGHUP) ends the agents of the local product with it", async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const product = new LocalProduct(["--state", join(folder, "state")], { DEMO_AGENT_SECONDS: "60" })
    await product.printed(/agent: I read the task first/)
    const below = descendants(product.process.pid ?? 0)
    assert.isNotEmpty(below)
    await product.stop("SIGHUP")
    assert.deepStrictEqual(alive(below), [])
  } finally {
    remove()
  }
}, 180_000)

it("a closed terminal (SIGHUP) is an orderly end of a server too: it gives back its lease", async () => {
  const { folder, remove } = temporaryFolder()
  try {
    const state = join(folder, "state")
    const cluster = new LocalProduct(["--state", state, "--no-demo"])
    await cluster.printed(/Try next/)
    const server = serve(state)
    await server.printed(/caches are synced/)
    const below = descendants(server.pid)
    for (const pid of below) process.kill(pid, "SIGHUP")
    await server.end
    assert.deepStrictEqual(alive(below), [])
    assert.strictEqual(await leaseHolder(join(state, "kubeconfig")), "")
    await cluster.stop()
  } finally {
    remove()
  }
}, 180_000)
