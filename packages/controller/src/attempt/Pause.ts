/**
 * Whether and when a run goes on by itself after an attempt has ended: bounded in number, and in time. Counted from the status alone,
 * so a restart of the controller changes nothing.
 */
import { isTerminal } from "@orchestrator/domain/Phase"
import type { PassingReason, TerminalReason } from "@orchestrator/domain/Reason"
import { limitDelay, limitWaits, retryDelay } from "@orchestrator/domain/Retry"
import { DateTime, Duration, Option } from "effect"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Observed } from "../facts/Observed.ts"

export interface Pause {
  readonly reason: PassingReason
  readonly until: DateTime.Utc
  /** Automatic retries that count, this one included. */
  readonly retryCount: number
}

/** No known limit lasts longer than a week; what asks for more is not believed. */
const longestLimit = Duration.days(8)

/** Automatic retries of the current version after infrastructure loss. */
const retriesOf = ({ attempt, status }: LiveRun): number =>
  status.contextVersion === attempt.contextVersion ? status.retryCount ?? 0 : 0

export const pauseAfter = (
  { config, now, run }: Pick<Observed, "config" | "now"> & { readonly run: LiveRun },
  reason: TerminalReason,
  resetAt: string | undefined
): Pause | undefined => {
  const retries = retriesOf(run)
  if (reason === "InfraLost" && retries < config.retry.infrastructure) {
    const retryCount = retries + 1
    return { reason, until: DateTime.addDuration(now, retryDelay(retryCount)), retryCount }
  }
  const waited = Math.max(0, run.attempt.retry - retries)
  return reason === "RateLimited" && waited < limitWaits
    ? { reason, until: limitEnd(now, resetAt, waited), retryCount: retries }
    : undefined
}

const limitEnd = (now: DateTime.Utc, resetAt: string | undefined, waited: number): DateTime.Utc => {
  const latest = DateTime.addDuration(now, longestLimit)
  return Option.fromUndefinedOr(resetAt).pipe(
    Option.flatMap(DateTime.make),
    Option.map(DateTime.toUtc),
    Option.filter((reset) => DateTime.isGreaterThan(reset, now)),
    Option.match({
      onNone: () => DateTime.addDuration(now, limitDelay(waited + 1)),
      onSome: (reset) => DateTime.min(reset, latest)
    })
  )
}

/** When the run goes on, while that lies ahead. */
export const pausedUntil = ({ now, run }: Pick<Observed, "now"> & { readonly run: LiveRun }) => {
  const { attempt: { contextVersion }, status } = run
  if (status.resumesAt === undefined || isTerminal(status.phase) || status.contextVersion !== contextVersion) {
    return undefined
  }
  return DateTime.make(status.resumesAt).pipe(
    Option.map(DateTime.toUtc),
    Option.filter((until) => DateTime.isGreaterThan(until, now)),
    Option.getOrUndefined
  )
}
