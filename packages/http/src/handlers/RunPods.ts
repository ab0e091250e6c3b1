/**
 * Where an attempt's containers are: in a pod that can be asked for its log, in one that is about to come, or gone. Whoever follows waits
 * for a while for what is about to come, as `kubectl logs --pod-running-timeout` does.
 */
import { runUidLabel } from "@orchestrator/domain/Labels"
import { isTerminal } from "@orchestrator/domain/Phase"
import type { LoggedContainer } from "@orchestrator/domain/PodParts"
import { type AttemptKey, attemptText, parseAttempt } from "@orchestrator/domain/Retry"
import { phaseOf, statusText } from "@orchestrator/domain/RunView"
import { PodKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject, Pod } from "@orchestrator/k8s/Objects"
import { Data, Effect, Option, Schema, Stream } from "effect"
import { LogsNotAvailable, type RunNotFound } from "../contract/Problem.ts"
import { Stopping } from "../services/Stopping.ts"
import { type ClusterProblem, readProblem } from "./ClusterProblems.ts"
import { getRun, type RunAccess } from "./RunAccess.ts"

export interface Asked {
  readonly follow?: boolean
  readonly attempt?: string
  readonly container: LoggedContainer
}

/** An attempt of a run, which may be over for long. */
export interface RunAttempt {
  readonly run: CustomObject
  readonly attempt: AttemptKey
}

export type Place = Data.TaggedEnum<{
  Pod: { readonly of: RunAttempt; readonly pod: string }
  /** Nothing yet; `problem` says what it is waiting for. */
  Coming: { readonly of: RunAttempt; readonly problem: LogsNotAvailable }
  Gone: { readonly of: RunAttempt; readonly problem: LogsNotAvailable }
}>
const { Coming, Gone, Pod: InPod } = Data.taggedEnum<Place>()

/** A Job makes one, and another where that was lost: more are not its own. */
const mostPods = 100
const waitsFor = "30 seconds"
/** What no event of a pod tells, such as a change of the run, is seen by then. */
const looksAgain = "5 seconds"

const absent = (detail: string, hint: string) => new LogsNotAvailable({ detail, hint })

/** Between two questions. */
export const podGone = (pod: string): LogsNotAvailable =>
  absent(`The pod ${pod} has just been removed`, "Ask again: what is kept of the attempt may be there by now")

const Entry = Schema.Struct({
  contextVersion: Schema.Int,
  retry: Schema.optionalKey(Schema.Int),
  jobName: Schema.String
})
const decodeEntry = Schema.decodeUnknownOption(Entry)

/** Attempts that the status still knows, oldest first. */
export const entriesOf = ({ status }: CustomObject): ReadonlyArray<AttemptKey & { readonly jobName: string }> => {
  const entries: unknown = status?.["attempts"]
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) =>
    Option.toArray(Option.map(decodeEntry(entry), ({ retry = 0, ...known }) => ({ ...known, retry })))
  )
}

/** The attempt that is meant, and its Job where that is known. */
export const attemptOf = (
  run: CustomObject,
  asked: string | undefined
): { readonly attempt: AttemptKey; readonly jobName: string | undefined; readonly isNewest: boolean } => {
  const entries = entriesOf(run)
  const jobName = statusText(run, "jobName")
  const newest = entries.find((entry) => entry.jobName === jobName) ?? entries.at(-1)
  const wanted = asked === undefined ? undefined : parseAttempt(asked)
  if (wanted === undefined) {
    const version = Number(run.spec["contextVersion"] ?? 1)
    const attempt = newest ?? { contextVersion: Number.isInteger(version) ? version : 1, retry: 0 }
    return { attempt: { contextVersion: attempt.contextVersion, retry: attempt.retry }, jobName, isNewest: true }
  }
  const isWanted = (entry: AttemptKey) => attemptText(entry) === attemptText(wanted)
  const isNewest = newest === undefined || isWanted(newest)
  return { attempt: wanted, jobName: isNewest ? jobName : entries.find(isWanted)?.jobName, isNewest }
}

