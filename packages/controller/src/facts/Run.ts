/**
 * What is kept of a run: of one that is live, what decisions and its next status need; of one that has ended, what is then still asked. Which
 * of both it is, is found out here and nowhere else.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Predicate } from "effect"
import { type FinishedRun, finishedRun, outcomeIn } from "./FinishedRun.ts"
import { type LiveRun, liveRun } from "./LiveRun.ts"
import { packRun } from "./PackedRun.ts"

export type RunFacts = LiveRun | FinishedRun

/** Never fails, whatever the object holds beside its metadata: a spec that is none is one without any field. */
export const runFacts = (kind: KindName, stored: CustomObject, before?: RunFacts): RunFacts => {
  const object = withFields(stored)
  const outcome = outcomeIn(object)
  return outcome === undefined
    ? liveRun(kind, object, before)
    : packRun(finishedRun(kind, object, outcome))
}

const withFields = (run: CustomObject): CustomObject => {
  const isReadable = Predicate.isObject(run.spec) && (run.status === undefined || Predicate.isObject(run.status))
  if (isReadable) return run
  const { spec, status, ...rest } = run
  return {
    ...rest,
    spec: Predicate.isObject(spec) ? spec : {},
    ...(Predicate.isObject(status) ? { status } : {})
  }
}
