/** How long a finished run's Job, pod and files stay. Pure arithmetic: Kubernetes does the deleting. */
import { DateTime, Duration } from "effect"
import type { CleanupConfig } from "./OrchestratorConfig.ts"
import type { Outcome } from "./Phase.ts"
import { makeRecent } from "./Recent.ts"

/** Time from the end of the run to the deletion of its Job; undefined: never. Cancelled runs stay as long as failed ones. */
export const retention = (outcome: Outcome, cleanup: CleanupConfig): Duration.Duration | undefined =>
  cleanup.enabled
    ? Duration.minutes(outcome === "Succeeded" ? cleanup.completedJobDelayMinutes : cleanup.failedJobDelayMinutes)
    : undefined

/** RFC 3339 time at which the Job of a run that finished then goes; undefined: never. */
export const expiry = (finishedAt: DateTime.Utc, outcome: Outcome, cleanup: CleanupConfig): string | undefined => {
  const delay = retention(outcome, cleanup)
  return delay === undefined ? undefined : formatTime(DateTime.addDuration(finishedAt, delay))
}

/** Of the seconds that were asked for last: many statuses are of the same, and each end tells of another, when its Job goes. */
const recentTexts = makeRecent<number, string>(8)

/** Kubernetes' form of a time: RFC 3339 in UTC with whole seconds. */
export const formatMillis = (millis: number): string => recentTexts(Math.floor(millis / 1000), textOf)

const textOf = (second: number): string => `${DateTime.formatIso(DateTime.makeUnsafe(second * 1000)).slice(0, -5)}Z`

export const formatTime = (time: DateTime.Utc): string => formatMillis(DateTime.toEpochMillis(time))
