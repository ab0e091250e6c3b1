/**
 * What is kept of a run: of one that is live, what decisions and its next status need; of one that has ended, what is then still asked. Which
 * of both it is, is found out here and nowhere else.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { type FinishedRun, finishedRun, outcomeIn } from "./FinishedRun.ts"
import { type LiveRun, liveRun } from "./LiveRun.ts"

export type RunFacts = LiveRun | FinishedRun

/** Never fails, whatever the object holds. */
export const runFacts = (kind: KindName, object: CustomObject, before?: RunFacts): RunFacts => {
  const outcome = outcomeIn(object)
  return outcome === undefined
    ? liveRun(kind, object, before)
    : finishedRun(kind, object, outcome)
}
