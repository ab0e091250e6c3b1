/**
 * Steps of a pod that change nothing of what is decided about its run before that is looked at anyway: no round is made for them. Pure, and
 * held to what is planned with the pod before and after such a step.
 */
import type { DateTime } from "effect"
import { isPast, usualUntil } from "../attempt/StartClock.ts"
import type { JobFacts } from "../facts/Job.ts"
import { whole } from "../facts/Packed.ts"
import type { PodFacts } from "../facts/Pod.ts"
import { sameFields } from "../facts/SameJson.ts"

type Fields = ReadonlySet<string>

const fields = (...names: ReadonlyArray<keyof PodFacts>): Fields => new Set(names)

/** What a start goes through: nothing is told of it before its usual time is over, and then it is looked at. */
const ofStart = fields("resourceVersion", "node", "onNode", "prepared", "filesPlaced", "words")

/** What the end of the agent adds: it is judged when its pod is over. */
const ofEnd = fields("resourceVersion", "begunAt", "worked", "words")

export interface Step {
  /** Its Job. */
  readonly job: JobFacts
  readonly before: PodFacts
  readonly after: PodFacts
  /** Whether its node has something against it, which is told at once. */
  readonly hasWarning: boolean
}

export const isMereStep = ({ after, before, hasWarning, job }: Step, now: DateTime.Utc): boolean => {
  if (after.begun) return sameFields(whole(before), after, ofEnd)
  const until = usualUntil({ ...whole(job), pod: after })
  return until !== undefined && !isPast(now, until) && !hasWarning && sameFields(whole(before), after, ofStart)
}
