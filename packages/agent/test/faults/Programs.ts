/** The programs that a life starts: git as it is, and what may become of it. */
import { Deferred, Effect, PlatformError, type Scope, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { readFileSync } from "node:fs"
import type { Fault, PointKind } from "./Fault.ts"
import type { Life } from "./Life.ts"
import { spawnBySmallShell } from "./Shell.ts"

type Spawner = ChildProcessSpawner.ChildProcessSpawner["Service"]
type Handle = ChildProcessSpawner.ChildProcessHandle
type Standard = ChildProcess.StandardCommand

/** Git's last words where it fails by itself, and where the other side cannot be reached. */
const failing = (how: string): string =>
  how === "away"
    ? "fatal: unable to access the remote: Could not resolve host: github.com"
    : how === "lost"
    ? "fatal: the remote end hung up unexpectedly"
    : "fatal: unable to write file: No space left on device"

/** Of a file nothing is written any more: whoever tries is killed, with its locks and what it had. */
const limited = "ulimit -f 0; exec \"$0\" \"$@\""

const wordsOf = ({ args, command }: Standard): ReadonlyArray<string> =>
  [command, ...args].map((word) => typeof word === "string" ? word : "SECRET")

/** The git command in it, whoever starts it. */
const gitWords = (words: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const at = words.indexOf("git")
  return words[0] === "git" ? words.slice(1) : words[0] === "sh" && at > 0 ? words.slice(at + 4) : undefined
}

const instead = (command: Standard, program: string, words: ReadonlyArray<string>): Standard =>
  ChildProcess.make(program, words, command.options) as Standard

const childrenOf = (pid: number): ReadonlyArray<number> => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** With all that it started. */
const killTree = (pid: number, signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): void => {
  const children = childrenOf(pid)
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone.
  }
  for (const child of children) killTree(child, signal)
}

export interface ProgramsOptions {
  readonly life: Life
  readonly real: Spawner
  readonly plain: (text: string) => string
}

export const programsOf = ({ life, plain, real }: ProgramsOptions): Spawner => {
  const { time } = life

  /** Works until it ends; gone with its life. */
  const started = Effect.fnUntraced(function*(command: Standard, works: boolean) {
    if (works) time.begin()
    // What it says is read while it runs.
    const handle = yield* (command.command === "claude" ? real.spawn(command) : spawnBySmallShell(command, killTree))
      .pipe(Effect.tapError(() => Effect.sync(() => works ? time.end() : undefined)))
    const ended = Deferred.makeUnsafe<ChildProcessSpawner.ExitCode, PlatformError.PlatformError>()
    life.onKill(() => {
      if (!Deferred.isDoneUnsafe(ended)) killTree(Number(handle.pid))
    })
    yield* Effect.exit(handle.exitCode).pipe(
      Effect.tap((exit) =>
        Effect.sync(() => {
          if (works) time.end()
          Deferred.doneUnsafe(ended, exit)
        })
      ),
      Effect.forkDetach({ startImmediately: true })
    )
    return { ended: Deferred.await(ended), handle }
  })

  const seenAs = (handle: Handle, exitCode: Handle["exitCode"], lastWords?: string): Handle =>
    ChildProcessSpawner.makeHandle({
      ...handle,
      exitCode: life.alive(exitCode),
      stderr: lastWords === undefined
        ? handle.stderr
        : Stream.concat(handle.stderr, Stream.encodeText(Stream.make(`${lastWords}\n`)))
    })

  const kindOf = (words: ReadonlyArray<string>): readonly [PointKind, string] => {
    const git = gitWords(words)
    if (git !== undefined) return ["git", plain(`git ${git.filter((word) => word !== "-c").slice(0, 4).join(" ")}`)]
    if (words[0] === "claude" && words[1] !== "--version") return ["agent", "claude"]
    return ["program", plain(words.slice(0, 3).join(" "))]
  }

  const failed = (command: Standard, how: string) =>
    how === "ENOENT"
      ? Effect.fail(PlatformError.systemError({
        _tag: "NotFound",
        module: "ChildProcess",
        method: "spawn",
        pathOrDescriptor: command.command
      }))
      : started(instead(command, "sh", ["-c", `echo '${failing(how)}' >&2; exit 128`]), true)

  const spawn = (command: Standard): Effect.Effect<Handle, PlatformError.PlatformError, Scope.Scope> =>
    Effect.suspend(() => {
      if (!life.isAlive()) return Effect.never
      const [kind, label] = kindOf(wordsOf(command))
      const fault = life.reach(kind, label)
      const asItIs = Effect.map(started(command, true), ({ ended, handle }) => seenAs(handle, ended))
      return life.alive(fault === undefined ? asItIs : struck(command, fault, asItIs))
    })

  const strike = (fault: Fault) =>
    Effect.suspend(() => {
      life.strike(fault)
      return life.isAlive() ? Effect.void : Effect.never
    })

  const struck = (command: Standard, fault: Fault, asItIs: ReturnType<typeof spawn>): ReturnType<typeof spawn> => {
    const [program = "", ...words] = wordsOf(command)
    const halfway = Effect.map(
      started(instead(command, "bash", ["-c", limited, program, ...words]), true),
      (child) => child
    )
    switch (fault._tag) {
      case "Kill":
        if (fault.when === "before") return Effect.andThen(strike(fault), asItIs)
        return Effect.map(
          fault.when === "middle" ? halfway : started(command, true),
          ({ ended, handle }) =>
            seenAs(handle, Effect.andThen(Effect.exit(ended), Effect.andThen(strike(fault), ended)))
        )
      case "Stop":
        return Effect.andThen(strike(fault), asItIs)
      case "Fail":
        if (fault.when === "middle") return Effect.map(halfway, ({ ended, handle }) => seenAs(handle, ended))
        if (fault.when === "before") {
          return Effect.map(failed(command, fault.how), ({ ended, handle }) => seenAs(handle, ended))
        }
        return Effect.map(
          started(command, true),
          ({ ended, handle }) =>
            seenAs(handle, Effect.as(Effect.exit(ended), ChildProcessSpawner.ExitCode(128)), failing(fault.how))
        )
      case "Hang":
        return Effect.map(
          started(instead(command, "sleep", ["1000000"]), false),
          ({ ended, handle }) => seenAs(handle, ended)
        )
      case "Late":
        return Effect.map(
          started(command, true),
          ({ ended, handle }) =>
            seenAs(
              handle,
              Effect.andThen(Effect.exit(ended), Effect.andThen(Effect.sleep(fault.seconds * 1000), ended))
            )
        )
    }
  }

  return ChildProcessSpawner.make((command) =>
    command._tag === "StandardCommand" ? spawn(command) : real.spawn(command)
  )
}
