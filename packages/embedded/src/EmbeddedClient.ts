/**
 * KubernetesClient over the object store. A write decides against the current state, is made durable, and only then becomes visible; one
 * write at a time.
 */
import { type Kind, PodKind } from "@orchestrator/k8s/Kinds"
import {
  describeRef,
  type KubernetesClient,
  type ListOptions,
  type ObjectRef,
  type WatchEvent,
  type WatchOptions
} from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject, Metadata, Pod } from "@orchestrator/k8s/Objects"
import type { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Clock, Context, Effect, Predicate, Random, Result, Semaphore, Stream, Struct } from "effect"
import type { Verb } from "./EmbeddedStore.ts"
import { resourceKey, type ServedKind, type ServedKinds } from "./kinds/ServedKinds.ts"
import { podLogStream } from "./logs/PodLogStream.ts"
import { partialObject } from "./objects/PartialObject.ts"
import { methodNotAllowed, notFound, notServed } from "./objects/Refusal.ts"
import { freeze } from "./objects/Share.ts"
import { draftOf, type StoredObject, viewAs } from "./objects/StoredObject.ts"
import type { Persistence } from "./Persistence.ts"
import { listPage } from "./read/ListPages.ts"
import { parseSelection } from "./read/Selection.ts"
import { watchStream } from "./read/Watch.ts"
import type { RequestCounts } from "./RequestCounts.ts"
import type { ObjectStore } from "./store/ObjectStore.ts"
import { cascaded } from "./write/Cascade.ts"
import { decideCreate } from "./write/Create.ts"
import { decideDelete } from "./write/Delete.ts"
import { decidePatch } from "./write/Patch.ts"
import { decideReview } from "./write/Review.ts"
import type { Reviews } from "./write/Reviews.ts"
import { decideUpdate } from "./write/Update.ts"
import { type PlannedWrite, timeOf, type WriteContext, type WritePlan } from "./write/WritePlan.ts"

/** What a request is about: an object, or the objects of a namespace. */
interface Subject {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
}

type Client = KubernetesClient["Service"]

/** The form in which a kind's objects are asked for. */
const formOf = <A extends KubernetesObject>({ metadataOnly }: Kind<A>) => (object: KubernetesObject): A =>
  viewAs<A>(metadataOnly === true ? partialObject(object, "v1") : object)

const withStandIns = <A extends KubernetesObject>(fixed: NonNullable<Kind["fixed"]>, object: KubernetesObject): A => {
  const spec = "spec" in object && Predicate.isObject(object.spec) ? object.spec : {}
  const partly = { ...object, spec: { ...spec, ...Struct.pick(fixed, Object.keys(spec)) } }
  return viewAs<A>(partly)
}

const versionOf = ({ name = "", namespace = "", resourceVersion = "", uid = "" }: Metadata) => ({
  name,
  namespace,
  uid,
  resourceVersion
})

export interface EmbeddedParts {
  readonly store: ObjectStore
  readonly kinds: ServedKinds
  readonly counts: RequestCounts
  readonly persistence: Persistence["Service"]
  readonly logs: PodLogs["Service"]
  readonly reviews: Reviews
  readonly bookmarkSeconds: number
}

const podResource = resourceKey(PodKind)

