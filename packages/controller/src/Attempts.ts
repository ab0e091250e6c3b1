/** Entries of `status.attempts`, from what was observed of a Job. */
import type { Attempt } from "@orchestrator/domain/Attempt"
import { formatTime } from "@orchestrator/domain/Retention"
import { sessionId } from "@orchestrator/domain/Session"
import type { DateTime } from "effect"
import type { Evidence } from "./Evidence.ts"
import type { ObservedJob, ObservedRun } from "./Observed.ts"

/** The entry of the current attempt: the stored one, or a new one that starts now. */
export const currentEntry = (run: ObservedRun, now: DateTime.Utc): Attempt => {
  const { attempt: { contextVersion, retry }, jobName } = run
  return run.status.attempts?.find((attempt) => attempt.jobName === jobName) ?? {
    contextVersion,
    ...(retry === 0 ? {} : { retry }),
    jobName,
    sessionId: sessionId(run.uid, contextVersion),
    startedAt: formatTime(now)
  }
}

/** The entry of a Job of any attempt, with what its pod left at its end. */
export const entryOf = (
  run: ObservedRun,
  job: ObservedJob,
  { resumed, sessionId: session, usage }: Evidence
): Attempt => ({
  contextVersion: job.attempt.contextVersion,
  ...(job.attempt.retry === 0 ? {} : { retry: job.attempt.retry }),
  jobName: job.name,
  ...run.status.attempts?.find((attempt) => attempt.jobName === job.name),
  ...(job.pod?.ended === undefined ? {} : { exitCode: job.pod.ended.exitCode }),
  ...(session === undefined ? {} : { sessionId: session }),
  ...(resumed === undefined ? {} : { resumed }),
  ...(usage === undefined ? {} : { usage })
})
