/** The API server's word that a Job is gone, or has changed, while nothing of it is true: what was to be done is done soon after. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, DocsRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { type Duration, Effect, Layer } from "effect"
import { cluster, codeRun, controller, counted, docsRun, endless, namespace, pass, verbs } from "./World.ts"

const message = "not as it was"
const reasons = {
  NotFound: { _tag: "NotFound", message },
  Conflict: { _tag: "Conflict", message },
  Invalid: { _tag: "Invalid", message, causes: [] }
} as const

/** A client that answers so to the first patches of a Job, and does nothing of them. */
const lying = (reason: KubernetesError["reason"], wrong: { left: number }) =>
  Layer.effect(
    KubernetesClient,
    Effect.map(KubernetesClient, (client) =>
      KubernetesClient.of({
        ...client,
        patch: (kind, ref, patch) => {
          const lies = Effect.sync(() => kind.kind === "Job" && wrong.left-- > 0)
          const error = new KubernetesError({ operation: "patch", ref: `jobs.batch ${ref.name}`, reason })
          return Effect.flatMap(lies, (lie) => lie ? Effect.fail(error) : client.patch(kind, ref, patch))
        }
      }))
  ).pipe(Layer.provide(counted))

const during = (
  reason: keyof typeof reasons,
  times: number,
  act: Effect.Effect<unknown, unknown, KubernetesClient>,
  time: Duration.Input
) =>
  Effect.scoped(
    Effect.gen(function*() {
      const wrong = { left: 0 }
      yield* Layer.build(Layer.fresh(controller({}, lying(reasons[reason], wrong))))
      yield* pass("5 seconds")
      wrong.left = times
      yield* Effect.orDie(act)
      yield* pass(time)
    })
  )

const cancelled = (kind: typeof CodeRunKind) =>
  Effect.flatMap(
    KubernetesClient,
    (client) => client.patch(kind, { name: "a", namespace }, { type: "merge", body: { spec: { cancel: true } } })
  )
const deleted = (kind: typeof CodeRunKind) =>
  Effect.flatMap(
    KubernetesClient,
    (client) => client.delete(kind, { name: "a", namespace }, { propagationPolicy: "Background" })
  )

const kinds = [
  { kind: CodeRunKind, run: codeRun("a") },
  { kind: DocsRunKind, run: docsRun("a") }
]
const cases = kinds.flatMap(({ kind, run }) =>
  (["NotFound", "Conflict", "Invalid"] as const).map((reason) => ({ name: kind.kind, kind, run, reason }))
)

describe("answered once", () => {
  it.effect.each(cases)(
    "$reason: a cancelled $name is stopped within seconds",
    ({ kind, reason, run }) =>
      Effect.gen(function*() {
        const { client, create } = yield* verbs
        yield* create(run)
        yield* during(reason, 1, cancelled(kind), "15 seconds")
        const { status } = yield* client.get(kind, { name: "a", namespace })
        assert.strictEqual(status?.["phase"], "Cancelled")
      }).pipe(Effect.provide(cluster(endless)))
  )

  it.effect.each(cases)(
    "$reason: the Job of a deleted $name goes within seconds",
    ({ kind, reason, run }) =>
      Effect.gen(function*() {
        const { all, create } = yield* verbs
        yield* create(run)
        yield* during(reason, 1, deleted(kind), "15 seconds")
        assert.lengthOf(yield* all(JobKind), 0)
      }).pipe(Effect.provide(cluster(endless)))
  )

  it.effect.each(cases)(
    "$reason: the Job of a $name that has ended is let go",
    ({ kind, reason, run }) =>
      Effect.gen(function*() {
        const { all, create } = yield* verbs
        yield* create(run)
        yield* during(reason, 2, cancelled(kind), "20 seconds")
        const finalizers = (yield* all(JobKind)).flatMap(({ metadata }) => metadata.finalizers ?? [])
        assert.deepStrictEqual(finalizers, [])
      }).pipe(Effect.provide(cluster(endless)))
  )
})

it.effect("answered for minutes, and then no more: it is done within a minute", () =>
  Effect.gen(function*() {
    const { all, create, requests } = yield* verbs
    yield* create(codeRun("a"))
    const wrong = { left: 0 }
    yield* Effect.scoped(Effect.gen(function*() {
      yield* Layer.build(Layer.fresh(controller({}, lying(reasons.Conflict, wrong))))
      yield* pass("5 seconds")
      wrong.left = Infinity
      yield* deleted(CodeRunKind)
      yield* pass("10 minutes", "10 seconds")
      assert.isAtLeast((yield* all(JobKind)).length, 1)
      assert.isBelow((yield* requests).length, 60)
      wrong.left = 0
      yield* pass("1 minute")
      assert.lengthOf(yield* all(JobKind), 0)
    }))
  }).pipe(Effect.provide(cluster(endless))))
