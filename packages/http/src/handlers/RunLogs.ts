/**
 * What the agent of the current attempt prints: the log of its pod's agent container. Whether there is one is decided before the
 * answer begins, so that a missing log is a problem and not a broken stream. Streams end when the server stops, and break off when their
 * reader loses the permission: every part of a log is given out by a decision that is fresh.
 */
import { agentContainer } from "@orchestrator/domain/PodParts"
import { printable } from "@orchestrator/domain/Printable"
import { phaseOf, statusText } from "@orchestrator/domain/RunView"
import { PodKind } from "@orchestrator/k8s/Kinds"
import type { PodLogOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Sink, Stream } from "effect"
import { logNeeds, Requester } from "../contract/Access.ts"
import { LogsNotAvailable } from "../contract/Problem.ts"
import { Stopping } from "../services/Stopping.ts"
import { readProblem } from "./ClusterProblems.ts"
import { getRun, refOf, type RunAccess } from "./RunAccess.ts"

/** A Job makes one, and another where that was lost: more are not its own. */
const mostPods = 100

export interface LogOptions {
  readonly follow?: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly timestamps?: boolean
}

const absent = (detail: string, hint: string) => new LogsNotAvailable({ detail, hint })

const newest = (pods: ReadonlyArray<Pod>): Pod | undefined =>
  pods.toSorted((a, b) => (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? 1 : -1)[0]

/** Why a pod has no log yet, in the words of its container; undefined when there is one. */
const notStarted = (pod: Pod): string | undefined => {
  const state = pod.status?.containerStatuses?.find(({ name }) => name === agentContainer)?.state
  if (state?.running !== undefined || state?.terminated !== undefined) return undefined
  const waiting = state?.waiting
  return [waiting?.reason ?? pod.status?.phase ?? "Pending", waiting?.message].filter((part) => part).join(": ")
}

const currentPod = Effect.fnUntraced(function*(runs: RunAccess, run: CustomObject) {
  const jobName = statusText(run, "jobName")
  if (jobName === undefined) {
    return yield* absent(
      `The run is ${phaseOf(run)} and no agent has been started yet`,
      "Try again once it is Running; its message says what it is waiting for"
    )
  }
  const { items } = yield* runs.client.list(PodKind, {
    namespace: runs.settings.namespace,
    labelSelector: `batch.kubernetes.io/job-name=${jobName}`,
    limit: mostPods
  }).pipe(Effect.mapError(readProblem(runs.kind.kind, run.metadata.name ?? "")))
  const pod = newest(items)
  if (pod?.metadata.name === undefined) {
    return yield* absent(
      `The Job ${jobName} has no pod: it has not been created yet, or was removed after the run ended`,
      "While the run is starting, try again; once it has ended, its status has the result"
    )
  }
  const waiting = notStarted(pod)
  return waiting === undefined ? pod.metadata.name : yield* absent(
    `The agent's container has not started: ${waiting}`,
    "Try again once it is running; the run's Progressing condition says what it is waiting for"
  )
})

/** The first bytes are there, or the log has failed, before the answer begins; a quiet log that is followed begins at once. */
const begun = Effect.fnUntraced(function*(log: Stream.Stream<Uint8Array, KubernetesError>, follow: boolean) {
  if (follow) return log
  const [head, rest] = yield* Stream.peel(log, Sink.take<Uint8Array>(1))
  return Stream.concat(Stream.fromIterable(head), rest)
})

export const runLogs = Effect.fn("http.runLogs")(function*(runs: RunAccess, name: string, asked: LogOptions) {
  const { stopped } = yield* Stopping
  const requester = yield* Requester
  const run = yield* getRun(runs, name)
  const pod = yield* currentPod(runs, run)
  const options: PodLogOptions = { ...asked, container: agentContainer }
  const log = yield* begun(runs.client.podLogs(refOf(runs, pod), options), asked.follow === true).pipe(
    Effect.mapError(readProblem(runs.kind.kind, name))
  )
  return log.pipe(
    Stream.tap(() => requester.require(logNeeds)),
    Stream.interruptWhen(stopped),
    // Whatever a process of the agent wrote past the runner; a part at a time, since a line may have no end.
    Stream.decodeText,
    Stream.map((text) => printable(text, { lines: true })),
    Stream.encodeText
  )
})
