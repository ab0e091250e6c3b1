/**
 * Signals, and what an agent leaves behind. Its tools run in sessions of their own and outlive it, so they are found by the variables
 * that they inherited; where the runner is the container's first process, everything else is a leftover.
 */
import { Context, Effect, FileSystem, Layer } from "effect"
// oxlint-disable-next-line no-restricted-imports -- nothing else sends signals to processes that we did not start
import { getuid, kill, pid as ownPid } from "node:process"

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGKILL"

export class Processes extends Context.Service<Processes, {
  /** Whether this process, and so the agent, is root. */
  readonly isRoot: boolean
  /** Sends a signal; a process that is gone is no error. */
  readonly signal: (pid: number, signal: StopSignal) => Effect.Effect<void>
  /** Kills every process that has one of these `NAME=value` entries in its environment; answers with how many there were. */
  readonly sweep: (marks: ReadonlyArray<string>) => Effect.Effect<number>
}>()("@orchestrator/agent/runner/loop/Processes") {
  static readonly layer = Layer.effect(
    Processes,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem

      const signal = (pid: number, name: StopSignal) =>
        Effect.ignore(Effect.try({ try: () => kill(pid, name), catch: () => "gone" as const }))

      /** Processes without readable environment belong to others, are ending, or there is no /proc. */
      const leftovers = Effect.fnUntraced(function*(marks: ReadonlyArray<string>) {
        const names = yield* fs.readDirectory("/proc").pipe(Effect.orElseSucceed(() => []))
        const found: Array<number> = []
        for (const name of names) {
          const pid = /^\d+$/.test(name) ? Number(name) : ownPid
          if (pid === ownPid) continue
          const environment = yield* fs.readFileString(`/proc/${pid}/environ`).pipe(Effect.orElseSucceed(() => ""))
          if (ownPid === 1 || environment.split("\0").some((entry) => marks.includes(entry))) {
            if (yield* isAlive(pid)) found.push(pid)
          }
        }
        return found
      })

      const isAlive = (pid: number) =>
        fs.readFileString(`/proc/${pid}/stat`).pipe(
          Effect.map((stat) => !/\) [ZX] /.test(stat)),
          Effect.orElseSucceed(() => false)
        )

      return Processes.of({
        isRoot: getuid?.() === 0,
        signal,
        sweep: Effect.fn("Processes.sweep")(function*(marks) {
          let killed = 0
          // Again, since a process may start another while it is being looked for.
          for (let round = 0; round < 5; round++) {
            const found = yield* leftovers(marks)
            if (found.length === 0) break
            killed += found.length
            for (const pid of found) yield* signal(pid, "SIGKILL")
            yield* Effect.sleep("50 millis")
          }
          return killed
        })
      })
    })
  )
}
