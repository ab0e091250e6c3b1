/**
 * One log of the changes of runs for all who listen to this process. It is kept while somebody listens and for some minutes after, so that
 * whoever lost the connection can go on; then nothing is listed or watched for it any more.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { type RunEvent, RunFeed } from "@orchestrator/k8s/RunFeed"
import { Context, Deferred, Duration, Effect, Exit, Layer, RcRef, type Scope, Stream } from "effect"
import { HttpSettings } from "../../services/HttpSettings.ts"
import { Stopping } from "../../services/Stopping.ts"
import { answerTextOf } from "../kinds/RunGroups.ts"
import { type EventLog, makeEventLog } from "./EventLog.ts"
import { beatSeconds } from "./Frames.ts"

const bounds = { mostChanges: 2048, mostText: 4 * 1024 * 1024 }
const keptFor = "5 minutes"

export interface OpenLog {
  readonly log: EventLog
  /** Whether every kind of runs has been listed. */
  readonly isReady: () => boolean
  /** Grows every 15 seconds. */
  readonly beats: () => number
  readonly isStopping: () => boolean
  /** Done when any of this has changed. */
  readonly change: () => Deferred.Deferred<void>
}

/** Listeners at a time: others are to get connections as well. */
export const mostListeners = Context.Reference<number>("@orchestrator/http/handlers/events/RunLog/mostListeners", {
  defaultValue: () => 1500
})

export class RunLog extends Context.Service<RunLog, {
  /** For a listener, as long as the scope is open. */
  readonly open: Effect.Effect<OpenLog, never, Scope.Scope>
  readonly most: number
  /** Whether there are as many listeners as there may be. */
  readonly isFull: () => boolean
}>()("@orchestrator/http/handlers/events/RunLog") {
  /** Needs HttpSettings, Stopping and RunFeed. */
  static readonly layerNoDeps = Layer.effect(
    RunLog,
    Effect.gen(function*() {
      const shared = yield* RcRef.make({ acquire: openLog, idleTimeToLive: keptFor })
      const most = yield* mostListeners
      let listeners = 0
      const count = (change: number) => Effect.sync(() => void (listeners += change))
      return RunLog.of({
        open: Effect.andThen(Effect.acquireRelease(count(1), () => count(-1)), RcRef.get(shared)),
        most,
        isFull: () => listeners >= most
      })
    })
  )

  /** Needs HttpSettings, Stopping and KubernetesClient. */
  static readonly layer = RunLog.layerNoDeps.pipe(Layer.provide(RunFeed.layer))
}

const openLog = Effect.gen(function*() {
  const { namespace } = yield* HttpSettings
  const { stopped } = yield* Stopping
  const { follow } = yield* RunFeed
  const log = makeEventLog(bounds)
  let change = Deferred.makeUnsafe<void>()
  let beats = 0
  let isReady = false
  let isStopping = false

  const tell = () => {
    const told = change
    change = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(told, Exit.void)
  }

  const take = (event: RunEvent) => {
    if (event.tag === "unchanged") return log.advance(event.kind, event.revision)
    if (event.tag === "changed") {
      const { before, change, kind, revision, run } = event
      log.add({ kind, revision, change, before, run, answer: answerTextOf[kind.kind](run) })
    } else {
      log.listed(event.kind, event.revision)
      isReady = everyRunKind.every(({ kind }) => log.position()[kind] !== undefined)
    }
    tell()
  }

  yield* follow(namespace).pipe(
    Stream.runForEach((event) => Effect.sync(() => take(event))),
    Effect.forkScoped
  )
  yield* Effect.sleep(Duration.seconds(beatSeconds)).pipe(
    Effect.andThen(Effect.sync(() => {
      beats += 1
      tell()
    })),
    Effect.forever,
    Effect.forkScoped
  )
  yield* stopped.pipe(
    Effect.andThen(Effect.sync(() => {
      isStopping = true
      tell()
    })),
    Effect.forkScoped
  )
  const open: OpenLog = {
    log,
    isReady: () => isReady,
    beats: () => beats,
    isStopping: () => isStopping,
    change: () => change
  }
  return open
})
