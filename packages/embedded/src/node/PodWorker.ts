/**
 * One pod on its node, from its volumes to its last status: init containers in order, sidecars among them, then the main containers
 * together, then the sidecars' end, the last first. Stops on deletion, deadline and eviction, each with grace. Of probes only readiness is
 * played: a sidecar with a startupProbe counts as started as soon as it runs.
 */
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Pod } from "@orchestrator/k8s/Objects"
import type { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Clock, Deferred, Duration, Effect, Fiber, type Scope } from "effect"
import { millisOf } from "../actors/Timestamps.ts"
import { runContainer } from "./ContainerRun.ts"
import { type Grace, makeGrace } from "./Grace.ts"
import { makeBoard, type PodBoard } from "./PodBoard.ts"
import { type ContainerRecord, ofRole, startsAgain } from "./PodRecord.ts"
import type { PodRuntime } from "./PodRuntime.ts"
import type { Addresses, PodEnd } from "./PodStatusView.ts"
import { sealLog, sealLogs } from "./SealLog.ts"
import { makeStopping, type Stopping, unlessStopped } from "./Stopping.ts"
import { type Files, resolveVolumes } from "./VolumeFiles.ts"

export interface PodWorker {
  /** A newer version of the pod was seen; a deletion stops it. */
  readonly saw: (pod: Pod) => Effect.Effect<void>
  /** Ends the pod for a reason of the node's. */
  readonly evict: (podEnd: PodEnd) => Effect.Effect<void>
  /** Runs the pod; returns when its last status is stored. */
  readonly run: Effect.Effect<void, never, KubernetesClient | PodRuntime | Scope.Scope>
}

const graceOf = ({ metadata, spec }: Pod): number =>
  metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30

interface Sidecar {
  readonly stopping: Stopping
  readonly fiber: Fiber.Fiber<unknown>
}

export const makePodWorker = Effect.fnUntraced(function*(
  pod: Pod,
  addresses: Addresses,
  logs: PodLogs["Service"]
) {
  const board = yield* makeBoard(pod, addresses)
  const stopping = makeStopping()
  const grace = makeGrace()
  const end = (seconds: number) => Effect.andThen(grace.begin(seconds), stopping.request(seconds))

  const saw = (seen: Pod) =>
    Effect.suspend(() => {
      board.saw(seen)
      return seen.metadata.deletionTimestamp === undefined ? Effect.void : end(graceOf(seen))
    })

  const evict = (podEnd: PodEnd) => Effect.andThen(board.judge(podEnd), end(graceOf(board.pod())))

  const run = Effect.gen(function*() {
    yield* Effect.forkScoped(expire(board, evict))
    const files = yield* unlessStopped(stopping, resolveVolumes(pod))
    if (files !== undefined) yield* runContainers({ board, files, stopping, grace, logs })
    yield* sealLogs(logs, pod)
    yield* board.end
  })

  return { saw, evict, run } satisfies PodWorker
})

/** The pod's own activeDeadlineSeconds, from its start. */
const expire = Effect.fnUntraced(function*(board: PodBoard, evict: PodWorker["evict"]) {
  const { spec, status } = board.pod()
  if (spec.activeDeadlineSeconds === undefined) return
  const now = yield* Clock.currentTimeMillis
  const start = millisOf(status?.startTime) ?? now
  yield* Effect.sleep(Duration.millis(Math.max(0, start + spec.activeDeadlineSeconds * 1000 - now)))
  yield* evict({
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
    disruption: false
  })
})

interface Course {
  readonly board: PodBoard
  readonly files: ReadonlyMap<string, Files>
  readonly stopping: Stopping
  readonly grace: Grace
  readonly logs: PodLogs["Service"]
}

const runContainers = Effect.fnUntraced(function*(course: Course) {
  const { board, grace, logs, stopping } = course
  const sidecars: Array<Sidecar> = []

  const run = (name: string, own: Stopping, started: Deferred.Deferred<void>) =>
    runContainer({ ...course, name, stopping: own, started }).pipe(
      Effect.ensuring(sealLog(logs, board.pod(), name))
    )
  const toEnd = (name: string) => run(name, stopping, Deferred.makeUnsafe())

  const startSidecar = Effect.fnUntraced(function*(name: string) {
    const started = Deferred.makeUnsafe<void>()
    const own = makeStopping()
    const fiber = yield* Effect.forkScoped(run(name, own, started))
    sidecars.unshift({ stopping: own, fiber })
    yield* unlessStopped(stopping, Deferred.await(started))
  })

  const initialize = Effect.gen(function*() {
    for (const record of ofRole(board.records(), "init", "sidecar")) {
      if (stopping.isRequested()) return false
      if (record.role === "sidecar") yield* startSidecar(record.spec.name)
      else if ((endedBefore(board, record) ?? (yield* toEnd(record.spec.name))) !== 0) return false
    }
    return !stopping.isRequested()
  })

  const mains = ofRole(board.records(), "main").filter((record) => endedBefore(board, record) === undefined)
  if (mains.length > 0 && (yield* initialize)) {
    yield* Effect.forEach(mains, ({ spec }) => toEnd(spec.name), { concurrency: "unbounded", discard: true })
  }
  yield* grace.begin(graceOf(board.pod()))
  for (const { fiber, stopping: own } of sidecars) {
    yield* grace.stop(own)
    yield* Fiber.await(fiber)
  }
})

/** The code of a container that ended before this node took the pod over, and that is not to start again. */
const endedBefore = (board: PodBoard, { role, state }: ContainerRecord): number | undefined => {
  const exitCode = state.terminated?.exitCode
  const policy = board.pod().spec.restartPolicy
  return exitCode === undefined || startsAgain(policy, role, exitCode) ? undefined : exitCode
}
