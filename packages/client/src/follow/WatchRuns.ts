/**
 * Runs as they are and as they change, without a gap: what there is first, then every change. When the server cannot go on from where a
 * connection broke, runs are listed again, and what is gone meanwhile is told as removed. Nothing is told twice.
 */
import type { RunStreamEvent } from "@orchestrator/http/contract/RunEvents"
import { Effect, Stream } from "effect"
import { type AnyRun, groupOf, type RunKindName } from "../kinds/RunGroups.ts"
import type { OrchestratorClient } from "../OrchestratorClient.ts"
import { pagesOf } from "../RunGroup.ts"
import { type EventFilters, followEvents, type FollowOptions } from "./FollowEvents.ts"

type Client = OrchestratorClient["Service"]

export type RunChange = Extract<RunStreamEvent, { readonly event: "run" }>["data"]

/** Runs that were told of, by kind and name. */
type Known = Map<string, AnyRun>

const keyOf = ({ kind, name }: AnyRun): string => `${kind}/${name}`

/** Whether one is a later state of the same run than the other: versions are decimal numbers that grow, beyond what a number holds exactly. */
export const isLater = (run: AnyRun, known: AnyRun): boolean =>
  run.resourceVersion.length === known.resourceVersion.length
    ? run.resourceVersion > known.resourceVersion
    : run.resourceVersion.length > known.resourceVersion.length

/** What an event tells anew. */
const changesOf = (known: Known, { change, run }: RunChange): ReadonlyArray<RunChange> => {
  const key = keyOf(run)
  const before = known.get(key)
  if (before !== undefined && before.resourceVersion !== run.resourceVersion && !isLater(run, before)) return []
  if (change === "removed") return known.delete(key) ? [{ change, run }] : []
  if (before?.resourceVersion === run.resourceVersion) return []
  known.set(key, run)
  return [{ change, run }]
}

/** What a list tells anew: what has changed, and what is not there any more. */
const changesOfList = (known: Known, runs: ReadonlyArray<AnyRun>): ReadonlyArray<RunChange> => {
  const listed = new Set(runs.map(keyOf))
  const gone = [...known.values()].filter((run) => !listed.has(keyOf(run)))
  return [
    ...gone.flatMap((run) => changesOf(known, { change: "removed", run })),
    ...runs.flatMap((run) => changesOf(known, { change: "set", run }))
  ]
}

/** Filters as in lists; without a kind, runs of every kind that the requester may list. */
export const watchRuns = (
  client: Client,
  { kind, ...filters }: EventFilters = {},
  options: FollowOptions = {}
): Stream.Stream<RunChange, unknown> =>
  Stream.suspend(() => {
    const known: Known = new Map()
    const list = (kind: RunKindName) => Stream.runCollect(pagesOf(groupOf(client, kind).list, filters))
    return followEvents(client, { ...filters, ...(kind === undefined ? {} : { kind }) }, options).pipe(
      Stream.mapEffect((event) =>
        event.event === "run"
          ? Effect.succeed(changesOf(known, event.data))
          : Effect.map(Effect.forEach(event.data.kinds, list), (runs) => changesOfList(known, runs.flat()))
      ),
      Stream.flatMap(Stream.fromIterable)
    )
  })
