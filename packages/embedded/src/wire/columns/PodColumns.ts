/** Pods as `kubectl get pods` shows them: the one word that says how the pod is, taken from its containers. */
import type { ContainerStatus, Pod } from "@orchestrator/k8s/Objects"
import { ageOf } from "../HumanDuration.ts"
import { ageColumn } from "./AgeColumn.ts"
import { type Column, column, nameColumn, orNone, wide } from "./Column.ts"

const restartable = (pod: Pod, name: string): boolean =>
  pod.spec.initContainers?.some((container) => container.name === name && container.restartPolicy === "Always") === true

const endOf = ({ state }: ContainerStatus): string | undefined => {
  const end = state?.terminated
  if (end === undefined) return undefined
  if (end.reason !== undefined && end.reason !== "") return end.reason
  return end.signal !== undefined && end.signal !== 0 ? `Signal:${end.signal}` : `ExitCode:${end.exitCode}`
}

/** How far the init containers are, or undefined when they are done. */
const initStatus = (pod: Pod): string | undefined => {
  const statuses = pod.status?.initContainerStatuses ?? []
  const total = pod.spec.initContainers?.length ?? 0
  for (const [index, status] of statuses.entries()) {
    if (status.state?.terminated?.exitCode === 0) continue
    if (restartable(pod, status.name) && status.started === true) continue
    if (status.state?.terminated !== undefined) return `Init:${endOf(status)}`
    const waiting = status.state?.waiting?.reason
    return waiting !== undefined && waiting !== "" && waiting !== "PodInitializing"
      ? `Init:${waiting}`
      : `Init:${index}/${total}`
  }
  return undefined
}

const mainStatus = (pod: Pod): string | undefined => {
  const statuses = pod.status?.containerStatuses ?? []
  const words = statuses.map((status) => status.state?.waiting?.reason || endOf(status))
  const word = words.find((word) => word !== undefined && word !== "")
  const isRunning = statuses.some(({ ready, state }) => ready && state?.running !== undefined)
  return word === "Completed" && isRunning ? "Running" : word
}

export const podStatus = (pod: Pod): string => {
  if (pod.metadata.deletionTimestamp !== undefined) {
    return pod.status?.reason === "NodeLost" ? "Unknown" : "Terminating"
  }
  const phase = pod.status?.reason || pod.status?.phase || "Unknown"
  return initStatus(pod) ?? mainStatus(pod) ?? phase
}

const ready = ({ spec, status }: Pod): string =>
  `${status?.containerStatuses?.filter(({ ready }) => ready).length ?? 0}/${spec.containers.length}`

const restarts = ({ status }: Pod, now: number): string => {
  const containers = [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []]
  const count = containers.reduce((sum, { restartCount }) => sum + restartCount, 0)
  const last = containers
    .flatMap(({ lastState, restartCount }) => restartCount > 0 ? lastState?.terminated?.finishedAt ?? [] : [])
    .toSorted()
    .at(-1)
  return last === undefined ? String(count) : `${count} (${ageOf(last, now)} ago)`
}

export const podColumns: ReadonlyArray<Column<Pod>> = [
  nameColumn,
  column("Ready", "Containers that are ready, of all", ready),
  column("Status", "How the pod is: its phase, or what its containers wait for or ended with", podStatus),
  column("Restarts", "How often its containers were started again", restarts),
  ageColumn,
  wide("IP", "Address of the pod", ({ status }) => orNone(status?.podIP)),
  wide("Node", "Node that the pod runs on", ({ spec }) => orNone(spec.nodeName)),
  wide("Nominated Node", "Node that is being cleared for the pod", () => "<none>"),
  wide("Readiness Gates", "Conditions beside its containers", () => "<none>")
]
