/**
 * Runs as they are and as they change, without a gap: what there is first, then every change. When the server cannot go on from where a
 * connection broke, runs are listed again, and what is gone meanwhile is told as removed. Nothing is told twice.
 */
import type { RunStreamEvent } from "@orchestrator/http/contract/RunEvents"
import { Effect, Stream } from "effect"
import { type AnyRun, groupOf, type RunKindName } from "../kinds/RunGroups.ts"
import type { OrchestratorClient } from "../OrchestratorClient.ts"
import { pagesOf } from "../RunGroup.ts"
import { backOff, type EventFilters, followEvents, type FollowOptions } from "./FollowEvents.ts"

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

/** What was known and is not in a list any more. */
const goneOf = (known: Known, listed: ReadonlySet<string>): ReadonlyArray<RunChange> =>
  [...known].flatMap(([key, run]) => listed.has(key) ? [] : changesOf(known, { change: "removed", run }))

export interface WatchOptions extends FollowOptions {
  /** Told when all that there is has been told, after each list. */
  readonly onListed?: Effect.Effect<void> | undefined
}

/** Filters as in lists; without a kind, runs of every kind that the requester may list. */
export const watchRuns = (
  client: Client,
  { kind, ...filters }: EventFilters = {},
  options: WatchOptions = {}
): Stream.Stream<RunChange, unknown> =>
  Stream.suspend(() => {
    const known: Known = new Map()
    const listed = (kinds: ReadonlyArray<RunKindName>) => {
      const seen = new Set<string>()
      const runs = Stream.fromIterable(kinds).pipe(
        Stream.flatMap((kind) => pagesOf(groupOf(client, kind).list, { ...filters, limit: 500 })),
        Stream.map((run) => {
          seen.add(keyOf(run))
          return changesOf(known, { change: "set", run })
        }),
        Stream.retry(backOff(options))
      )
      return Stream.concat(runs, Stream.sync(() => goneOf(known, seen))).pipe(
        Stream.onEnd(options.onListed ?? Effect.void)
      )
    }
    return followEvents(client, { ...filters, ...(kind === undefined ? {} : { kind }) }, options).pipe(
      Stream.flatMap((event) =>
        event.event === "run" ? Stream.succeed(changesOf(known, event.data)) : listed(event.data.kinds)
      ),
      Stream.flatMap(Stream.fromIterable)
    )
  })
