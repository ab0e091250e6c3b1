/** The spans of runs: one trace with their maker's, each told once, with times of theirs and nothing that they were told. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import { type RunSpan, SpansTold, type TellSpans } from "../../src/telemetry/RunSpans.ts"
import {
  cluster,
  codeRun,
  controller,
  delivering,
  failing,
  namespace,
  pass,
  verbs,
  type WorldOptions
} from "./World.ts"

const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" }
const annotations = { "orchestrator.platform/traceparent": `00-${caller.traceId}-${caller.spanId}-01` }
const telemetry = { telemetry: { orchestrator: { endpoint: "http://collector:4318" } } }

const secret = "sk-not-a-real-key"

/** What is told while this happens. */
const toldBy = (
  { config = telemetry, script }: Pick<WorldOptions, "config" | "script">,
  happens: (does: Effect.Success<typeof verbs>) => Effect.Effect<unknown, unknown, KubernetesClient>
) =>
  Effect.suspend(() => {
    const told: Array<RunSpan> = []
    const telling: TellSpans = (spans) => Effect.sync(() => void told.push(...spans))
    return Effect.flatMap(verbs, happens).pipe(
      Effect.as(told),
      Effect.provide(
        controller(config).pipe(
          Layer.provide(Layer.succeed(SpansTold, telling)),
          Layer.provideMerge(cluster(script))
        )
      )
    )
  })

const traced = (name: string, spec: object = {}) => {
  const run = codeRun(name, spec)
  return { ...run, metadata: { ...run.metadata, annotations } }
}

const working = delivering("10 seconds")

const byName = (spans: ReadonlyArray<RunSpan>) => Object.fromEntries(spans.map((span) => [span.name, span]))

describe("the spans of a run", () => {
  it.effect("go from its maker's to its agent, each as long as what it tells of", () =>
    Effect.gen(function*() {
      const spans = yield* toldBy({ script: working }, ({ create }) =>
        Effect.andThen(create(traced("a")), pass("1 minute")))
      const { agent, attempt, delivery, run, starting, waiting } = byName(spans)
      assert.strictEqual(spans.length, 6)
      assert.deepStrictEqual(
        new Set(spans.map(({ traceId }) =>
          traceId
        )),
        new Set([caller.traceId])
      )
      assert.strictEqual(new Set(spans.map(({ spanId }) => spanId)).size, 6)
      assert.strictEqual(run?.parentSpanId, caller.spanId)
      for (const each of [waiting, attempt]) assert.strictEqual(each?.parentSpanId, run?.spanId)
      for (const each of [starting, agent, delivery]) assert.strictEqual(each?.parentSpanId, attempt?.spanId)
      assert.strictEqual((agent?.untilMillis ?? 0) - (agent?.fromMillis ?? 0), 10_000)
      assert.strictEqual(starting?.untilMillis, agent?.fromMillis)
      assert.strictEqual(run?.untilMillis, attempt?.untilMillis)
    }))

  it.effect("have the trace that its UID names where nobody gave one", () =>
    Effect.gen(function*() {
      const spans = yield* toldBy({ script: working }, ({ create }) =>
        Effect.andThen(create(codeRun("a")), pass("1 minute")))
      const { run } = byName(spans)
      assert.isUndefined(run?.parentSpanId)
      assert.strictEqual(run?.traceId, String(run?.attributes["orchestrator.run.uid"]).replaceAll("-", ""))
    }))

  it.effect("name the span that its agent was told of", () =>
    Effect.gen(function*() {
      const pods: Array<string> = []
      const spans = yield* toldBy({ script: working }, ({ create }) =>
        Effect.gen(function*() {
          yield* create(traced("a"))
          yield* pass("5 seconds")
          const { items } = yield* (yield* KubernetesClient).list(JobKind, { namespace })
          pods.push(JSON.stringify(items))
          yield* pass("1 minute")
        }))
      const { attempt } = byName(spans)
      assert.include(pods.join(""), `00-${caller.traceId}-${attempt?.spanId}-01`)
    }))

  it.effect("say that it failed and why, and none of its words", () =>
    Effect.gen(function*() {
      const spans = yield* toldBy({ script: failing("AgentError") }, ({ create }) =>
        Effect.andThen(create(traced("a", { promptModification: secret })), pass("1 minute")))
      const { attempt, run } = byName(spans)
      assert.strictEqual(attempt?.error, "AgentError")
      assert.strictEqual(run?.error, "AgentError")
      for (const words of [secret, "It was"]) {
        assert.notInclude(JSON.stringify(spans), words)
      }
    }))

  it.effect("of its next version are others, in the same trace", () =>
    Effect.gen(function*() {
      const spans = yield* toldBy({ script: working }, ({ create }) =>
        Effect.gen(function*() {
          yield* create(traced("a"))
          yield* pass("1 minute")
          yield* (yield* KubernetesClient).patch(CodeRunKind, { namespace, name: "a" }, {
            type: "merge",
            body: { spec: { contextVersion: 2 } }
          })
          yield* pass("1 minute")
        }))
      const runs = spans.filter(({ name }) => name === "run")
      assert.deepStrictEqual(runs.map(({ attributes }) => attributes["orchestrator.run.version"]), [1, 2])
      assert.strictEqual(new Set(spans.map(({ spanId }) => spanId)).size, spans.length)
    }))

  it.effect("are not made of a trace that is not sampled", () =>
    Effect.gen(function*() {
      const config = { telemetry: { orchestrator: { ...telemetry.telemetry.orchestrator, sampleRatio: 0 } } }
      const spans = yield* toldBy(
        { script: working, config },
        ({ create }) => Effect.all([create(codeRun("a")), pass("1 minute")])
      )
      assert.deepStrictEqual(spans, [])
    }))
})
