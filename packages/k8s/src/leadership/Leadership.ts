/**
 * Whether this process is the one that acts on the cluster. Without a lease it always is; with one, see LeaderElection. What it does as
 * leader runs within a term and is interrupted at the term's end; its writes are refused from that moment on.
 */
import { Clock, Context, Deferred, Effect, Layer } from "effect"
import { describeRef, KubernetesClient } from "../KubernetesClient.ts"
import { KubernetesError } from "../KubernetesError.ts"

export interface Term {
  /** When it began, on the monotonic clock: what was read earlier may lack what the leader before us wrote. */
  readonly since: bigint
  /** Whether it is about the runs that have this number of a shard. */
  readonly acts: (number: number) => boolean
}

export class Leadership extends Context.Service<Leadership, {
  /** Whether this process may act now. False from its own deadline on, which is well before another may lead. */
  readonly leads: Effect.Effect<boolean>
  /** Why it cannot take or keep the Lease, in the API server's words; undefined while there is no trouble. */
  readonly problem: Effect.Effect<string | undefined>
  /** Waits until it is known whether this process leads at its start, or until that cannot be found out soon. */
  readonly settled: Effect.Effect<void>
  /** Does the work in every term, anew each time; interrupts it when the term is over. */
  readonly whileLeading: <R>(work: (term: Term) => Effect.Effect<unknown, never, R>) => Effect.Effect<never, never, R>
  /** Stands for the runs of another number too, where there is a Lease for each. */
  readonly alsoLead: (number: number) => Effect.Effect<void>
  /** Gives up what was stood for beside its own and is not needed any more. */
  readonly leaveOthers: (isNeeded: (number: number) => boolean) => Effect.Effect<void>
}>()("@orchestrator/k8s/leadership/Leadership") {
  /** The only process there is. */
  static readonly layerAlone = Layer.effect(
    Leadership,
    Effect.gen(function*() {
      const since = yield* Clock.monotonicTimeNanos
      return Leadership.of({
        leads: Effect.succeed(true),
        problem: Effect.undefined,
        settled: Effect.void,
        whileLeading: (work) => Effect.andThen(work({ since, acts: () => true }), Effect.never),
        alsoLead: () => Effect.void,
        leaveOthers: () => Effect.void
      })
    })
  )
}

/** Leadership that nobody strives for before the gate opens. Until then this process does not lead, and does not know who does. */
export const layerAfter = <E, R>(
  gate: Effect.Effect<void>,
  layer: Layer.Layer<Leadership, E, R>
): Layer.Layer<Leadership, never, R> =>
  Layer.effect(
    Leadership,
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      const opened = yield* Deferred.make<Leadership["Service"], E>()
      yield* gate.pipe(
        Effect.andThen(Layer.buildWithScope(layer, scope)),
        Effect.map(Context.get(Leadership)),
        (self) => Deferred.into(self, opened),
        Effect.forkScoped
      )
      const inner = Effect.orDie(Deferred.await(opened))
      return Leadership.of({
        leads: Effect.flatMap(Deferred.isDone(opened), (done) =>
          done ? Effect.flatMap(inner, ({ leads }) => leads) : Effect.succeed(false)),
        problem: Effect.flatMap(Deferred.isDone(opened), (done) =>
          done
            ? Effect.flatMap(inner, ({ problem }) =>
              problem)
            : Effect.undefined),
        settled: Effect.flatMap(inner, ({ settled }) => settled),
        whileLeading: (work) => Effect.flatMap(inner, ({ whileLeading }) => whileLeading(work)),
        alsoLead: (number) => Effect.flatMap(inner, ({ alsoLead }) => alsoLead(number)),
        leaveOthers: (isNeeded) => Effect.flatMap(inner, ({ leaveOthers }) => leaveOthers(isNeeded))
      })
    })
  )

/** The client whose writes need leadership: a write that comes after the end of the term is a lost race, as its fences would say. */
export const fencedClient: Effect.Effect<KubernetesClient["Service"], never, KubernetesClient | Leadership> = Effect
  .gen(function*() {
    const client = yield* KubernetesClient
    const { leads } = yield* Leadership
    const guarded = <A>(operation: string, ref: string, write: Effect.Effect<A, KubernetesError>) =>
      Effect.flatMap(leads, (may) =>
        may ? write : Effect.fail(
          new KubernetesError({
            operation,
            ref,
            reason: { _tag: "Conflict", message: "expected this process to be the leader, found that it no longer is" }
          })
        ))
    return KubernetesClient.of({
      ...client,
      create: (kind, object, options) =>
        guarded("create", describeRef(kind, object.metadata), client.create(kind, object, options)),
      replace: (kind, object, options) =>
        guarded("replace", describeRef(kind, object.metadata), client.replace(kind, object, options)),
      replaceStatus: (kind, object, options) =>
        guarded("replaceStatus", describeRef(kind, object.metadata), client.replaceStatus(kind, object, options)),
      patch: (kind, ref, patch, options) =>
        guarded("patch", describeRef(kind, ref), client.patch(kind, ref, patch, options)),
      patchStatus: (kind, ref, patch, options) =>
        guarded("patchStatus", describeRef(kind, ref), client.patchStatus(kind, ref, patch, options)),
      delete: (kind, ref, options) => guarded("delete", describeRef(kind, ref), client.delete(kind, ref, options))
    })
  })
