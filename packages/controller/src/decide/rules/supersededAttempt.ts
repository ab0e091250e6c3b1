import { formatTime } from "@orchestrator/domain/Retention"
import { isAlive } from "../../attempt/CurrentAttempt.ts"
import type { ObservedJob } from "../../facts/Observed.ts"
import { entryOf } from "../Attempts.ts"
import { credentialHints } from "../CredentialHints.ts"
import { evidenceOf } from "../Evidence.ts"
import { type CredentialHints, judgeAgent, judgeJob, type Verdict } from "../Judge.ts"
import { release, timeToLive } from "../ReleaseJob.ts"
import type { Rule } from "../Rule.ts"
import type { Superseding } from "../Stage.ts"
import { closed, waiting } from "../Status.ts"
import { stop } from "../StopJob.ts"

/** An attempt other than the current one ends, is recorded and let go before the next one starts; its pod is gone by then. */
export const supersededAttempt: Rule<Superseding> = (stage) => {
  const { config, former, now, run } = stage
  if (isAlive(former) && !former.deleting) return stop(former)
  const recorded = run.status.attempts?.find((attempt) => attempt.jobName === former.name)?.outcome
  if (recorded !== undefined) return former.held ? [release(former, timeToLive(recorded, config))] : []
  const judged = verdictOn(former, credentialHints(stage))
  if (judged === undefined) return []
  const attempt = closed(entryOf(run, former, evidenceOf(former)), formatTime(now), judged)
  return waiting(stage, "Accepted", "The next attempt is about to start.", attempt)
}

/** Undefined: the Job controller has not said its last word. */
const verdictOn = (job: ObservedJob, hints: CredentialHints): Verdict | undefined =>
  (job.pod?.ended === undefined ? undefined : judgeAgent(job, job.pod.ended, hints)) ??
    (job.end === undefined && !job.deleting ? undefined : judgeJob(job, hints))
