/** Conditions in the Kubernetes convention: typed facts, each with the time of its last change of status. */
import { Schema } from "effect"

export const ConditionType = Schema.Literals([
  "Ready",
  /** True for any outcome: what to wait for where a failure is an answer too. */
  "Finished",
  "Queued",
  "Progressing",
  /** True while the spec differs from the one that the current attempt was started with. */
  "EditPending",
  "SessionResumed",
  "Delivered",
  /** True once its pull request was merged; the forge tells, by its events. */
  "Merged",
  /** True where the agent asked for models that the run may not use. */
  "ModelsRefused",
  /** True where another provider was asked for models than the run's own. */
  "ModelFailedOver"
])
export type ConditionType = typeof ConditionType.Type

export const Condition = Schema.Struct({
  type: Schema.String.annotate({ description: "Type of condition" }),
  status: Schema.String.annotate({ description: "Status of the condition (True, False, or Unknown)" }),
  lastTransitionTime: Schema.optionalKey(
    Schema.String.annotate({ description: "Last time the condition transitioned (RFC3339 format)" })
  ),
  reason: Schema.optionalKey(
    Schema.String.annotate({ description: "Reason for the condition's last transition" })
  ),
  message: Schema.optionalKey(
    Schema.String.annotate({ description: "Human-readable message about the condition" })
  ),
  observedGeneration: Schema.optionalKey(
    Schema.Int.annotate({ description: "Generation of the spec that the condition was derived from" })
  )
})
export type Condition = typeof Condition.Type

export interface ConditionFact {
  readonly type: ConditionType
  readonly status: "True" | "False" | "Unknown"
  readonly reason: string
  readonly message: string
}

/**
 * The facts as a condition list: a fact replaces the condition of its type, `lastTransitionTime` moves only when the status does,
 * conditions of other types stay. Order: as before, new types at the end.
 */
export const setConditions = (
  current: ReadonlyArray<Condition>,
  facts: ReadonlyArray<ConditionFact>,
  now: string
): ReadonlyArray<Condition> => {
  const next = new Map(current.map((condition) => [condition.type, condition]))
  for (const fact of facts) {
    const before = next.get(fact.type)
    next.set(fact.type, {
      ...fact,
      lastTransitionTime: before?.status === fact.status ? before.lastTransitionTime ?? now : now
    })
  }
  return [...next.values()]
}

export const findCondition = (
  conditions: ReadonlyArray<Condition> | undefined,
  type: ConditionType
): Condition | undefined => conditions?.find((condition) => condition.type === type)
