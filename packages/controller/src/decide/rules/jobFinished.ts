import { credentialsOf } from "../../manifest/CredentialNames.ts"
import { currentJob } from "../CurrentAttempt.ts"
import { judgeAgent } from "../Judge.ts"
import type { Rule } from "../Plan.ts"
import { conclude } from "./conclude.ts"

/** The agent has ended and left its result, which is stored before the Job is let go: a crash in between loses nothing. */
export const jobFinished: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  if (job?.pod?.ended === undefined) return undefined
  const verdict = judgeAgent(job, job.pod.ended, credentialsOf(observed))
  return verdict === undefined ? undefined : conclude(observed, job, verdict)
}
