/** What the cluster says of a run and of what it has made: Events of the run, of its newest Jobs, and of the pods that are there. */
import { runUidLabel } from "@orchestrator/domain/Labels"
import { statusText } from "@orchestrator/domain/RunView"
import { EventKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject, Event } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import type { ClusterEvent } from "../contract/RunDetails.ts"
import { readProblem } from "./ClusterProblems.ts"
import { getRun, type RunAccess } from "./RunAccess.ts"
import { entriesOf } from "./RunPods.ts"

const mostEvents = 500
/** Of a run: older ones are forgotten by the cluster before they would be asked for. */
const mostJobs = 3
const mostPods = 20

const timeOf = ({ eventTime, firstTimestamp, lastTimestamp, metadata }: Event): string =>
  lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? ""

const clusterEvent = (event: Event): ClusterEvent => {
  const { count = 1, involvedObject: { kind = "", name = "" }, message = "", reason = "", type = "Normal" } = event
  const source = event.source?.component || event.reportingComponent
  return {
    time: timeOf(event),
    type,
    reason,
    message,
    count,
    object: `${kind.toLowerCase()}/${name}`,
    ...(source === undefined || source === "" ? {} : { source })
  }
}

/** By the UID where it is known: what was made again under an old name is another. */
const selectorsOf = (run: CustomObject, pods: ReadonlyArray<string>): ReadonlyArray<string> => {
  const jobs = new Set([...entriesOf(run).map(({ jobName }) => jobName), statusText(run, "jobName")])
  return [
    `involvedObject.uid=${run.metadata.uid ?? ""}`,
    ...[...jobs].filter((name) => name !== undefined).slice(-mostJobs)
      .map((name) => `involvedObject.kind=Job,involvedObject.name=${name}`),
    ...pods.map((uid) => `involvedObject.uid=${uid}`)
  ]
}

export const runClusterEvents = Effect.fn("http.runClusterEvents")(function*(runs: RunAccess, name: string) {
  const run = yield* getRun(runs, name)
  const { namespace } = runs.settings
  const orProblem = Effect.mapError(readProblem(runs.kind.kind, name))
  const pods = yield* runs.client.list(PodKind, {
    namespace,
    labelSelector: `${runUidLabel}=${run.metadata.uid ?? ""}`,
    limit: mostPods
  }).pipe(orProblem)
  const lists = yield* Effect.forEach(
    selectorsOf(run, pods.items.flatMap(({ metadata }) => metadata.uid ?? [])),
    (fieldSelector) => runs.client.list(EventKind, { namespace, fieldSelector, limit: mostEvents }).pipe(orProblem),
    { concurrency: 4 }
  )
  const events = lists.flatMap(({ items }) => items).map(clusterEvent)
  return { items: events.toSorted((a, b) => a.time < b.time ? -1 : a.time > b.time ? 1 : 0).slice(-mostEvents) }
})
