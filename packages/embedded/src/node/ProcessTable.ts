/**
 * Finds and ends processes of this host by a variable in their environment, wherever they have moved themselves (sessions, groups, new
 * parents). Where there is no /proc, only process groups can be ended.
 */
import { Effect, FileSystem, Schedule } from "effect"

/** `NAME=value` */
export type Marker = string

export type Signal = "SIGTERM" | "SIGKILL"

interface ProcessApi {
  readonly pid: number
  readonly kill: (pid: number, signal: Signal) => boolean
}

// oxlint-disable-next-line no-restricted-globals -- nothing of Effect's signals processes that it did not start
const host: ProcessApi = process

/** Whether there was such a process, or with a negative number such a group. */
export const signal = (pid: number, name: Signal): boolean => {
  try {
    return pid !== 0 && Math.abs(pid) !== 1 && host.kill(pid, name)
  } catch {
    return false
  }
}

/** Process ids whose environment has the marker; never our own. */
export const pidsWith = Effect.fnUntraced(function*(marker: Marker) {
  const fs = yield* FileSystem.FileSystem
  const entries = yield* fs.readDirectory("/proc").pipe(Effect.orElseSucceed((): Array<string> => []))
  const pids = entries.map(Number).filter((pid) => Number.isInteger(pid) && pid !== host.pid)
  const marked = (pid: number) =>
    fs.readFileString(`/proc/${pid}/environ`).pipe(
      Effect.map((environ) => environ.split("\0").includes(marker)),
      Effect.orElseSucceed(() => false)
    )
  return yield* Effect.filter(pids, marked, { concurrency: 16 })
})

/** Children of a process, the oldest first. */
export const childrenOf = Effect.fnUntraced(function*(parent: number) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(`/proc/${parent}/task/${parent}/children`).pipe(Effect.orElseSucceed(() => ""))
  return text.split(" ").filter((word) => word !== "").map(Number)
})

/** Kills until none is left, for at most about five seconds. Answers how many there were. */
export const killAll = Effect.fn("ProcessTable.killAll")(function*(marker: Marker) {
  const round = Effect.map(pidsWith(marker), (pids) => {
    for (const pid of pids) signal(pid, "SIGKILL")
    return pids.length
  })
  const first = yield* round
  if (first > 0) {
    yield* Effect.repeat(round, { until: (left) => left === 0, schedule: Schedule.spaced("5 millis"), times: 1000 })
  }
  return first
})
