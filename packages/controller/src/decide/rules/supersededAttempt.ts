import { formatTime } from "@orchestrator/domain/Retention"
import type { ObservedJob } from "../../facts/Observed.ts"
import { credentialsOf } from "../../manifest/CredentialNames.ts"
import { entryOf } from "../Attempts.ts"
import { isAlive } from "../CurrentAttempt.ts"
import { evidenceOf } from "../Evidence.ts"
import { type CredentialHints, judgeAgent, judgeJob, type Verdict } from "../Judge.ts"
import type { Rule } from "../Plan.ts"
import { closed, waiting } from "../Status.ts"
import { release, timeToLive } from "./release.ts"
import { stop } from "./stop.ts"

/** An attempt other than the current one ends, is recorded and let go before the next one starts; its pod is gone by then. */
export const supersededAttempt: Rule = (observed) => {
  const { config, jobs, now, run } = observed
  const current = run.jobName
  const job = jobs.find((job) => job.name !== current && (job.held || isAlive(job)))
  if (job === undefined) return undefined
  if (isAlive(job) && !job.deleting) return stop(job)
  const recorded = run.status.attempts?.find((attempt) => attempt.jobName === job.name)?.outcome
  if (recorded !== undefined) return job.held ? [release(job, timeToLive(recorded, config))] : []
  const judged = verdict(job, credentialsOf(observed))
  if (judged === undefined) return []
  const attempt = closed(entryOf(run, job, evidenceOf(job)), formatTime(now), judged)
  return waiting(observed, "Accepted", "The next attempt is about to start.", attempt)
}

/** Undefined: the Job controller has not said its last word. */
const verdict = (job: ObservedJob, credentials: CredentialHints): Verdict | undefined =>
  (job.pod?.ended === undefined ? undefined : judgeAgent(job, job.pod.ended, credentials)) ??
    (job.end === undefined && !job.deleting ? undefined : judgeJob(job, credentials))
