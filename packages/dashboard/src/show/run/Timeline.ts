/** The attempts of a run one after the other, with how long each took and what was waited between them. Pure. */
import { millisOf } from "../Ages.ts"
import { attemptKey, attemptTitle } from "../AttemptNames.ts"

export interface TimelineAttempt {
  readonly contextVersion: number
  readonly retry?: number
  readonly jobName: string
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly outcome?: string
  readonly reason?: string
  readonly message?: string
  readonly exitCode?: number
  readonly resumed?: boolean
  readonly usage?: { readonly costUsd?: number; readonly turns?: number }
}

export interface TimelineRun {
  readonly phase: string
  readonly createdAt: string
  readonly status?: {
    readonly attempts?: ReadonlyArray<TimelineAttempt>
    readonly resumesAt?: string
  }
}

export interface TimelineEntry {
  /** `2-r1`, as evidence is asked for. */
  readonly key: string
  readonly title: string
  /** Running, an outcome, or Unknown where the end was not told. */
  readonly state: string
  /** Undefined where a time is missing or none. */
  readonly durationMillis: number | undefined
  /** Between the end of the one before, or the creation of the run, and its start. */
  readonly waitedMillis: number | undefined
  /** Of the longest one, from 0 to 1. */
  readonly share: number
  readonly attempt: TimelineAttempt
}

export interface Timeline {
  readonly entries: ReadonlyArray<TimelineEntry>
  /** The status has the newest ten: whether there were others. */
  readonly hasEarlier: boolean
  readonly resumesAt: string | undefined
}

/** Clocks of two machines differ: nothing lasts less than no time. */
const between = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Math.max(0, to - from)

export const timelineOf = ({ createdAt, phase, status }: TimelineRun, nowMillis: number): Timeline => {
  const attempts = status?.attempts ?? []
  const entries = attempts.map((attempt, index) => {
    const before = attempts[index - 1]
    const started = millisOf(attempt.startedAt)
    const isNewest = index === attempts.length - 1
    const isRunning = attempt.outcome === undefined && attempt.finishedAt === undefined && isNewest &&
      phase === "Running"
    const free = before === undefined
      ? (attempt.contextVersion === 1 && (attempt.retry ?? 0) === 0 ? millisOf(createdAt) : undefined)
      : millisOf(before.finishedAt)
    return {
      key: attemptKey(attempt),
      title: attemptTitle(attempt),
      state: attempt.outcome ?? (isRunning ? "Running" : "Unknown"),
      durationMillis: between(started, isRunning ? nowMillis : millisOf(attempt.finishedAt)),
      waitedMillis: between(free, started),
      attempt
    }
  })
  const longest = Math.max(1, ...entries.map(({ durationMillis }) => durationMillis ?? 0))
  const [first] = attempts
  return {
    entries: entries.map((entry) => ({ ...entry, share: (entry.durationMillis ?? 0) / longest })),
    hasEarlier: first !== undefined && (first.contextVersion > 1 || (first.retry ?? 0) > 0),
    resumesAt: phase === "Pending" ? status?.resumesAt : undefined
  }
}
