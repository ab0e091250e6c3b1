import { assert, describe, it } from "@effect/vitest"
import { Preflight } from "@orchestrator/cli/serve/Preflight"
import { definitions } from "@orchestrator/domain/kinds/Definitions"
import { decodeConfig, type OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Context, Duration, Effect, Exit, Fiber, Layer, Logger, Ref, Result } from "effect"
import { TestClock } from "effect/testing"

const config: OrchestratorConfig = Result.getOrThrow(decodeConfig({}))

const schemas = Object.fromEntries(definitions.map(({ spec }) => [spec.names.kind, {
  ...spec.versions[0]?.schema.openAPIV3Schema,
  "x-kubernetes-group-version-kind": [{ group: spec.group, kind: spec.names.kind, version: "v1" }]
}]))

const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] }

type Answers = Readonly<Record<string, unknown>>

const sound: Answers = {
  "/version": { major: "1", minor: "37", gitVersion: "v1.37.2" },
  "/api/v1/namespaces/agents": {},
  "/apis/orchestrator.platform/v1": {},
  "/openapi/v3/apis/orchestrator.platform/v1": { components: { schemas } },
  "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": { status: { resourceRules: [everything] } },
  "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { status: { allowed: false } }
}

const refusal = (ref: string, reason: KubernetesErrorReason) => new KubernetesError({ operation: "get", ref, reason })

/** A server whose answers a test changes; what is not there is NotFound. */
const world = Effect.gen(function*() {
  const answers = yield* Ref.make(sound)
  const lines: Array<string> = []
  const document = (path: string) =>
    Effect.flatMap(Ref.get(answers), ({ [path]: answer }) => {
      if (answer instanceof KubernetesError) return Effect.fail(answer)
      return answer === undefined
        ? Effect.fail(refusal(path, { _tag: "NotFound", message: "not there" }))
        : Effect.succeed(answer)
    })
  const logger = Logger.make(({ message }) => {
    lines.push(String(message))
  })
  const context = yield* Layer.build(
    Preflight.layerWith({ config, namespace: "agents" }).pipe(
      Layer.provide(Layer.succeed(ApiServer, { document, ask: document, clockOffsetMillis: Effect.undefined }))
    )
  )
  const preflight = Context.get(context, Preflight)
  const start = Effect.forkScoped(Effect.provide(preflight.run, Logger.layer([logger])))
  const change = (changes: Answers) => Ref.update(answers, (before) => ({ ...before, ...changes }))
  return { change, lines: Effect.sync(() => [...lines]), missing: preflight.missing, start }
})

const away = refusal("/version", { _tag: "Unreachable", message: "connect ECONNREFUSED" })

describe("the start of serve", () => {
  it.effect("begins at once in a cluster that has everything", () =>
    Effect.gen(function*() {
      const { lines, missing, start } = yield* world
      assert.isNotEmpty(yield* missing)
      yield* Fiber.join(yield* start)
      assert.isEmpty(yield* missing)
      assert.isEmpty(yield* lines)
    }))

  it.effect("waits for a server that is away, for as long as it takes, and says so once", () =>
    Effect.gen(function*() {
      const { change, lines, missing, start } = yield* world
      yield* change({ "/version": away })
      const running = yield* start
      yield* TestClock.adjust(Duration.minutes(30))
      assert.isUndefined(running.pollUnsafe())
      assert.lengthOf(yield* missing, 1)
      assert.lengthOf(yield* lines, 1)
      yield* change(sound)
      yield* TestClock.adjust(Duration.minutes(1))
      yield* Fiber.join(running)
      assert.lengthOf(yield* lines, 2)
    }))

  it.effect.each<{ name: string; given: Answers }>([
    { name: "a server that answers with garbage", given: { "/version": { hello: "world" } } },
    {
      name: "a server that is broken",
      given: { "/version": refusal("/version", { _tag: "ServerError", message: "etcd is away", status: 500 }) }
    }
  ])("waits for $name", ({ given }) =>
    Effect.gen(function*() {
      const { change, lines, start } = yield* world
      yield* change(given)
      const running = yield* start
      yield* TestClock.adjust(Duration.minutes(10))
      assert.isUndefined(running.pollUnsafe())
      assert.lengthOf(yield* lines, 1)
    }))

  it.effect.each<{ name: string; given: Answers; says: string }>([
    {
      name: "credentials that are refused",
      given: { "/version": refusal("/version", { _tag: "Unauthorized", message: "expired" }) },
      says: "credentials"
    },
    { name: "a namespace that is not there", given: { "/api/v1/namespaces/agents": undefined }, says: "agents" },
    { name: "kinds that are not there", given: { "/apis/orchestrator.platform/v1": undefined }, says: "CodeRun" },
    {
      name: "rights that are missing",
      given: { "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": { status: { resourceRules: [] } } },
      says: "jobs.batch"
    }
  ])("gives a person time to mend $name, then ends", ({ given, says }) =>
    Effect.gen(function*() {
      const { change, lines, missing, start } = yield* world
      yield* change(given)
      const running = yield* start
      yield* TestClock.adjust(Duration.seconds(20))
      assert.isUndefined(running.pollUnsafe())
      assert.include((yield* missing).join("\n"), says)
      const before = yield* lines
      yield* TestClock.adjust(Duration.minutes(1))
      const exit = yield* Fiber.await(running)
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* lines, before)
    }))

  it.effect("goes on when it was mended in time", () =>
    Effect.gen(function*() {
      const { change, start } = yield* world
      yield* change({ "/apis/orchestrator.platform/v1": undefined })
      const running = yield* start
      yield* TestClock.adjust(Duration.seconds(20))
      yield* change(sound)
      yield* TestClock.adjust(Duration.seconds(20))
      yield* Fiber.join(running)
    }))

  it.effect("asks one by one for what no rule shows", () =>
    Effect.gen(function*() {
      const { change, start } = yield* world
      yield* change({
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": { status: { resourceRules: [] } },
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { status: { allowed: true } }
      })
      yield* Fiber.join(yield* start)
    }))
})
