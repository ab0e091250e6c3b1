/** Entries of `status.attempts`, from what was observed of a Job. */
import type { Attempt } from "@orchestrator/domain/Attempt"
import type { PreviousAttempt } from "@orchestrator/domain/PreviousAttempt"
import { formatTime } from "@orchestrator/domain/Retention"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { sessionId } from "@orchestrator/domain/Session"
import type { DateTime } from "effect"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { ObservedJob } from "../facts/Observed.ts"
import type { Evidence } from "./Evidence.ts"

/** The entry of the current attempt: the stored one, or a new one that started with its Job, which is made now where there is none. */
export const currentEntry = (run: LiveRun, now: DateTime.Utc, job: ObservedJob | undefined): Attempt => {
  const { attempt, jobName } = run
  return run.status.attempts?.find((entry) => entry.jobName === jobName) ??
    newEntry(run, attempt, jobName, job?.createdAt ?? formatTime(now))
}

const newEntry = (
  { originalUid }: LiveRun,
  { contextVersion, retry }: AttemptKey,
  jobName: string,
  startedAt: string | undefined
): Attempt => ({
  contextVersion,
  ...(retry === 0 ? {} : { retry }),
  jobName,
  sessionId: sessionId(originalUid, contextVersion),
  ...(startedAt === undefined ? {} : { startedAt })
})

/** How the attempt before one that is about to start ended; undefined where there was none. */
export const previousAttempt = ({ status }: LiveRun): PreviousAttempt | undefined => {
  const last = status.attempts?.findLast(({ reason }) => reason !== undefined)
  if (last?.reason === undefined) return undefined
  return { reason: last.reason, ...(last.message === undefined ? {} : { message: last.message }) }
}

/** The entry of a Job of any attempt, with what its pod left at its end. */
export const entryOf = (
  run: LiveRun,
  job: ObservedJob,
  { resumed, sessionId: session, usage }: Evidence
): Attempt => ({
  ...newEntry(run, job.attempt, job.name, job.createdAt),
  ...run.status.attempts?.find((attempt) => attempt.jobName === job.name),
  ...(job.pod?.ended === undefined ? {} : { exitCode: job.pod.ended.exitCode }),
  ...(session === undefined ? {} : { sessionId: session }),
  ...(resumed === undefined ? {} : { resumed }),
  ...(usage === undefined ? {} : { usage })
})
