/**
 * The program: reflectors fill the stores and say which runs to look at; workers observe, plan and perform. `synced` becomes true when
 * every store has its first list; nothing is decided before. Every replica keeps its stores warm; only the one that leads decides, after it
 * has listed anew what the leader before it may have written.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { watchedNamespaces } from "@orchestrator/domain/Namespaces"
import { looksAfter } from "@orchestrator/domain/Shards"
import { checkedClient } from "@orchestrator/k8s/CheckedClient"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { fencedClient, Leadership, type Term } from "@orchestrator/k8s/leadership/Leadership"
import { makeReconciler } from "@orchestrator/k8s/runtime/Reconciler"
import { supervised } from "@orchestrator/k8s/Supervised"
import type { Templates } from "@orchestrator/templates/Templates"
import { Clock, Context, DateTime, Deferred, Effect, FiberSet, Latch, Layer, Ref } from "effect"
import { Cleanup } from "../act/Cleanup.ts"
import { Interpreter } from "../act/Interpreter.ts"
import { Removal } from "../act/Removal.ts"
import type { RunFacts } from "../facts/Run.ts"
import { formatKey, keyOf, type RunKey } from "../facts/RunKey.ts"
import { Stores } from "../facts/Stores.ts"
import { type Following, followings } from "./Following.ts"
import { makeLedgerUpkeep } from "./LedgerUpkeep.ts"
import { Observe } from "./Observe.ts"
import { Previews } from "./Previews.ts"
import { makeReconcile } from "./Reconcile.ts"
import { makeRemovals } from "./Removals.ts"
import { ControllerSettings } from "./Settings.ts"
import { statusesTold, tellStores } from "./Telemetry.ts"
import { makeUpkeep } from "./Upkeep.ts"
import type { Wakeup } from "./Wakeups.ts"
import { tellWatches } from "./Watches.ts"

const workers = 16
/** By then every run has been looked at once, and what that took is garbage as well. */
const firstRounds = "10 seconds"
/** Takes some milliseconds. */
const settledAtOnce = 100

/** What is kept of a kind of objects. Times are milliseconds since the epoch. */
export interface CacheState {
  readonly kind: string
  readonly objects: number
  /** Of the last whole list. */
  readonly listedAt: number | undefined
  /** Of the last change since. */
  readonly changedAt: number | undefined
  readonly problem: string | undefined
}

