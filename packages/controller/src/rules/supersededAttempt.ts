import { outcomeOf } from "@orchestrator/domain/Reason"
import { formatTime } from "@orchestrator/domain/Retention"
import { Action } from "../Action.ts"
import { entryOf } from "../Attempts.ts"
import { currentAttempt, isAlive } from "../CurrentAttempt.ts"
import { judgeAgent, judgeJob } from "../Judge.ts"
import type { ObservedJob } from "../Observed.ts"
import type { Rule } from "../Plan.ts"
import { waiting } from "../Status.ts"
import { release, timeToLive } from "./release.ts"

/** An older attempt ends, is recorded and let go before the next one starts; its pod is gone by then. */
export const supersededAttempt: Rule = (observed) => {
  const { config, jobs, now, run } = observed
  const { contextVersion } = currentAttempt(run)
  const older = jobs.filter((job) => job.held && job.attempt.contextVersion < contextVersion)
  const job = older[0]
  if (job === undefined) return undefined
  if (isAlive(job) && !job.deleting) return job.stopping ? [] : [Action.StopJob(job)]
  const recorded = run.status.attempts?.find((attempt) => attempt.jobName === job.name)?.outcome
  if (recorded !== undefined) return [release(job, timeToLive(recorded, config))]
  const { reason, result } = verdict(job)
  const attempt = entryOf(run, job, {
    finishedAt: formatTime(now),
    outcome: outcomeOf(reason),
    reason,
    ...(result?.usage === undefined ? {} : { usage: result.usage })
  })
  return waiting(observed, "Accepted", "The next attempt is about to start.", attempt)
}

const verdict = (job: ObservedJob) =>
  (job.pod?.ended === undefined ? undefined : judgeAgent(job, job.pod.ended)) ?? judgeJob(job)
