/**
 * Events of events.k8s.io/v1 about runs, for `kubectl describe` and whoever follows Events: one object for each run and reason, whose series
 * counts what comes again. They are written beside the rounds, one after the other; what cannot be written is left out, and changes nothing.
 */
import { fnv1a } from "@orchestrator/domain/Hash"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { apiVersionOf, SeriesEventKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
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
/** Series whose count is known here. */
const mostCounted = 1000

const reportingController = "orchestrator.platform/controller"

/** RFC 3339 with microseconds, as Events have it. */
const microTime = (time: DateTime.Utc): string => DateTime.formatIso(time).replace(/Z$/, "000Z")

interface Told {
  readonly change: PhaseChange
  readonly notice: Notice
  readonly at: DateTime.Utc
}

const eventOf = ({ at, change: { run }, notice }: Told, instance: string): SeriesEvent => {
  const { kind, name, namespace, uid } = run
  const { action, note, reason, type } = notice
  return {
    metadata: { name: `${name.slice(0, 200)}.${fnv1a(`${uid}/${reason}`)}`, namespace },
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
  const client = yield* KubernetesClient
  const waiting = yield* Queue.sliding<Told>(mostWaiting)
  /** How often each was told, by its name. */
  const counts = new Map<string, number>()

  const counted = (key: string, count: number) => {
    counts.delete(key)
    counts.set(key, count)
    const [oldest] = counts.keys()
    if (counts.size > mostCounted && oldest !== undefined) counts.delete(oldest)
  }

  const write = Effect.fnUntraced(function*(told: Told) {
    const event = eventOf(told, instance)
    const ref = { name: event.metadata.name ?? "", namespace: event.metadata.namespace }
    const key = `${ref.namespace}/${ref.name}`
    const create = Effect.tap(client.create(SeriesEventKind, event), () => Effect.sync(() => counted(key, 1)))
    const again = Effect.suspend(() => {
      const count = (counts.get(key) ?? 1) + 1
      return Effect.tap(
        client.patch(SeriesEventKind, ref, {
          type: "merge",
          body: { series: { count, lastObservedTime: microTime(told.at) } }
        }),
        () => Effect.sync(() => counted(key, count))
      )
    })
    // Events go after an hour or so.
    yield* counts.has(key)
      ? Effect.catchIf(again, hasReason("NotFound"), () => create)
      : Effect.catchIf(create, hasReason("AlreadyExists"), () => again)
  })

  yield* Effect.forkScoped(Effect.forever(
    Effect.flatMap(Queue.take(waiting), (told) =>
      write(told).pipe(
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
