/**
 * Events of events.k8s.io/v1 about runs, for `kubectl describe` and whoever follows Events: of each process one object for each run and reason,
 * whose series counts what comes again. They are written beside the rounds, one after the other and by who leads alone; what cannot be written
 * is left out, and changes nothing.
 */
import { fnv1a } from "@orchestrator/domain/Hash"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { apiVersionOf, SeriesEventKind } from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { fencedClient } from "@orchestrator/k8s/leadership/Leadership"
import type { SeriesEvent } from "@orchestrator/k8s/Objects"
import { Context, DateTime, Effect, Queue } from "effect"
import { runKinds } from "../kinds/RunKinds.ts"
import { type Notice, noticeOf } from "./Notice.ts"
import type { PhaseChange } from "./PhaseChange.ts"

/** Told of every change of a run. Nobody is, unless it is provided. */
export const RunEvents = Context.Reference<(change: PhaseChange) => Effect.Effect<void>>(
  "@orchestrator/controller/telemetry/RunEvents",
  { defaultValue: () => () => Effect.void }
)

/** What waits to be written; the oldest is left out where there is more. */
const mostWaiting = 500
/** Series that are known here. */
const mostCounted = 1000

export const reportingController = "orchestrator.platform/controller"

/** RFC 3339 with microseconds, as Events have it. */
const microTime = (time: DateTime.Utc): string => DateTime.formatIso(time).replace(/Z$/, "000Z")

interface Told {
  readonly change: PhaseChange
  readonly notice: Notice
  readonly at: DateTime.Utc
}

/** What a process has told of a run and reason. */
interface Series {
  readonly uid: string | undefined
  readonly count: number
}

interface Teller {
  readonly instance: string
  /** When it began: what the same pod told before that is somebody else's. */
  readonly since: DateTime.Utc
}

const eventOf = ({ at, change: { run }, notice }: Told, { instance, since }: Teller): SeriesEvent => {
  const { kind, name, namespace, uid } = run
  const { action, note, reason, type } = notice
  return {
    metadata: {
      name: `${name.slice(0, 200)}.${fnv1a(`${uid}/${reason}/${instance}/${since.epochMilliseconds}`)}`,
      namespace
    },
    eventTime: microTime(at),
    reportingController,
    reportingInstance: instance.slice(0, 128),
    action,
    reason,
    type,
    note,
    regarding: { apiVersion: apiVersionOf(runKinds[kind].resource), kind, name, namespace, uid }
  }
}

export interface RunEventsOptions {
  readonly which: OrchestratorConfig["kubernetesEvents"]
  /** This process. */
  readonly instance: string
}

/** For the life of the scope. */
export const makeRunEvents = Effect.fnUntraced(function*({ instance, which }: RunEventsOptions) {
  if (which === "None") return () => Effect.void
  const client = yield* fencedClient
  const teller = { instance, since: yield* DateTime.now }
  const waiting = yield* Queue.sliding<Told>(mostWaiting)
  /** By the name of its object. */
  const told = new Map<string, Series>()

  const counted = (key: string, series: Series) => {
    told.delete(key)
    told.set(key, series)
    const [oldest] = told.keys()
    if (told.size > mostCounted && oldest !== undefined) told.delete(oldest)
  }

  const write = Effect.fnUntraced(function*(what: Told) {
    const event = eventOf(what, teller)
    const ref = { name: event.metadata.name ?? "", namespace: event.metadata.namespace }
    const key = `${ref.namespace}/${ref.name}`
    const create = Effect.tap(
      client.create(SeriesEventKind, event),
      ({ metadata: { uid } }) => Effect.sync(() => counted(key, { uid, count: 1 }))
    )
    const before = told.get(key)
    if (before === undefined) return yield* create
    const series = { uid: before.uid, count: before.count + 1 }
    yield* client.patch(SeriesEventKind, ref, {
      type: "merge",
      body: { metadata: { uid: series.uid }, series: { count: series.count, lastObservedTime: microTime(what.at) } }
    }).pipe(
      Effect.tap(() => Effect.sync(() => counted(key, series))),
      // Events go after an hour or so.
      Effect.catchIf(hasReason("NotFound"), () => create)
    )
  })

  yield* Effect.forkScoped(Effect.forever(
    Effect.flatMap(Queue.take(waiting), (what) =>
      write(what).pipe(
        Effect.timeout("10 seconds"),
        Effect.catch(({ message }) => Effect.logDebug("an Event could not be written", message)),
        Effect.catchCause((cause) => Effect.logDebug("an Event could not be written", cause))
      ))
  ))

  return (change: PhaseChange): Effect.Effect<void> => {
    const notice = noticeOf(change)
    return notice === undefined || (notice.usual && which === "Problems")
      ? Effect.void
      : Effect.flatMap(DateTime.now, (at) => Effect.asVoid(Queue.offer(waiting, { change, notice, at })))
  }
})
