/** The arms as processes: the product as it ships, and the loops that do nothing but what cannot be left out. */
import { Effect, Schema, type Scope } from "effect"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { Profiler } from "node:inspector"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { config } from "./Config.ts"
import type { Look } from "./Living.ts"
import { record, templates } from "./Recorded.ts"
import type { Site } from "./Site.ts"
import type { User } from "./User.ts"

const root = join(import.meta.dirname, "../..")

/** The memory limit of the chart's container, from which the image takes the heap's limit. */
const containerBytes = 512 * 1024 * 1024

export class NotBuilt extends Schema.TaggedError<NotBuilt>()("NotBuilt", {}) {
  override get message(): string {
    return "There is no dist/orchestrator.mjs: the product is measured as it ships. Build it with npm run build."
  }
}

/** A process that prints. */
export class Process {
  log = ""
  readonly child: ChildProcess
  readonly env: Readonly<Record<string, string>>

  constructor(command: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
    this.env = env
    this.child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, HOME: tmpdir(), ...env }
    })
    const add = (chunk: Buffer) => void (this.log += chunk.toString())
    this.child.stdout?.on("data", add)
    this.child.stderr?.on("data", add)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  tell(line: string) {
    this.child.stdin?.write(`${line}\n`)
  }

  async printed(pattern: RegExp, seconds = 120): Promise<void> {
    const end = performance.now() + seconds * 1000
    while (!pattern.test(this.log)) {
      if (!this.alive || performance.now() > end) throw new Error(`expected ${pattern}, found:\n${this.log}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** Has it say what is alive in it (bench/arms/looked.ts). */
  async look(): Promise<Look> {
    this.log = ""
    this.child.kill("SIGUSR2")
    await this.printed(/looked\n/)
    return JSON.parse(readFileSync(this.env["LOOK"] ?? "", "utf8"))
  }

  /** Begins a CPU profile (bench/arms/profiled.ts), the next time ends it and answers with it. */
  async profile(): Promise<Profiler.Profile> {
    this.log = ""
    this.child.kill("SIGUSR2")
    await this.printed(/profil(ing|ed)\n/)
    const file = this.env["PROFILE"] ?? ""
    return this.log.includes("profiled")
      ? JSON.parse(readFileSync(file, "utf8"))
      : { nodes: [], startTime: 0, endTime: 0 }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!this.alive) return
    const exit = once(this.child, "exit")
    this.child.kill(signal)
    await exit
  }
}

/** `peer` is the same on controller-runtime, in Go. `baseline` is the controller of another checkout: BASELINE names its folder, where `npm run build` has run. */
export type How = "controller" | "baseline" | "watching" | "bare" | "peer"

export const baseline = process.env["BASELINE"]

export interface Arms {
  /** Starts one on a site and waits until it would act; it is ended with the scope. */
  readonly start: (how: How, site: Site, user?: User) => Effect.Effect<Process, never, Scope.Scope>
  /** Starts one without waiting; whoever does ends it. */
  readonly begin: (how: How, site: Site) => Effect.Effect<Process>
  /** Starts the controller without waiting. */
  readonly launch: (site: Site, user?: User) => Effect.Effect<Process, never, Scope.Scope>
}

const ended = (make: () => Process) =>
  Effect.acquireRelease(Effect.sync(make), (process) => Effect.promise(() => process.stop()))

const kubeconfigOf = ({ users }: Site, user = users[0]): string => user?.kubeconfig ?? ""

export interface ArmOptions {
  readonly profiled?: boolean
  /** Of the controller as it ships. */
  readonly env?: Readonly<Record<string, string>>
  /** Of the controller's configuration. */
  readonly more?: object
}

/**
 * Copies what was built, so that a build in the meantime changes nothing, and records what the loops write. Profiled, the controller runs
 * from its sources, whose files tell owners apart.
 */
export const makeArms = Effect.fnUntraced(function*({ profiled = false, env = {}, more = {} }: ArmOptions = {}) {
  if (!existsSync(join(root, "dist/orchestrator.mjs"))) return yield* new NotBuilt()
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-bench-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true })
  cpSync(join(root, "tools/image/orchestrator"), join(folder, "orchestrator"))
  file("memory.max", String(containerBytes))
  const settings = file("config.yaml", JSON.stringify({ ...config, ...more }))
  const writes = file("writes.json", JSON.stringify(yield* record))
  // The image's own settings, see tools/image/orchestrator.
  const malloc = {
    MALLOC_ARENA_MAX: "1",
    MALLOC_TRIM_THRESHOLD_: "262144",
    MALLOC_MMAP_THRESHOLD_: "8192"
  }
  const heap = `--max-old-space-size=${containerBytes / 1024 / 1024 * 3 / 4}`

  if (baseline !== undefined) {
    cpSync(join(baseline, "dist"), join(folder, "baseline/dist"), { recursive: true })
    cpSync(join(baseline, "tools/image/orchestrator"), join(folder, "baseline/orchestrator"))
  }
  const serve = (program: string, templates: string) => (site: Site, user?: User) => {
    const flags = ["--namespace", site.namespace, "--config", settings, "--templates", templates]
    return new Process(program, ["serve", "--kubeconfig", kubeconfigOf(site, user), ...flags], {
      ...env,
      CGROUP_FOLDER: folder
    })
  }
  const controller = serve(join(folder, "orchestrator"), templates)
  const controllerBefore = serve(
    join(folder, "baseline/orchestrator"),
    join(baseline ?? "", "chart/claude-templates")
  )
  const preload = profiled ? ["--import", join(root, "bench/arms/profiled.ts")] : []
  const fromSources = (site: Site, user?: User) =>
    new Process(process.execPath, [
      "--max-semi-space-size=2",
      heap,
      ...preload,
      join(root, "packages/cli/src/bin.ts"),
      "serve",
      "--kubeconfig",
      kubeconfigOf(site, user),
      ...["--namespace", site.namespace, "--config", settings, "--templates", templates]
    ], { ...malloc, PROFILE: join(folder, `${site.namespace}.cpuprofile`) })
  const loop = (how: How, { namespace, ...site }: Site, user?: User) => {
    const options = { how, namespace, writes, kubeconfig: kubeconfigOf({ namespace, ...site }, user) }
    return new Process(process.execPath, [
      "--max-semi-space-size=2",
      heap,
      ...preload,
      join(root, "bench/arms/loop.ts"),
      JSON.stringify(options)
    ], { ...malloc, PROFILE: join(folder, `${namespace}.cpuprofile`) })
  }

  const peerProgram = join(folder, "peer")
  const peer = ({ namespace, ...site }: Site, user?: User) => {
    if (!existsSync(peerProgram)) {
      execFileSync("go", ["build", "-o", peerProgram, "."], { cwd: join(root, "bench/peer"), stdio: "inherit" })
    }
    const options = { namespace, writes, kubeconfig: kubeconfigOf({ namespace, ...site }, user) }
    return new Process(peerProgram, [JSON.stringify(options)])
  }

  const launch = (site: Site, user?: User) => ended(() => controller(site, user))
  const processOf = (how: How, site: Site, user?: User) => {
    switch (how) {
      case "controller":
        return profiled ? fromSources(site, user) : controller(site, user)
      case "baseline":
        return controllerBefore(site, user)
      case "watching":
      case "bare":
        return loop(how, site, user)
      case "peer":
        return peer(site, user)
    }
  }
  const start = (how: How, site: Site, user?: User) =>
    Effect.tap(
      ended(() => processOf(how, site, user)),
      (process) =>
        Effect.promise(async () => {
          if (how !== "controller" && how !== "baseline") return await process.printed(/ready/)
          await process.printed(/caches are synced/, 600)
          await process.printed(/"leading"/)
        })
    )
  const begin = (how: How, site: Site) => Effect.sync(() => processOf(how, site))
  return { begin, launch, start } satisfies Arms
})