export class Controller extends Context.Service<Controller, {
  /** Whether every store has its first list. */
  readonly synced: Effect.Effect<boolean>
  /** What it cannot follow for now although it must, one sentence each. */
  readonly trouble: Effect.Effect<ReadonlyArray<string>>
  readonly caches: Effect.Effect<ReadonlyArray<CacheState>>
  /** Looks at a run again. */
  readonly enqueue: (key: RunKey) => Effect.Effect<void>
}>()("@orchestrator/controller/loop/Controller") {
  static readonly layerNoDeps = Layer.effect(
    Controller,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const troubles = new Map<string, { readonly each: Following; readonly problem: string }>()
      const heard = new Map<Following, { listedAt?: number; changedAt?: number }>()
      const stores = yield* Stores
      const { admitted } = yield* Observe
      const { config, namespace: own } = yield* ControllerSettings
      /** One stream of each kind for each namespace, or one for the whole cluster. */
      const namespaces: ReadonlyArray<string | undefined> = watchedNamespaces(config, own) ?? [undefined]
      const leadership = yield* Leadership
      const reconcile = yield* makeReconcile
      let acts: Term["acts"] = () => false
      /** What a shard looks after and has no Lease for, it stands for; once that is held, every run is looked at again. */
      const inTerm = Effect.fnUntraced(function*(key: RunKey) {
        const number = numberOf(stores, key)
        if (number === undefined || acts(number)) return yield* reconcile(key)
        yield* leadership.alsoLead(number)
        return {}
      })
      const reconciler = yield* makeReconciler({
        name: "runs",
        idOf: formatKey,
        annotations: ({ kind, name, namespace }) => ({ kind, namespace, run: name }),
        reconcile: inTerm
      })
      const { depth, process } = reconciler
      /** The runs of other shards are theirs to look at. */
      const isOurs = (key: RunKey): boolean =>
        stores.shard.count === 1 || looksAfter(stores.shard, numberOf(stores, key) ?? stores.shard.index)
      /** Whether this process has a term; and whether it has left out a run while it had none, for which the next one lists everything anew. */
      let hasTerm = false
      let isBehind = false
      const enqueue = (key: RunKey) =>
        Effect.suspend(() => {
          if (!isOurs(key)) return Effect.void
          if (hasTerm || !warm.isOpen()) return reconciler.enqueue(key)
          // Nobody works on it here: a line of all runs that there ever were would be what a replica has that stands by.
          isBehind = true
          return Effect.void
        })
      const warm = yield* Latch.make(false)
      const { finishJobs, settleEnded, sweep } = yield* makeUpkeep(enqueue, (number) => acts(number))
      const { remove } = yield* makeRemovals((number) => acts(number))
      const ledger = yield* makeLedgerUpkeep((number) => acts(number))
      const listsBegan = yield* Ref.make(0n)
      const reflecting = yield* FiberSet.make()

      const enqueueAll = Effect.forEach((run: RunKey) => enqueue(keyOf(run)), { discard: true })

      /** Runs that waited for others to end. */
      const enqueueAdmitted = Effect.flatMap(admitted, enqueueAll)

      const wake = ({ runs, slotsFreed }: Wakeup) => {
        if (!slotsFreed && !runs.some(isOurs)) return Effect.void
        return slotsFreed ? Effect.andThen(enqueueAll(runs), enqueueAdmitted) : enqueueAll(runs)
      }

      const clock = yield* Clock.Clock
      const now = () => DateTime.makeUnsafe(clock.currentTimeMillisUnsafe())
      const { optional, required } = followings(stores, config, wake, now)
      yield* tellStores
      yield* tellWatches(required, depth)

      /** Answers with what waits for the first list. */
      const beginIn = Effect.fnUntraced(function*(each: Following, namespace: string | undefined) {
        const { follow, plural } = each
        const what = namespaces.length === 1 ? plural : `${plural} in namespace ${namespace}`
        const times = heard.get(each) ?? {}
        heard.set(each, times)
        const listed = yield* Deferred.make<void>()
        const onTrouble = (problem: string | undefined) =>
          Effect.sync(() =>
            void (problem === undefined ? troubles.delete(what) : troubles.set(what, { each, problem }))
          )
        const following = follow({
          namespace,
          onTrouble,
          onListed: Effect.map(Clock.currentTimeMillis, (now) => void (times.listedAt = now)),
          onEvent: () => void (times.changedAt = clock.currentTimeMillisUnsafe()),
          onSynced: Effect.andThen(onTrouble(undefined), Effect.asVoid(Deferred.succeed(listed, undefined)))
        })
        yield* FiberSet.run(
          reflecting,
          Effect.provideService(supervised(`following ${what}`, following, onTrouble), KubernetesClient, client)
        )
        return listed
      })

      const begin = (each: Following) => Effect.forEach(namespaces, (namespace) => beginIn(each, namespace))

      /** Lists every kind anew and follows it from there. Every object is then looked at. */
      const refresh = Effect.gen(function*() {
        yield* FiberSet.clear(reflecting)
        troubles.clear()
        heard.clear()
        yield* ledger.begin
        yield* Ref.set(listsBegan, yield* Clock.monotonicTimeNanos)
        const lists = yield* Effect.forEach(required, begin)
        yield* Effect.forEach(optional, begin)
        yield* Effect.forEach(lists.flat(), (listed) => Deferred.await(listed), { discard: true })
        yield* Effect.logInfo("caches are synced").pipe(
          Effect.annotateLogs(
            Object.fromEntries(everyRunKind.map(({ kind, plural }) => [plural, stores.runs[kind].size()]))
          )
        )
      })

      const scope = yield* Effect.scope
      /** What nothing was heard of since its list is packed, a few at a time. */
      const settle = Effect.gen(function*() {
        const { files, jobs, pods, runs, workspaces } = stores
        for (const store of [...Object.values(runs), jobs, pods, files, workspaces]) {
          while (store.settle(settledAtOnce)) yield* Effect.sleep("1 millis")
        }
      })
      /** What lists leave behind is several times what is kept of them, and V8 gives none of it back before it needs room: it is asked to, once. */
      const collect = Effect.andThen(
        Effect.andThen(Effect.sleep(firstRounds), settle),
        Effect.sync(() => void globalThis.gc?.({ type: "major", flavor: "last-resort" }))
      )
      const refreshed = Effect.andThen(refresh, Effect.forkIn(collect, scope))

      /** Whether something may still have to be done with runs or Jobs of a number. */
      const isNeeded = (number: number): boolean => {
        const isOf = ({ shard }: { readonly shard: number }) => shard === number
        return [...stores.jobs.values()].some(isOf) ||
          everyRunKind.some(({ kind }) => [...stores.runs[kind].values()].some((run) => isOf(run) && hasWork(run)))
      }

      const work = Effect.scoped(Effect.gen(function*() {
        stores.underway.takenOver(yield* monotonicMillis)
        yield* Effect.forkScoped(
          supervised("sweep", Effect.forever(Effect.andThen(sweep, leadership.leaveOthers(isNeeded))))
        )
        yield* Effect.forkScoped(supervised("finishing of Jobs", Effect.forever(finishJobs)))
        yield* Effect.forkScoped(supervised("ledger of costs", ledger.keep))
        yield* Effect.forkScoped(supervised("settling of ended runs", Effect.forever(settleEnded)))
        yield* Effect.forkScoped(supervised("deletion of what is old", Effect.forever(remove)))
        yield* Effect.replicateEffect(Effect.forkScoped(supervised("worker", Effect.forever(process))), workers)
        return yield* Effect.never
      }))

      yield* Effect.forkScoped(Effect.gen(function*() {
        yield* leadership.settled
        yield* refreshed
        yield* warm.open
      }))
      yield* Effect.forkScoped(supervised(
        "controller",
        leadership.whileLeading(({ acts: actsOn, since }) =>
          Effect.gen(function*() {
            hasTerm = true
            yield* warm.await
            acts = actsOn
            if (isBehind || (yield* Ref.get(listsBegan)) < since) {
              isBehind = false
              yield* refreshed
            }
            return yield* work
          }).pipe(Effect.ensuring(Effect.sync(() => void (hasTerm = false))))
        )
      ))

      const problemOf = (wanted: Following) => [...troubles.values()].find(({ each }) => each === wanted)?.problem

      return Controller.of({
        synced: Effect.sync(() => warm.isOpen()),
        trouble: Effect.sync(() =>
          [...troubles].flatMap(([what, { each, problem }]) =>
            required.includes(each) ? [`Changes of ${what} are not seen: ${problem}`] : []
          )
        ),
        caches: Effect.sync(() =>
          [...required, ...optional].map((each) => {
            const { listedAt, changedAt } = heard.get(each) ?? {}
            const kind = each.which === undefined ? each.plural : `${each.plural} (${each.which})`
            return { kind, objects: each.size(), listedAt, changedAt, problem: problemOf(each) }
          })
        ),
        enqueue
      })
    })
  )

  /** With its parts; what is left to provide is the cluster, the templates and the settings. */
  static readonly layer: Layer.Layer<
    Controller | Previews | Stores,
    never,
    KubernetesClient | Leadership | Templates | ControllerSettings
  > = Layer.merge(Controller.layerNoDeps, Previews.layer).pipe(
    Layer.provide(Layer.mergeAll(
      Observe.layer,
      Layer.merge(Interpreter.layer, Removal.layer).pipe(
        Layer.provide(Cleanup.layer),
        Layer.provide(statusesTold),
        Layer.provide(Layer.effect(KubernetesClient, fencedClient))
      )
    )),
    Layer.provide(Layer.effect(KubernetesClient, checkedClient)),
    Layer.provideMerge(
      Layer.unwrap(Effect.map(
        ControllerSettings,
        ({ config, namespace }) => Stores.layerWith(config.shard, watchedNamespaces(config, namespace), namespace)
      ))
    )
  )
}

/** Number of the shard whose a run is, or was; undefined where nothing is known of it. */
const numberOf = ({ jobs, runs }: Stores["Service"], key: RunKey): number | undefined =>
  (runs[key.kind].get(key) ?? jobs.by("ownerName", formatKey(key))[0])?.shard

const hasWork = (run: RunFacts): boolean =>
  !run.ended || run.editedAfterEnd || run.hasUnsaidPullRequest || run.lacksFinished
