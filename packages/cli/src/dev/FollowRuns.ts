/** Follows the cluster's runs and their agents' logs onto the display. */
import type { AnyRunKind, KindName } from "@orchestrator/domain/kinds/RunKinds"
import { runUidLabel } from "@orchestrator/domain/Labels"
import { agentContainer } from "@orchestrator/domain/PodParts"
import { formatTime } from "@orchestrator/domain/Retention"
import { attemptOf } from "@orchestrator/domain/RunView"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject, Pod } from "@orchestrator/k8s/Objects"
import { RunFeed } from "@orchestrator/k8s/RunFeed"
import { type DateTime, Deferred, Effect, FiberMap, Schedule, Stream } from "effect"
import { Display } from "../show/Display.ts"
import { deletedLine } from "../show/RunLine.ts"
import { runLine } from "./RunLine.ts"

/** Waits for a run's terminal phase, and answers with the run. */
export interface Ending {
  readonly kind: KindName
  readonly name: string
  readonly ended: Deferred.Deferred<CustomObject>
}

export interface FollowOptions {
  readonly namespace: string
  /** Runs that had ended before are not shown. */
  readonly since: DateTime.Utc
  readonly awaited: Ending | undefined
}

/** Runs in the background of the scope. */
export const followRuns = Effect.fn("FollowRuns.followRuns")(function*({ awaited, namespace, since }: FollowOptions) {
  const client = yield* KubernetesClient
  const feed = yield* RunFeed
  const display = yield* Display
  const logs = yield* FiberMap.make<string>()
  const names = new Map<string, string>()
  const ended = new Set<string>()
  const begun = formatTime(since)

  const runChanged = (kind: AnyRunKind, object: CustomObject) =>
    Effect.gen(function*() {
      const line = runLine(kind, object)
      const uid = object.metadata.uid ?? ""
      names.set(uid, line.run)
      const key = `${uid}/${attemptOf(object)}`
      const over = line.isLast
      const news = !over || !ended.has(key) && String(object.status?.["finishedAt"] ?? "") >= begun
      if (over) ended.add(key)
      if (news) yield* display.run(line)
      if (over && awaited?.kind === kind.kind && awaited.name === object.metadata.name) {
        yield* Deferred.succeed(awaited.ended, object)
      }
    })

  const runDeleted = (kind: AnyRunKind, object: CustomObject) => {
    const line = runLine(kind, object)
    return line.isLast ? Effect.void : display.run(deletedLine(line))
  }

  const podChanged = (pod: Pod) =>
    Effect.gen(function*() {
      const run = names.get(pod.metadata.labels?.[runUidLabel] ?? "")
      const uid = pod.metadata.uid ?? ""
      const started = pod.status?.containerStatuses?.some(({ name, state }) =>
        name === agentContainer && state?.running !== undefined
      ) === true
      if (run === undefined || !started) {
        return
      }
      yield* FiberMap.run(logs, uid, followLog(pod, run), { onlyIfMissing: true })
    })

  const followLog = ({ metadata: { name = "", namespace: home } }: Pod, run: string) =>
    client.podLogs({ name, namespace: home }, { container: agentContainer, follow: true }).pipe(
      Stream.decodeText,
      Stream.splitLines,
      Stream.runForEach((line) => (line.trim() === "" ? Effect.void : display.agent(run, line))),
      Effect.ignore
    )

  const runsListed = (kind: AnyRunKind, runs: ReadonlyArray<CustomObject>, gone: ReadonlyArray<CustomObject>) =>
    Effect.andThen(
      Effect.forEach(gone, (run) => runDeleted(kind, run), { discard: true }),
      Effect.forEach(runs, (run) => runChanged(kind, run), { discard: true })
    )

  const watchRuns = feed.follow(namespace).pipe(
    Stream.runForEach((event) => {
      if (event.tag === "listed") return runsListed(event.kind, event.runs, event.gone)
      if (event.tag === "unchanged") return Effect.void
      return event.change === "set" ? runChanged(event.kind, event.run) : runDeleted(event.kind, event.run)
    })
  )

  const watchPods = client.watch(PodKind, { namespace, labelSelector: "app=orchestrator" }).pipe(
    Stream.runForEach(({ object, type }) => (type === "MODIFIED" ? podChanged(object) : Effect.void))
  )

  yield* Effect.forkScoped(watchRuns)
  yield* watchPods.pipe(Effect.ignore, Effect.repeat(Schedule.spaced("1 second")), Effect.forkScoped)
})
