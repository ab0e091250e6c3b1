import { isJudgeable } from "../../attempt/PodEnd.ts"
import { conclude } from "../Conclude.ts"
import { credentialHints } from "../CredentialHints.ts"
import { judgeJob } from "../Judge.ts"
import type { Rule } from "../Rule.ts"
import { failureOf } from "../RunningStatus.ts"
import type { Started } from "../Stage.ts"
import { standingOf } from "../Standing.ts"

/** The Job is over, or will be when its pod is, and no result was seen: nothing is lost before the pod's own end was waited for. */
export const jobFailed: Rule<Started> = (stage) => {
  const { job, now, run } = stage
  if (!isJudgeable(job, now)) return job.end === undefined ? undefined : []
  return conclude(stage, job, judgeJob(job, credentialHints(stage), failureOf(run, standingOf(job, now))))
}