export const makeEmbeddedClient = (parts: EmbeddedParts): Client => {
  const { counts, kinds, logs, persistence, store } = parts
  const lock = Semaphore.makeUnsafe(1)

  const failure = (verb: Verb, kind: Kind, ref: Subject) => (reason: KubernetesErrorReason) =>
    new KubernetesError({ operation: verb, ref: describeRef(kind, ref), reason })

  const servedKind = (kind: Kind): Result.Result<ServedKind, KubernetesErrorReason> => {
    const served = kinds.find(kind)
    return served === undefined ? Result.fail(notServed) : Result.succeed(served)
  }

  /** Counts what was answered, and gives it the form that was asked for. */
  const answer = <A extends KubernetesObject>(verb: Verb, kind: Kind<A>, object: StoredObject): A => {
    counts.add(verb, kind)
    return viewAs<A>(object)
  }

  const commit = <A extends KubernetesObject>(
    verb: Verb,
    kind: Kind<A>,
    { changes, object }: WritePlan
  ): Effect.Effect<A, KubernetesErrorReason> => {
    if (changes.length === 0) {
      return Effect.succeed(answer(verb, kind, Object.isFrozen(object) ? object : freeze(object)))
    }
    const staged = store.stage(changes)
    const answered = staged[changes.findIndex((change) => change.object === object)]?.object ?? object
    return persistence.save(staged).pipe(
      Effect.mapError(({ message }): KubernetesErrorReason => ({ _tag: "ServerError", status: 500, message })),
      Effect.flatMap(() => {
        store.apply(staged)
        const gone = staged.filter(({ resource, type }) => type === "DELETED" && resource === podResource)
        const done = Effect.sync(() => answer(verb, kind, answered))
        return gone.length === 0
          ? done
          : Effect.andThen(
            Effect.forEach(gone, ({ object }) => logs.remove(object.metadata.uid), { discard: true }),
            done
          )
      })
    )
  }

  const write = <A extends KubernetesObject>(
    verb: Verb,
    kind: Kind<A>,
    ref: Subject,
    dryRun: boolean | undefined,
    decide: (context: WriteContext) => PlannedWrite
  ): Effect.Effect<A, KubernetesError> =>
    Effect.contextWith((services: Context.Context<never>) => {
      const served = servedKind(kind)
      if (Result.isFailure(served)) return Effect.fail(served.failure)
      const millis = Context.get(services, Clock.Clock).currentTimeMillisUnsafe()
      const random = Context.get(services, Random.Random)
      const context: WriteContext = {
        served: served.success,
        kinds,
        store,
        millis,
        now: timeOf(millis),
        random: () => random.nextDoubleUnsafe()
      }
      const decided = decide(context)
      if (Result.isFailure(decided)) return Effect.fail(decided.failure)
      if (dryRun === true) return Effect.succeed(viewAs<A>(freeze(decided.success.object)))
      return commit(verb, kind, cascaded(context, decided.success))
    }).pipe(
      Effect.uninterruptible,
      lock.withPermit,
      Effect.mapError(failure(verb, kind, ref))
    )

  /** Decides on the object as it is stored. */
  const existing = (
    ref: ObjectRef,
    decide: (context: WriteContext, previous: StoredObject) => PlannedWrite
  ) =>
  (context: WriteContext): PlannedWrite => {
    const previous = context.store.get(context.served.resource, ref.namespace, ref.name)
    return previous === undefined ? Result.fail(notFound(context.served.kind, ref.name)) : decide(context, previous)
  }

  const hasStatus = (decide: (context: WriteContext) => PlannedWrite) => (context: WriteContext): PlannedWrite =>
    context.served.kind.hasStatus ? decide(context) : Result.fail(notServed)

  const stored = (decide: (context: WriteContext) => PlannedWrite) => (context: WriteContext): PlannedWrite =>
    context.served.kind.createOnly ? Result.fail(methodNotAllowed) : decide(context)

  const refOf = ({ metadata }: KubernetesObject): ObjectRef => ({
    name: metadata.name ?? "",
    namespace: metadata.namespace
  })

  const read = <A>(
    verb: Verb,
    kind: Kind,
    ref: Subject,
    answer: (served: ServedKind) => Result.Result<A, KubernetesErrorReason>
  ): Effect.Effect<A, KubernetesError> =>
    Effect.suspend(() => {
      const answered = Result.flatMap(servedKind(kind), (served) =>
        served.kind.createOnly ? Result.fail(methodNotAllowed) : answer(served))
      if (Result.isFailure(answered)) {
        return Effect.fail(failure(verb, kind, ref)(answered.failure))
      }
      counts.add(verb, kind)
      return Effect.succeed(answered.success)
    })

  return {
    get: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef) =>
      read("get", kind, ref, ({ resource }) => {
        const object = store.get(resource, ref.namespace, ref.name)
        return object === undefined ? Result.fail(notFound(kind, ref.name)) : Result.succeed(formOf(kind)(object))
      }),
    list: <A extends KubernetesObject>(kind: Kind<A>, options: ListOptions = {}) =>
      read("list", kind, { namespace: options.namespace }, (served) =>
        Result.gen(function*() {
          const selection = yield* parseSelection(served, options)
          const { items, metadata } = yield* listPage(store, served.resource, selection, options)
          return { items: items.map(formOf(kind)), metadata }
        })),
    watch: <A extends KubernetesObject>(kind: Kind<A>, options: WatchOptions = {}) => {
      const inForm = formOf(kind)
      const told = ({ object, type }: WatchEvent<KubernetesObject>): WatchEvent<A> => {
        const version = versionOf(object.metadata)
        return (type === "ADDED" || type === "MODIFIED") && options.isKnown?.(version) === true
          ? { type, object: viewAs<A>({ metadata: version }), known: true }
          : kind.fixed !== undefined && options.isRead?.(version) === true
          ? { type, object: withStandIns<A>(kind.fixed, object), whole: Effect.sync(() => inForm(object)) }
          : { type, object: inForm(object) }
      }
      return Stream.unwrap(Effect.map(
        read(
          "watch",
          kind,
          { namespace: options.namespace },
          (served) => Result.map(parseSelection(served, options), (selection) => ({ served, selection }))
        ),
        ({ selection, served }) =>
          Stream.mapError(
            watchStream(store, served, selection, options, parts.bookmarkSeconds, told),
            failure("watch", kind, { namespace: options.namespace })
          )
      ))
    },
    create: (kind, object, options = {}) =>
      write(
        "create",
        kind,
        object.metadata,
        options.dryRun,
        (context) =>
          context.served.kind.createOnly
            ? decideReview(context, parts.reviews, draftOf(object), options)
            : decideCreate(context, draftOf(object), options)
      ),
    replace: (kind, object, options = {}) =>
      write(
        "replace",
        kind,
        refOf(object),
        options.dryRun,
        stored(
          existing(refOf(object), (context, previous) => decideUpdate(context, previous, draftOf(object), options))
        )
      ),
    replaceStatus: (kind, object, options = {}) =>
      write(
        "replaceStatus",
        kind,
        refOf(object),
        options.dryRun,
        hasStatus(existing(refOf(object), (context, previous) =>
          decideUpdate(context, previous, draftOf(object), { ...options, subresource: "status" })))
      ),
    patch: (kind, ref, patch, options = {}) =>
      write("patch", kind, ref, options.dryRun, stored((context) => decidePatch(context, ref, patch, options))),
    patchStatus: (kind, ref, patch, options = {}) =>
      write(
        "patchStatus",
        kind,
        ref,
        options.dryRun,
        hasStatus((context) => decidePatch(context, ref, patch, { ...options, subresource: "status" }))
      ),
    delete: (kind, ref, options = {}) =>
      write(
        "delete",
        kind,
        ref,
        options.dryRun,
        stored(existing(ref, (context, previous) => decideDelete(context, previous, options)))
      ),
    podLogs: (ref, options = {}) =>
      Stream.unwrap(Effect.gen(function*() {
        const pod = yield* read("podLogs", PodKind, ref, ({ resource }) => {
          const object = store.get(resource, ref.namespace, ref.name)
          return object === undefined ? Result.fail(notFound(PodKind, ref.name)) : Result.succeed(viewAs<Pod>(object))
        })
        const now = yield* Clock.currentTimeMillis
        return Stream.mapError(podLogStream(logs, pod, options, now), failure("podLogs", PodKind, ref))
      }))
  }
}
