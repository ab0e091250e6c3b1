import { credentialsOf } from "../../manifest/CredentialNames.ts"
import { currentJob } from "../CurrentAttempt.ts"
import { judgeJob } from "../Judge.ts"
import type { Rule } from "../Plan.ts"
import { standingOf } from "../Standing.ts"
import { conclude } from "./conclude.ts"
import { failureOf } from "./runningStatus.ts"

/** The Job is over and no result was seen. */
export const jobFailed: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  return job?.end === undefined
    ? undefined
    : conclude(
      observed,
      job,
      judgeJob(job, credentialsOf(observed), failureOf(observed.run, standingOf(job, observed.now)))
    )
}
