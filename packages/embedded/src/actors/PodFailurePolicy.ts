/** What a Job's podFailurePolicy says of a failed pod: the first rule that matches decides. */
import type { ContainerStatus, Job, Pod, PodFailurePolicyRule } from "@orchestrator/k8s/Objects"

export type FailureAction =
  | { readonly action: "Count" }
  | { readonly action: "Ignore" }
  | { readonly action: "FailJob"; readonly message: string }

const statusesOf = ({ status }: Pod): ReadonlyArray<ContainerStatus> => [
  ...(status?.containerStatuses ?? []),
  ...(status?.initContainerStatuses ?? [])
]

const matchingContainer = (rule: PodFailurePolicyRule, pod: Pod): ContainerStatus | undefined => {
  const wanted = rule.onExitCodes
  if (wanted === undefined) return undefined
  return statusesOf(pod).find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode ?? 0
    if (exitCode === 0) return false
    if (wanted.containerName !== undefined && wanted.containerName !== name) return false
    return wanted.values.includes(exitCode) === (wanted.operator === "In")
  })
}

const matchingCondition = (rule: PodFailurePolicyRule, pod: Pod): string | undefined =>
  rule.onPodConditions?.find(({ status = "True", type }) =>
    pod.status?.conditions?.some((condition) => condition.type === type && condition.status === status) === true
  )?.type

const why = (rule: PodFailurePolicyRule, pod: Pod): string | undefined => {
  const name = `${pod.metadata.namespace ?? ""}/${pod.metadata.name ?? ""}`
  const container = matchingContainer(rule, pod)
  if (container !== undefined) {
    return `Container ${container.name} for pod ${name} failed with exit code ${container.state?.terminated?.exitCode}`
  }
  const condition = matchingCondition(rule, pod)
  return condition === undefined ? undefined : `Pod ${name} has condition ${condition}`
}

export const judgeFailure = ({ spec }: Job, pod: Pod): FailureAction => {
  if (pod.status?.phase !== "Failed") return { action: "Count" }
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const found = why(rule, pod)
    if (found === undefined) continue
    if (rule.action === "Ignore") return { action: "Ignore" }
    if (rule.action === "Count") return { action: "Count" }
    return { action: "FailJob", message: `${found} matching ${rule.action} rule at index ${index}` }
  }
  return { action: "Count" }
}
