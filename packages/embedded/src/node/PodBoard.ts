/**
 * The one writer of a pod's status. Changes are told to the board at once and reach the API server in the background; what changed in
 * between is written as one. A lost race is settled by reading again; an API server that is away is waited for.
 */
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { Pod } from "@orchestrator/k8s/Objects"
import { isNewer } from "@orchestrator/k8s/Store"
import { Clock, Duration, Effect, Queue, Ref, type Scope, Semaphore } from "effect"
import { equalJson } from "../objects/Share.ts"
import { type ContainerRecord, type Records, recordsOf } from "./PodRecord.ts"
import { type Addresses, type PodEnd, podStatus } from "./PodStatusView.ts"

export interface PodBoard {
  readonly pod: () => Pod
  /** The pod's. */
  readonly address: string
  readonly records: () => Records
  readonly record: (container: string) => ContainerRecord | undefined
  readonly podEnd: () => PodEnd | undefined
  readonly update: (container: string, change: Partial<ContainerRecord>) => Effect.Effect<void>
  /** The first one stays. */
  readonly judge: (podEnd: PodEnd) => Effect.Effect<void>
  /** A newer version of the pod was seen. */
  readonly saw: (pod: Pod) => void
  /** Nothing runs any more: writes the final status, and returns when it is stored or the pod is gone. */
  readonly end: Effect.Effect<void>
}

const firstBackOff = 200
const lastBackOff = 10_000

export const makeBoard = Effect.fnUntraced(function*(
  first: Pod,
  addresses: Addresses
): Effect.fn.Return<PodBoard, never, KubernetesClient | Scope.Scope> {
  const client = yield* KubernetesClient
  const writing = yield* Semaphore.make(1)
  const dirty = yield* Queue.sliding<void>(1)
  const failures = yield* Ref.make(0)
  let pod = first
  let records: Records = recordsOf(first, yield* Clock.currentTimeMillis)
  let podEnd: PodEnd | undefined
  let ended = false
  let gone = false

  const saw = (seen: Pod) => {
    const newer = isNewer(seen.metadata.resourceVersion ?? "", pod.metadata.resourceVersion ?? "")
    if (newer && seen.metadata.uid === first.metadata.uid) pod = seen
  }

  const readAgain = Effect.gen(function*() {
    const { name = "", namespace, uid } = first.metadata
    const read = yield* client.get(PodKind, { name, namespace })
    if (read.metadata.uid === uid) pod = read
    else gone = true
  })

  const pause = Effect.gen(function*() {
    const count = yield* Ref.getAndUpdate(failures, (n) => n + 1)
    yield* Effect.sleep(Duration.millis(Math.min(lastBackOff, firstBackOff * 2 ** Math.min(count, 10))))
  })

  const write = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const status = podStatus({ pod, records, ended, podEnd, addresses, now })
    if (equalJson(status, pod.status)) return true
    saw(yield* client.replaceStatus(PodKind, { ...pod, status }))
    yield* Ref.set(failures, 0)
    return true
  })

  const lose = Effect.sync(() => {
    gone = true
    return true
  })
  const settle = (error: KubernetesError) =>
    hasReason("NotFound")(error)
      ? lose
      : Effect.logDebug(error.message).pipe(Effect.andThen(pause), Effect.as(false))
  const recover = (error: KubernetesError) =>
    hasReason("Conflict")(error) ? readAgain.pipe(Effect.as(false), Effect.catch(settle)) : settle(error)

  /** Writes until the API server has what the board has. */
  const publish: Effect.Effect<void> = Effect.suspend(() => gone ? Effect.succeed(true) : write).pipe(
    Effect.catch(recover),
    Effect.repeat({ until: (done) => done }),
    writing.withPermit,
    Effect.asVoid
  )

  yield* Queue.take(dirty).pipe(Effect.andThen(publish), Effect.forever, Effect.forkScoped)
  const changed = Effect.sync(() => void Queue.offerUnsafe(dirty, undefined))
  yield* changed

  return {
    pod: () => pod,
    address: addresses.pod,
    records: () => records,
    record: (container) => records.get(container),
    podEnd: () => podEnd,
    update: (container, change) => {
      const before = records.get(container)
      if (before !== undefined) records = new Map([...records, [container, { ...before, ...change }]])
      return changed
    },
    judge: (given) => {
      podEnd ??= given
      return changed
    },
    saw,
    end: Effect.suspend(() => {
      ended = true
      return publish
    })
  }
})
