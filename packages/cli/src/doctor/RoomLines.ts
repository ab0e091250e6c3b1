/** Whether there is room for agents: nodes that take them, quotas that are not used up. Pure. */
import { quantity } from "@orchestrator/domain/Quantity"
import type { Pod } from "@orchestrator/k8s/Objects"
import { fail, type Line, ok, warn } from "../serve/Line.ts"
import type { InstallationFacts, LookedNode, LookedQuota } from "./Facts.ts"
import { mayNotLook } from "./SecretLines.ts"

const isReady = ({ status }: LookedNode): boolean =>
  status?.conditions?.some(({ status, type }) => type === "Ready" && status === "True") === true

const whyNot = ({ status }: LookedNode): string =>
  status?.conditions?.find(({ type }) => type === "Ready")?.reason ?? "it has not said so"

const shownPods = 3

const on = (node: string, pods: InstallationFacts["pods"]): ReadonlyArray<Pod> =>
  typeof pods === "string"
    ? []
    : pods.filter(({ spec, status }) =>
      spec.nodeName === node && status?.phase !== "Succeeded" && status?.phase !== "Failed"
    )

const podsOn = (pods: ReadonlyArray<Pod>): string => {
  if (pods.length === 0) return ""
  const more = pods.length > shownPods ? ` and ${pods.length - shownPods} more` : ""
  return `, with ${pods.slice(0, shownPods).map(({ metadata: { name = "" } }) => name).join(", ")}${more}`
}

/** A node that is away with an agent keeps its run; one without costs room only. */
export const nodeLines = ({ nodes, pods }: InstallationFacts): ReadonlyArray<Line> => {
  const check = "nodes"
  if (typeof nodes === "string") return [mayNotLook(check, "Nodes")]
  const away = nodes.filter((node) => !isReady(node))
  const gone = typeof pods === "string"
    ? []
    : [...Map.groupBy(pods, ({ spec }) => spec.nodeName)].flatMap(([node, all]) =>
      node === undefined || nodes.some(({ metadata: { name } }) => name === node) ? [] : [{ node, pods: all }]
    )
  const lines = [
    ...away.map((node) => {
      const { name } = node.metadata
      const agents = on(name, pods)
      return (agents.length === 0 ? warn : fail)(
        check,
        `${name} is not ready (${whyNot(node)})${podsOn(agents)}`,
        `kubectl describe node ${name}. Runs go on elsewhere once its pods are gone; where the machine is off for good: kubectl taint node ${name} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, or kubectl delete node ${name}`
      )
    }),
    ...gone.map(({ node, pods }) =>
      warn(
        check,
        `there is no Node ${node}${podsOn(pods)}`,
        "Its pods are deleted after a minute, and runs go on elsewhere"
      )
    )
  ]
  return lines.length > 0 ? lines : [ok(check, `${nodes.length} of ${nodes.length} are ready`)]
}

/** Resources of which nothing is left. */
const usedUp = ({ status: { hard = {}, used = {} } = {} }: LookedQuota): ReadonlyArray<string> =>
  Object.entries(hard).flatMap(([resource, limit]) => {
    const [most, now] = [quantity(limit), quantity(used[resource] ?? "")]
    return most !== undefined && now !== undefined && now >= most ? [`${resource} (${used[resource]} of ${limit})`] : []
  })

export const quotaLines = ({ place: { namespace }, quotas }: InstallationFacts): ReadonlyArray<Line> => {
  const check = "quota"
  if (typeof quotas === "string") return [mayNotLook(check, `ResourceQuotas in namespace ${namespace}`)]
  const full = quotas.flatMap((quota) => {
    const resources = usedUp(quota)
    return resources.length === 0 ? [] : [warn(
      check,
      `${quota.metadata.name} is used up: ${resources.join(", ")}`,
      `kubectl describe resourcequota ${quota.metadata.name} -n ${namespace}. Raise it, or wait for other runs`
    )]
  })
  return full.length > 0
    ? full
    : [ok(check, quotas.length === 0 ? "none limits the namespace" : "there is room")]
}
