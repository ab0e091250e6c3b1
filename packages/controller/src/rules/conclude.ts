import type { Action } from "../Action.ts"
import { entryOf } from "../Attempts.ts"
import { evidenceOf } from "../Evidence.ts"
import type { Verdict } from "../Judge.ts"
import type { ObservedJob } from "../Observed.ts"
import { pauseAfter } from "../Pause.ts"
import type { ObservedAlive } from "../Plan.ts"
import { ended, paused } from "../Status.ts"

/** What follows from the verdict on the current attempt: the run goes on by itself after a while, or has ended. */
export const conclude = (observed: ObservedAlive, job: ObservedJob, verdict: Verdict): ReadonlyArray<Action> => {
  const evidence = evidenceOf(job)
  const attempt = entryOf(observed.run, job, evidence)
  const pause = pauseAfter(observed, verdict.reason, evidence.resetAt)
  if (pause !== undefined) return paused(observed, { pause, message: verdict.message, attempt, evidence })
  const goOn = verdict.reason === "InfraLost" ? " Raise spec.contextVersion to go on in the same workspace." : ""
  return ended(observed, { ...verdict, message: `${verdict.message}${goOn}`, attempt, evidence })
}
