/**
 * Starts programs by a small shell of this thread. A process is forked in proportion to the memory of whoever starts it, and a case starts
 * hundreds: started by Node, the forks alone would take most of the time. Output comes by files, when the program has ended.
 */
import { shellWord } from "@orchestrator/domain/ShellWord"
import { Deferred, Effect, PlatformError, type Scope, Sink, Stream } from "effect"
import { type ChildProcess, ChildProcessSpawner } from "effect/process"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { temporary } from "./Memory.ts"

type Handle = ChildProcessSpawner.ChildProcessHandle
type ExitCode = ChildProcessSpawner.ExitCode

interface Started {
  /** The shell's own child, which waits for it. */
  outer: number
  readonly pid: Deferred.Deferred<number>
  readonly ended: Deferred.Deferred<ExitCode, PlatformError.PlatformError>
}

/** As a shell counts them; 128 and 129 are git's own. */
const signals: Readonly<Record<number, string>> = { 130: "SIGINT", 137: "SIGKILL", 143: "SIGTERM", 153: "SIGXFSZ" }

const folder = mkdtempSync(join(temporary(), "shell-"))
const started = new Map<number, Started>()
let count = 0

const shell = spawn("sh", [], { cwd: "/", env: {}, stdio: ["pipe", "pipe", "ignore"] })
shell.unref()
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

const problem = (method: string, words: string) =>
  PlatformError.systemError({ _tag: "Unknown", module: "ChildProcess", method, description: words })

createInterface({ input: shell.stdout }).on("line", (line) => {
  const [id, what, number] = line.split(" ")
  const known = started.get(Number(id))
  if (known === undefined) return
  const value = Number(number)
  if (what === "outer") {
    known.outer = value
    return
  }
  if (what === "pid") return void Deferred.doneUnsafe(known.pid, Effect.succeed(value))
  started.delete(Number(id))
  // It is over, so this takes nothing away from what comes next; left alone it would stay a zombie.
  shell.stdin.write(`wait ${known.outer}\n`)
  const signal = signals[value]
  Deferred.doneUnsafe(
    known.ended,
    signal === undefined
      ? Effect.succeed(ChildProcessSpawner.ExitCode(value))
      : Effect.fail(problem("exitCode", `Process interrupted due to receipt of signal: '${signal}'`))
  )
})

const assignments = (environment: Readonly<Record<string, unknown>>) =>
  Object.entries(environment).flatMap(([name, value]) =>
    typeof value === "string" && /^\w+$/.test(name) ? [`${name}=${shellWord(value)}`] : []
  ).join(" ")

const takeText = (path: string): Uint8Array => {
  const bytes = readFileSync(path)
  rmSync(path)
  return bytes
}

/** Starts it; `kill` ends it and what it started. */
export const spawnBySmallShell = Effect.fnUntraced(function*(
  { args, command, options }: ChildProcess.StandardCommand,
  kill: (pid: number, signal: "SIGTERM" | "SIGKILL") => void
): Effect.fn.Return<Handle, PlatformError.PlatformError, Scope.Scope> {
  const id = ++count
  const path = (name: string) => join(folder, `${id}.${name}`)
  const { stdin } = options
  const input = typeof stdin === "object" && Stream.isStream(stdin)
    ? yield* Stream.mkUint8Array(stdin as Stream.Stream<Uint8Array, PlatformError.PlatformError>)
    : undefined
  if (input !== undefined) writeFileSync(path("in"), input)
  const environment = { ...(options.extendEnv === true ? process.env : {}), ...options.env }
  const words = [command, ...args].map((word) => shellWord(String(word))).join(" ")
  const from = input === undefined ? "/dev/null" : path("in")
  const one: Started = { outer: 0, pid: Deferred.makeUnsafe(), ended: Deferred.makeUnsafe() }
  started.set(id, one)
  const cwd = options.cwd === undefined ? "" : `cd ${shellWord(options.cwd)} || exit 126;`
  shell.stdin.write(
    `{ ( ${cwd} export ${assignments(environment)}; exec ${words} <${from} >${path("out")} 2>${path("err")} ) & `
      + `echo "${id} pid $!"; wait $!; echo "${id} end $?"; } &\necho "${id} outer $!"\n`
  )
  const pid = yield* Deferred.await(one.pid)
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      if (Deferred.isDoneUnsafe(one.ended)) return Effect.void
      kill(pid, "SIGTERM")
      return Effect.ignore(Deferred.await(one.ended))
    })
  )
  const exit = Deferred.await(one.ended)
  const output = (name: string) => {
    let taken: Uint8Array | undefined
    return Stream.fromEffect(Effect.map(Effect.exit(exit), () => taken ??= takeText(path(name))))
  }
  const none = Stream.empty
  if (input !== undefined) yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(path("in"), { force: true })))
  const [stdout, stderr] = [output("out"), output("err")]
  return ChildProcessSpawner.makeHandle({
    pid: ChildProcessSpawner.ProcessId(pid),
    exitCode: exit,
    isRunning: Effect.sync(() => !Deferred.isDoneUnsafe(one.ended)),
    kill: () => Effect.sync(() => kill(pid, "SIGTERM")),
    stdin: Sink.drain,
    stdout,
    stderr,
    all: Stream.merge(stdout, stderr),
    getInputFd: () => Sink.drain,
    getOutputFd: () => none,
    unref: Effect.succeed(Effect.void)
  })
})
