/** What a node knows of a pod's containers: one record each, in the order in which they start. */
import type { Container, ContainerState, ContainerStatus, Pod } from "@orchestrator/k8s/Objects"
import { timestamp } from "../actors/Timestamps.ts"
import type { ContainerExit } from "./PodRuntime.ts"

/** A sidecar is an init container with restartPolicy Always: it starts in its turn and stays until the main containers have ended. */
export type Role = "init" | "sidecar" | "main"

export interface ContainerRecord {
  readonly spec: Container
  readonly role: Role
  readonly state: ContainerState
  readonly lastState?: ContainerState
  /** What its readiness probe said last; absent: it has none. */
  readonly ready?: boolean
  readonly restartCount: number
}

export type Records = ReadonlyMap<string, ContainerRecord>

export const waiting = (reason: string, message?: string): ContainerState => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) }
})

export const running = (now: number): ContainerState => ({ running: { startedAt: timestamp(now) } })

export const terminated = (
  exit: ContainerExit,
  times: { readonly startedAt: number; readonly finishedAt: number }
): ContainerState => ({
  terminated: {
    exitCode: exit.exitCode,
    reason: exit.reason,
    ...(exit.message === undefined ? {} : { message: exit.message }),
    startedAt: timestamp(times.startedAt),
    finishedAt: timestamp(times.finishedAt)
  }
})

/** A container that ran when the node was lost: nobody knows how it ended. */
const lost = (before: ContainerState, now: number): ContainerState => ({
  terminated: {
    exitCode: 137,
    reason: "ContainerStatusUnknown",
    message: "The container could not be located when the pod was terminated",
    ...(before.running?.startedAt === undefined ? {} : { startedAt: before.running.startedAt }),
    finishedAt: timestamp(now)
  }
})

const roleOf = (container: Container, init: boolean): Role =>
  init ? (container.restartPolicy === "Always" ? "sidecar" : "init") : "main"

const specsOf = ({ spec }: Pod): ReadonlyArray<readonly [Container, Role]> => [
  ...(spec.initContainers ?? []).map((container) => [container, roleOf(container, true)] as const),
  ...spec.containers.map((container) => [container, roleOf(container, false)] as const)
]

type Statuses = ReadonlyMap<string, ContainerStatus>

const statusesOf = ({ status }: Pod): Statuses =>
  new Map(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((each) => [each.name, each])
  )

/** What a record begins with, when the node that wrote the status is gone and with it every process and every emptyDir. */
const resumed = (pod: Pod, statuses: Statuses, now: number) => {
  const initial = waiting((pod.spec.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating")
  const wasStarted = ({ name }: Container) => {
    const { running: runs, terminated: ended } = statuses.get(name)?.state ?? {}
    return runs !== undefined || ended !== undefined
  }
  const begun = pod.spec.containers.some(wasStarted)
  const over = pod.spec.restartPolicy === "Never" && pod.spec.containers.every(wasStarted)

  return (role: Role, name: string): ContainerState => {
    const state = statuses.get(name)?.state ?? {}
    if (role === "init" && !begun) return (state.terminated?.exitCode ?? 0) === 0 ? initial : state
    if (state.running === undefined) return state.terminated === undefined ? initial : state
    return role === "sidecar" && !over ? initial : lost(state, now)
  }
}

/**
 * The records of a pod that this process has not run so far. Before a main container ran everything is started anew, init containers
 * too; after that what has ended stays ended, and what ran is lost.
 */
export const recordsOf = (pod: Pod, now: number): Records => {
  const statuses = statusesOf(pod)
  const stateOf = resumed(pod, statuses, now)
  return new Map(
    specsOf(pod).map(([spec, role]) => {
      const status = statuses.get(spec.name)
      const last = status?.lastState
      return [spec.name, {
        spec,
        role,
        state: stateOf(role, spec.name),
        ...(last === undefined ? {} : { lastState: last }),
        restartCount: status?.restartCount ?? 0
      }]
    })
  )
}

export const ofRole = (records: Records, ...roles: ReadonlyArray<Role>): ReadonlyArray<ContainerRecord> =>
  [...records.values()].filter(({ role }) => roles.includes(role))

/** Whether the container starts again after it has ended with this code. */
export const startsAgain = (policy: string | undefined, role: Role, exitCode: number): boolean => {
  if (role === "sidecar") return true
  if (policy === "Never") return false
  return exitCode !== 0 || (role === "main" && policy !== "OnFailure")
}
