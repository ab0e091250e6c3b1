/** Conditions of built-in objects. */
import type { ObjectCondition } from "@orchestrator/k8s/Objects"

type Conditions = ReadonlyArray<ObjectCondition>

export const conditionOf = (conditions: Conditions | undefined, type: string): ObjectCondition | undefined =>
  conditions?.find((condition) => condition.type === type)

export const isTrue = (conditions: Conditions | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === "True"

/** Sets the condition of its type; what says the same stays as it is, and so does the time of the last transition of a status. */
export const withCondition = (
  conditions: Conditions | undefined,
  condition: ObjectCondition
): Conditions => {
  const before = conditionOf(conditions, condition.type)
  if (before === undefined) return [...(conditions ?? []), condition]
  if (says(before) === says(condition)) return conditions ?? []
  const kept = before.status === condition.status && before.lastTransitionTime !== undefined
    ? { ...condition, lastTransitionTime: before.lastTransitionTime }
    : condition
  return (conditions ?? []).map((other) => other === before ? kept : other)
}

const says = ({ message, reason, status }: ObjectCondition): string => JSON.stringify([status, reason, message])
