import { conclude } from "../Conclude.ts"
import { credentialHints } from "../CredentialHints.ts"
import { judgeJob } from "../Judge.ts"
import type { Rule } from "../Rule.ts"
import { failureOf } from "../RunningStatus.ts"
import type { Started } from "../Stage.ts"
import { standingOf } from "../Standing.ts"

/** The Job is over and no result was seen. */
export const jobFailed: Rule<Started> = (stage) => {
  const { job, now, run } = stage
  return job.end === undefined
    ? undefined
    : conclude(stage, job, judgeJob(job, credentialHints(stage), failureOf(run, standingOf(job, now))))
}
