/** Which node a pod goes to, or why to none. Resources are not counted: a node takes whatever fits its labels and taints. */
import type { Node, PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { isTrue } from "./Conditions.ts"

export type Placement =
  | { readonly _tag: "Bind"; readonly node: string }
  | { readonly _tag: "Unschedulable"; readonly message: string }

type Toleration = Readonly<Record<string, unknown>>
type Taint = NonNullable<NonNullable<Node["spec"]>["taints"]>[number]

const tolerates = (taint: Taint) => (toleration: Toleration): boolean => {
  const { effect, key, operator, value } = toleration
  if (effect !== undefined && effect !== "" && effect !== taint.effect) return false
  if (operator === "Exists") return key === undefined || key === "" || key === taint.key
  return key === taint.key && (value ?? "") === (taint.value ?? "")
}

const repels = (node: Node, tolerations: ReadonlyArray<Toleration>): boolean =>
  (node.spec?.taints ?? []).some((taint) => taint.effect !== "PreferNoSchedule" && !tolerations.some(tolerates(taint)))

/** Why the node does not take the pod, in the scheduler's words. */
const objection = (node: Node, { spec }: Pod): string | undefined => {
  if (node.metadata.deletionTimestamp !== undefined || !isTrue(node.status?.conditions, "Ready")) {
    return "node(s) were not ready"
  }
  if (node.spec?.unschedulable === true) return "node(s) were unschedulable"
  if (repels(node, spec.tolerations ?? [])) return "node(s) had untolerated taint"
  const labels = node.metadata.labels ?? {}
  const matches = Object.entries(spec.nodeSelector ?? {}).every(([name, value]) => labels[name] === value)
  return matches ? undefined : "node(s) didn't match Pod's node affinity/selector"
}

/** A claim of the pod's namespace, by name. */
type FindClaim = (name: string) => PersistentVolumeClaim | undefined

/** Names of the claims that a pod mounts. */
export const claimsOf = ({ spec }: Pod): ReadonlyArray<string> =>
  (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? [])

const claimProblem = (pod: Pod, find: FindClaim): string | undefined => {
  const names = claimsOf(pod)
  const missing = names.find((name) => find(name) === undefined)
  if (missing !== undefined) return `persistentvolumeclaim "${missing}" not found`
  const going = names.find((name) => find(name)?.metadata.deletionTimestamp !== undefined)
  if (going !== undefined) return `persistentvolumeclaim "${going}" is being deleted`
  const unbound = names.some((name) => find(name)?.status?.phase !== "Bound")
  return unbound ? "pod has unbound immediate PersistentVolumeClaims" : undefined
}

const tally = (reasons: ReadonlyArray<string>): string =>
  [...new Set(reasons)].toSorted()
    .map((reason) => `${reasons.filter((other) => other === reason).length} ${reason}`)
    .join(", ")

export const placePod = (pod: Pod, nodes: ReadonlyArray<Node>, find: FindClaim): Placement => {
  const refuse = (message: string): Placement => ({ _tag: "Unschedulable", message })
  if (nodes.length === 0) return refuse("no nodes available to schedule pods")
  const problem = claimProblem(pod, find)
  if (problem !== undefined) return refuse(`0/${nodes.length} nodes are available: ${problem}.`)
  const judged = nodes.map((node) => ({ node, objection: objection(node, pod) }))
  const fitting = judged.filter((each) => each.objection === undefined)
    .map(({ node }) => node.metadata.name ?? "")
    .toSorted()[0]
  if (fitting !== undefined) return { _tag: "Bind", node: fitting }
  return refuse(`0/${nodes.length} nodes are available: ${tally(judged.flatMap((each) => each.objection ?? []))}.`)
}

/** Whether the scheduler has anything to do with the pod. */
export const wantsNode = ({ metadata, spec, status }: Pod): boolean =>
  spec.nodeName === undefined && metadata.deletionTimestamp === undefined &&
  status?.phase !== "Succeeded" && status?.phase !== "Failed"
