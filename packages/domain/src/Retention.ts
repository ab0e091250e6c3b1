/** How long a finished run's Job, pod and files stay. Pure arithmetic: Kubernetes does the deleting. */
import { DateTime, Duration } from "effect"
import type { CleanupConfig } from "./OrchestratorConfig.ts"
import type { Outcome } from "./Phase.ts"

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

let last = { second: NaN, text: "" }

/** Kubernetes' form of a time: RFC 3339 in UTC with whole seconds. Many statuses are of the same second. */
export const formatMillis = (millis: number): string => {
  const second = Math.floor(millis / 1000)
  if (second !== last.second) {
    last = { second, text: `${DateTime.formatIso(DateTime.makeUnsafe(second * 1000)).slice(0, -5)}Z` }
  }
  return last.text
}

export const formatTime = (time: DateTime.Utc): string => formatMillis(DateTime.toEpochMillis(time))
