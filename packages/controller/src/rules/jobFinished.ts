import { entryOf } from "../Attempts.ts"
import { currentJob } from "../CurrentAttempt.ts"
import { judgeAgent } from "../Judge.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"

/** The agent has ended and left its result, which is stored before the Job is let go: a crash in between loses nothing. */
export const jobFinished: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  if (job?.pod?.ended === undefined) return undefined
  const verdict = judgeAgent(job, job.pod.ended)
  if (verdict === undefined) return undefined
  const { result } = verdict
  return ended(observed, {
    ...verdict,
    attempt: entryOf(observed.run, job, {
      ...(result?.sessionId === undefined ? {} : { sessionId: result.sessionId }),
      ...(result?.resumed === undefined ? {} : { resumed: result.resumed })
    })
  })
}
