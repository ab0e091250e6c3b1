import { conclude } from "../Conclude.ts"
import { credentialHints } from "../CredentialHints.ts"
import { judgeAgent } from "../Judge.ts"
import type { Rule } from "../Rule.ts"
import type { Started } from "../Stage.ts"

/** The agent has ended and left its result, which is stored before the Job is let go: a crash in between loses nothing. */
export const jobFinished: Rule<Started> = (stage) => {
  const { job } = stage
  if (job.pod?.ended === undefined) return undefined
  const verdict = judgeAgent(job, job.pod.ended, credentialHints(stage))
  return verdict === undefined ? undefined : conclude(stage, job, verdict)
}
