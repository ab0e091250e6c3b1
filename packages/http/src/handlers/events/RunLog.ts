/**
 * One log of the changes of runs of a namespace for all who listen to this process. It is kept while somebody listens and for some minutes after, so that
 * whoever lost the connection can go on; then nothing is listed or watched for it any more.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { type RunEvent, RunFeed } from "@orchestrator/k8s/RunFeed"
import { Context, Duration, Effect, Exit, FiberSet, Layer, RcMap, Scope, Stream } from "effect"
import { Stopping } from "../../services/Stopping.ts"
import { answerTextOf } from "../kinds/RunGroups.ts"
import { makeEventLog } from "./EventLog.ts"
import { beatSeconds } from "./Frames.ts"
import { type Follower, type Hub, makeHub, type Sink } from "./Hub.ts"
import type { Listener } from "./Listener.ts"

const bounds = { mostChanges: 2048, mostText: 4 * 1024 * 1024 }
const keptFor = "5 minutes"

/** Listeners at a time: others are to get connections as well. */
export const mostListeners = Context.Reference<number>("@orchestrator/http/handlers/events/RunLog/mostListeners", {
  defaultValue: () => 1500
})

/** What a client's connection says. */
export interface Following {
  /** It takes more. */
  readonly ready: () => void
  /** It has gone. */
  readonly leave: () => void
}

export class RunLog extends Context.Service<RunLog, {
  /** Tells a client what it is to be told, until the last of it or until it has gone. */
  readonly follow: (listener: Listener, sink: Sink) => Following
  readonly most: number
  /** Whether there are as many listeners as there may be. */
  readonly isFull: () => boolean
}>()("@orchestrator/http/handlers/events/RunLog") {
  /** Needs Stopping and RunFeed. */
  static readonly layerNoDeps = Layer.effect(
    RunLog,
    Effect.gen(function*() {
      const shared = yield* RcMap.make({ lookup: openHub, idleTimeToLive: keptFor })
      const run = yield* FiberSet.makeRuntime()
      const most = yield* mostListeners
      let listeners = 0

      const follow = (listener: Listener, sink: Sink): Following => {
        const scope = Scope.makeUnsafe()
        let hub: Hub | undefined
        let isGone = false
        const onGone = () => {
          listeners -= 1
          run(Scope.close(scope, Exit.void))
        }
        const follower: Follower = { listener, sink, onGone, isBusy: false }
        listeners += 1
        run(
          RcMap.get(shared, listener.namespace).pipe(
            Scope.provide(scope),
            Effect.map((open) => {
              hub = open
              if (isGone) onGone()
              else open.join(follower)
            })
          )
        )
        return {
          ready: () => hub?.ready(follower),
          leave: () => {
            isGone = true
            hub?.leave(follower)
          }
        }
      }
      return RunLog.of({ follow, most, isFull: () => listeners >= most })
    })
  )

  /** Needs Stopping and KubernetesClient. */
  static readonly layer = RunLog.layerNoDeps.pipe(Layer.provide(RunFeed.layer))
}

const openHub = Effect.fnUntraced(function*(namespace: string) {
  const { stopped } = yield* Stopping
  const { follow } = yield* RunFeed
  const log = makeEventLog(bounds)
  let beats = 0
  let isReady = false
  let isStopping = false
  const hub = yield* makeHub({
    log,
    isReady: () => isReady,
    beats: () => beats,
    isStopping: () => isStopping
  })

  const take = (event: RunEvent) => {
    if (event.tag === "unchanged") return log.advance(event.kind, event.revision)
    if (event.tag === "changed") {
      const { before, change, kind, revision, run } = event
      log.add({ kind, revision, change, before, run, answer: answerTextOf[kind.kind](run) })
    } else {
      log.listed(event.kind, event.revision)
      isReady = everyRunKind.every(({ kind }) => log.position()[kind] !== undefined)
    }
    hub.wake()
  }

  yield* follow(namespace).pipe(
    Stream.runForEach((event) => Effect.sync(() => take(event))),
    Effect.forkScoped
  )
  yield* Effect.sleep(Duration.seconds(beatSeconds)).pipe(
    Effect.andThen(Effect.sync(() => {
      beats += 1
      hub.wake()
    })),
    Effect.forever,
    Effect.forkScoped
  )
  yield* stopped.pipe(
    Effect.andThen(Effect.sync(() => {
      isStopping = true
      hub.wake()
    })),
    Effect.forkScoped
  )
  return hub
})
