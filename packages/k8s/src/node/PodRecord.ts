/** What a node knows of a pod's containers: one record each, in the order in which they start. */
import { timestamp } from "../embedded/actors/Timestamps.ts"
import type { Container, ContainerState, ContainerStatus, Pod } from "../Objects.ts"
import type { ContainerExit } from "./PodRuntime.ts"

/** A sidecar is an init container with restartPolicy Always: it starts in its turn and stays until the main containers have ended. */
export type Role = "init" | "sidecar" | "main"

export interface ContainerRecord {
  readonly spec: Container
  readonly role: Role
  readonly state: ContainerState
  readonly lastState?: ContainerState
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

const statusesOf = ({ status }: Pod): ReadonlyMap<string, ContainerStatus> =>
  new Map(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((each) => [each.name, each])
  )

/**
 * The records of a pod that this process has not run so far. What has ended stays ended, what ran is lost, and what never started will
 * be started; a sidecar starts again while there is a main container to start.
 */
export const recordsOf = (pod: Pod, now: number): Records => {
  const statuses = statusesOf(pod)
  const initial = waiting((pod.spec.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating")
  const wasStarted = (name: string) => {
    const { running, terminated } = statuses.get(name)?.state ?? {}
    return running !== undefined || terminated !== undefined
  }
  const over = pod.spec.restartPolicy === "Never" && pod.spec.containers.every(({ name }) => wasStarted(name))
  const stateOf = (role: Role, status: ContainerStatus | undefined): ContainerState => {
    const before = status?.state ?? {}
    if (before.running === undefined) return before.terminated === undefined ? initial : before
    return role === "sidecar" && !over ? initial : lost(before, now)
  }
  return new Map(
    specsOf(pod).map(([spec, role]) => {
      const status = statuses.get(spec.name)
      const last = status?.lastState
      return [spec.name, {
        spec,
        role,
        state: stateOf(role, status),
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
