/**
 * The program: reflectors fill the stores and say which runs to look at; workers observe, plan and perform. Why a run is looked at is
 * never an input. `synced` becomes true when every store has its first list; nothing is decided before. Every replica keeps its stores
 * warm; only the one that leads decides, after it has listed anew what the leader before it may have written.
 */
import { ourSelector, runUidLabel } from "@orchestrator/domain/Labels"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  EventKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { fencedClient, Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type {
  CustomObject,
  Event,
  Job,
  KubernetesObject,
  OwnerReference,
  Pod,
  PodSpec
} from "@orchestrator/k8s/Objects"
import { reflect, type ReflectorOptions } from "@orchestrator/k8s/Reflector"
import { makeReconciler } from "@orchestrator/k8s/runtime/Reconciler"
import type { Templates } from "@orchestrator/templates/Templates"
import { Clock, Context, DateTime, Deferred, Duration, Effect, FiberSet, Latch, Layer, Random, Ref } from "effect"
import { Action } from "../act/Action.ts"
import { Cleanup } from "../act/Cleanup.ts"
import { Interpreter } from "../act/Interpreter.ts"
import { settled } from "../decide/Status.ts"
import { isEditedAfterEnd, isFinished, lacksFinished } from "../facts/FinishedRun.ts"
import { Observe } from "../facts/Observe.ts"
import { claimIn, observeJob } from "../facts/ObservedJobs.ts"
import { formatKey, type RunKey, runsOf } from "../facts/RunKey.ts"
import { sameJson } from "../facts/SameJson.ts"
import { pruneRun } from "../facts/StoredRun.ts"
import {
  dependencyIndex,
  pruneFiles,
  pruneJob,
  prunePod,
  pruneWarning,
  pruneWorkspace,
  Stores,
  workspacesOf
} from "../facts/Stores.ts"
import type { KindName } from "../kinds/RunKind.ts"
import { makeRound } from "./Round.ts"
import { ControllerSettings } from "./Settings.ts"

const workers = 16
const sweepSeconds = 300
/** Between two writes that nothing but an upgrade is the cause of. */
const settleSeconds = 1

/** What nodes meet before a container's start, without what pods say of their scheduling, their images and their containers. */
const podWarnings = [
  "involvedObject.kind=Pod",
  "type=Warning",
  ...["FailedScheduling", "BackOff", "Failed", "Unhealthy"].map((reason) => `reason!=${reason}`)
].join(",")

export class Controller extends Context.Service<Controller, {
  /** Whether every store has its first list. */
  readonly synced: Effect.Effect<boolean>
  /** Looks at a run again. */
  readonly enqueue: (key: RunKey) => Effect.Effect<void>
}>()("@orchestrator/controller/loop/Controller") {
  static readonly layerNoDeps = Layer.effect(
    Controller,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const stores = yield* Stores
      const { admitted, observe } = yield* Observe
      const { perform } = yield* Interpreter
      const round = makeRound(perform)
      const { namespace } = yield* ControllerSettings
      const leadership = yield* Leadership
      const { enqueue, process } = yield* makeReconciler({
        idOf: formatKey,
        annotations: (key) => ({ kind: key.kind, namespace: key.namespace, run: key.name }),
        reconcile: (key: RunKey) =>
          Effect.gen(function*() {
            const { again, wakeAt } = yield* round(yield* observe(key))
            if (again) return yield* Clock.currentTimeMillis
            return wakeAt === undefined ? undefined : DateTime.toEpochMillis(wakeAt)
          }).pipe(Effect.withSpan("Controller.reconcile", { attributes: { ...key } }, { captureStackTrace: false }))
      })
      const warm = yield* Latch.make(false)
      const listsBegan = yield* Ref.make(0n)
      const reflecting = yield* FiberSet.make()

      const keyOf = (kind: KindName, { metadata }: KubernetesObject): RunKey => ({
        kind,
        namespace: metadata.namespace ?? "",
        name: metadata.name ?? ""
      })

      /** After a write of ours, the round that wrote looks again by itself. */
      const runChanged = (kind: KindName) => (run: CustomObject, change: "set" | "removed", before?: CustomObject) => {
        const finished = isFinished(run)
        const over = change === "removed" || finished
        const key = keyOf(kind, run)
        // Else all that a finished run can be looked at for is its Jobs, and what becomes of them brings it here by itself.
        const idle = finished && !isEditedAfterEnd(run) && stores.jobs.by("ownerName", formatKey(key)).length === 0
        const isEcho = before !== undefined && before.metadata.resourceVersion === run.metadata.resourceVersion
        return Effect.all([
          idle || (isEcho && change === "set") ? Effect.void : enqueue(key),
          kind === "CodeRun" && over
            ? Effect.forEach(workspacesOf(run), workspaceChanged, { discard: true })
            : Effect.void,
          kind === "CodeRun" ? dependentsOf(run) : Effect.void,
          over ? placesFreed : Effect.void
        ], { discard: true })
      }

      /** Runs that waited for others to end. */
      const placesFreed = Effect.flatMap(admitted, Effect.forEach(enqueue, { discard: true }))

      /** Runs that may start, or never will, by what becomes of this one. */
      const dependentsOf = ({ metadata }: CustomObject) =>
        Effect.forEach(
          stores.runs.CodeRun.by("dependency", dependencyIndex(metadata.namespace ?? "", metadata.name ?? "")),
          (run) => enqueue(keyOf("CodeRun", run)),
          { discard: true }
        )

      /** Whoever waits for the workspace looks again. */
      const workspaceChanged = (workspace: string) =>
        Effect.forEach(
          stores.runs.CodeRun.by("active", workspace),
          (run) => enqueue(keyOf("CodeRun", run)),
          { discard: true }
        )

      const labelledRuns = (object: KubernetesObject): ReadonlyArray<RunKey> => {
        const uid = object.metadata.labels?.[runUidLabel] ?? ""
        return (["CodeRun", "DocsRun"] as const).flatMap((kind) =>
          stores.runs[kind].by("uid", uid).map((run) => keyOf(kind, run))
        )
      }

      const labelledRunChanged = (object: KubernetesObject) =>
        Effect.forEach(labelledRuns(object), enqueue, { discard: true })

      /** Leaves out what changes nothing that is kept: echoes of our own writes, counts of pods, addresses. */
      const ifNews =
        <A extends KubernetesObject>(onChange: (object: A, change: "set" | "removed") => Effect.Effect<void>) =>
        (object: A, change: "set" | "removed", before?: A) =>
          change === "set" && before !== undefined && saysTheSame(before, object)
            ? Effect.void
            : onChange(object, change)

      const jobChanged = (job: Job, change: "set" | "removed") => {
        if (change === "removed") stores.lastPods.delete(job.metadata.uid ?? "")
        return Effect.all([
          Effect.forEach(runsOf(job), enqueue, { discard: true }),
          waitersOf(job, job.spec.template.spec),
          change === "removed" || observeJob(job, undefined).end !== undefined ? placesFreed : Effect.void
        ], { discard: true })
      }

      /** A pod that goes after its Job leaves nothing that anyone will ask for. */
      const hasJob = ({ metadata: { namespace } }: Pod, { name, uid }: OwnerReference) =>
        stores.jobs.get({ namespace, name })?.metadata.uid === uid

      const podChanged = (pod: Pod, change: "set" | "removed") => {
        const job = pod.metadata.ownerReferences?.find(({ kind }) => kind === "Job")
        if (change === "removed" && job !== undefined && hasJob(pod, job)) stores.lastPods.set(job.uid, pod)
        const over = change === "removed" || pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed"
        return Effect.all([
          labelledRunChanged(pod),
          over ? Effect.andThen(waitersOf(pod, pod.spec), placesFreed) : Effect.void
        ], { discard: true })
      }

      /** Runs in line for what a Job or pod had mounted. */
      const waitersOf = ({ metadata }: KubernetesObject, spec: PodSpec) => {
        const claim = claimIn(spec)
        return claim === undefined ? Effect.void : workspaceChanged(`${metadata.namespace}/${claim}`)
      }

      const reflectors = [
        follow(CodeRunKind, {
          store: stores.runs.CodeRun,
          prune: pruneRun("CodeRun"),
          onChange: runChanged("CodeRun")
        }),
        follow(DocsRunKind, {
          store: stores.runs.DocsRun,
          prune: pruneRun("DocsRun"),
          onChange: runChanged("DocsRun")
        }),
        follow(JobKind, {
          store: stores.jobs,
          prune: pruneJob,
          onChange: ifNews(jobChanged),
          labelSelector: ourSelector
        }),
        follow(PodKind, {
          store: stores.pods,
          prune: prunePod,
          onChange: ifNews(podChanged),
          labelSelector: ourSelector
        }),
        follow(ConfigMapKind, {
          store: stores.files,
          prune: pruneFiles,
          onChange: ifNews(labelledRunChanged),
          labelSelector: ourSelector
        }),
        follow(PersistentVolumeClaimKind, {
          store: stores.workspaces,
          prune: pruneWorkspace,
          onChange: ({ metadata }) => workspaceChanged(`${metadata.namespace}/${metadata.name}`),
          labelSelector: ourSelector
        })
      ]

      const refusalChanged = ({ involvedObject: { name = "" }, metadata: { namespace: home } }: Event) => {
        const job = stores.jobs.get({ namespace: home, name })
        return job === undefined ? Effect.void : Effect.forEach(runsOf(job), enqueue, { discard: true })
      }

      const podWarned = ({ involvedObject: { name = "" }, metadata: { namespace: home } }: Event) => {
        const pod = stores.pods.get({ namespace: home, name })
        return pod === undefined ? Effect.void : labelledRunChanged(pod)
      }

      /** They only tell why nothing starts: nothing waits for their lists, and who may not read Events goes without. */
      const warnings = [
        follow(EventKind, {
          store: stores.refusals,
          prune: pruneWarning,
          onChange: refusalChanged,
          fieldSelector: "involvedObject.kind=Job,reason=FailedCreate"
        }),
        follow(EventKind, {
          store: stores.podWarnings,
          prune: pruneWarning,
          onChange: podWarned,
          fieldSelector: podWarnings
        })
      ]

      function follow<A extends KubernetesObject>(
        kind: Kind<A>,
        options: Omit<ReflectorOptions<A>, "namespace" | "onSynced">
      ) {
        return Effect.gen(function*() {
          const listed = yield* Deferred.make<void>()
          yield* FiberSet.run(
            reflecting,
            reflect(kind, { ...options, namespace, onSynced: Effect.asVoid(Deferred.succeed(listed, undefined)) }).pipe(
              Effect.provideService(KubernetesClient, client)
            )
          )
          return listed
        })
      }

      /** Spread, so that replicas and rounds do not meet. */
      const roughly = (seconds: number) =>
        Effect.flatMap(Random.next, (random) => Effect.sleep(Duration.seconds(seconds * (1 + random / 5))))

      /** Runs that an older version ended get the condition `Finished`: one in a second, however many there are. */
      const settleEnded = Effect.gen(function*() {
        yield* roughly(sweepSeconds)
        for (const kind of ["CodeRun", "DocsRun"] as const) {
          for (const { metadata: { name = "", namespace: home = "", uid = "" } } of runsThat(kind, lacksFinished)) {
            const run = stores.runs[kind].get({ name, namespace: home })
            if (run === undefined || !lacksFinished(run)) continue
            yield* settleRun({ kind, namespace: home, name, uid }).pipe(
              Effect.catch((error) => Effect.logDebug("cannot say that a run has ended", error.message))
            )
            yield* roughly(settleSeconds)
          }
        }
      })

      const settleRun = Effect.fnUntraced(function*(run: RunKey & { readonly uid: string }) {
        const { lesson } = yield* perform({ rule: "settleEnded", actions: [Action.ReadRun(run)] })
        if (lesson?.learned._tag !== "WholeRun") return
        yield* perform({ rule: "settleEnded", actions: settled(run.kind, lesson.learned.run, yield* DateTime.now) })
      })

      const runsThat = (kind: KindName, wanted: (run: CustomObject) => boolean): ReadonlyArray<CustomObject> =>
        [...stores.runs[kind].values()].filter(wanted)

      /** The safety net: what an event should have brought is looked at all the same. */
      const sweep = Effect.gen(function*() {
        yield* roughly(sweepSeconds)
        for (const kind of ["CodeRun", "DocsRun"] as const) {
          const active = runsThat(kind, (run) => !isFinished(run))
          yield* Effect.forEach(active, (run) => enqueue(keyOf(kind, run)), { discard: true })
        }
      })

      /** Lists every kind anew and follows it from there. Every object is then looked at. */
      const refresh = Effect.gen(function*() {
        yield* FiberSet.clear(reflecting)
        yield* Ref.set(listsBegan, yield* Clock.monotonicTimeNanos)
        const lists = yield* Effect.all(reflectors)
        yield* Effect.all(warnings)
        yield* Effect.forEach(lists, (listed) => Deferred.await(listed), { discard: true })
        yield* Effect.logInfo("caches are synced").pipe(
          Effect.annotateLogs({ codeRuns: stores.runs.CodeRun.size(), docsRuns: stores.runs.DocsRun.size() })
        )
      })

      const work = Effect.scoped(Effect.gen(function*() {
        yield* Effect.forkScoped(Effect.forever(sweep))
        yield* Effect.forkScoped(Effect.forever(settleEnded))
        yield* Effect.replicateEffect(Effect.forkScoped(Effect.forever(process)), workers)
        return yield* Effect.never
      }))

      yield* Effect.forkScoped(Effect.gen(function*() {
        yield* leadership.settled
        yield* refresh
        yield* warm.open
      }))
      yield* Effect.forkScoped(leadership.whileLeading(({ since }) =>
        Effect.gen(function*() {
          yield* warm.await
          if ((yield* Ref.get(listsBegan)) < since) yield* refresh
          return yield* work
        })
      ))

      return Controller.of({ synced: Effect.sync(() => warm.isOpen()), enqueue: enqueue })
    })
  )

  /** With its parts; what is left to provide is the cluster, the templates and the settings. */
  static readonly layer: Layer.Layer<
    Controller | Stores,
    never,
    KubernetesClient | Leadership | Templates | ControllerSettings
  > = Controller.layerNoDeps.pipe(
    Layer.provide(Layer.mergeAll(
      Observe.layer,
      Interpreter.layer.pipe(
        Layer.provide(Cleanup.layer),
        Layer.provide(Layer.effect(KubernetesClient, fencedClient))
      )
    )),
    Layer.provideMerge(Stores.layer)
  )
}

/** Whether two versions differ in nothing but their version. */
const saysTheSame = <A extends KubernetesObject>(left: A, right: A): boolean =>
  left.metadata.uid === right.metadata.uid && sameJson(withoutVersion(left), withoutVersion(right))

const withoutVersion = (object: KubernetesObject) => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: undefined }
})