const newestPod = (pods: ReadonlyArray<Pod>): Pod | undefined =>
  pods.toSorted((a, b) => (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? 1 : -1)[0]

/** Why a container has no log yet; undefined when there is one. */
const notStarted = ({ status }: Pod, container: LoggedContainer): string | undefined => {
  const all = [...status?.containerStatuses ?? [], ...status?.initContainerStatuses ?? []]
  const state = all.find(({ name }) => name === container)?.state
  if (state?.running !== undefined || state?.terminated !== undefined) return undefined
  const waiting = state?.waiting
  return [waiting?.reason ?? status?.phase ?? "Pending", waiting?.message].filter((part) => part).join(": ")
}

const hasContainer = ({ spec }: Pod, container: LoggedContainer): boolean =>
  [...spec.containers, ...spec.initContainers ?? []].some(({ name }) => name === container)

/** What is known of the pods of the attempt's Job. Pure. */
const placeOf = (
  run: CustomObject,
  asked: Asked,
  podsOf: (jobName: string) => ReadonlyArray<Pod>
): Place => {
  const { attempt, isNewest, jobName } = attemptOf(run, asked.attempt)
  const of = { run, attempt }
  const mayCome = isNewest && !isTerminal(phaseOf(run))
  if (jobName === undefined) {
    const problem = isNewest
      ? absent(
        `The run is ${phaseOf(run)} and no agent has been started yet`,
        "Try again once it is Running; its message says what it is waiting for"
      )
      : absent(
        `The run has no attempt ${attemptText(attempt)} in its status`,
        "GET .../attempts lists those that it knows: the newest ten"
      )
    return mayCome ? Coming({ of, problem }) : Gone({ of, problem })
  }
  const pod = newestPod(podsOf(jobName))
  if (pod?.metadata.name === undefined) {
    const problem = absent(
      `The Job ${jobName} has no pod: it has not been created yet, or was removed after the attempt ended`,
      "While the run is starting, try again; once it has ended, its status has the result"
    )
    return mayCome ? Coming({ of, problem }) : Gone({ of, problem })
  }
  if (!hasContainer(pod, asked.container)) {
    const problem = absent(
      `The pod ${pod.metadata.name} has no container ${asked.container}`,
      "Where agent.credentials is env there is no broker"
    )
    return Gone({ of, problem })
  }
  const waiting = notStarted(pod, asked.container)
  if (waiting === undefined) return InPod({ of, pod: pod.metadata.name })
  const problem = absent(
    `The container ${asked.container} has not started: ${waiting}`,
    "Try again once it is running; the run's Progressing condition says what it is waiting for"
  )
  return mayCome ? Coming({ of, problem }) : Gone({ of, problem })
}

type Problems = RunNotFound | ClusterProblem

const look = Effect.fnUntraced(function*(runs: RunAccess, name: string, asked: Asked) {
  const run = yield* getRun(runs, name)
  const { jobName } = attemptOf(run, asked.attempt)
  const pods = jobName === undefined ? [] : (yield* runs.client.list(PodKind, {
    namespace: runs.settings.namespace,
    labelSelector: `batch.kubernetes.io/job-name=${jobName}`,
    limit: mostPods
  }).pipe(Effect.mapError(readProblem(runs.kind.kind, name)))).items
  return placeOf(run, asked, () => pods)
})

/** Of the attempt that is meant, now, or for who follows within half a minute. */
export const findPlace = Effect.fn("http.findPlace")(function*(
  runs: RunAccess,
  name: string,
  asked: Asked
): Effect.fn.Return<Place, Problems, Stopping> {
  const { stopped } = yield* Stopping
  const first = yield* look(runs, name, asked)
  if (first._tag !== "Coming" || asked.follow !== true) return first
  const changes = runs.client.watch(PodKind, {
    namespace: runs.settings.namespace,
    labelSelector: `${runUidLabel}=${first.of.run.metadata.uid ?? ""}`,
    timeoutSeconds: 60
  }).pipe(Stream.catch(() => Stream.empty))
  return yield* Stream.merge(changes, Stream.tick(looksAgain)).pipe(
    Stream.mapEffect(() => look(runs, name, asked)),
    Stream.filter((place) => place._tag !== "Coming"),
    Stream.interruptWhen(stopped),
    Stream.runHead,
    Effect.timeoutOption(waitsFor),
    Effect.map((found) => Option.getOrElse(Option.flatten(found), () => first))
  )
})
