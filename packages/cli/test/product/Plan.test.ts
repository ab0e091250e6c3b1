/** The whole product on the embedded cluster: what its plan says is what it then does, and what happens is told as it happens. */
import { NodeFileSystem, NodeHttpClient } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { Server } from "@orchestrator/http/server/Server"
import { ConfigMapKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { Effect, Layer, Queue, Schedule, Schema, Stream } from "effect"
import { program } from "../../src/product/Program.ts"

const namespace = "orchestrator"
const config = Schema.decodeSync(OrchestratorConfig)({ server: { port: 0 }, auth: { mode: "none" } })
const templates = `${import.meta.dirname}/../../../../chart/claude-templates`

const product = Layer.unwrap(Effect.map(Server, ({ url }) => OrchestratorClient.layerWith({ baseUrl: url }))).pipe(
  Layer.provide(NodeHttpClient.layerUndici),
  Layer.provide(program({ config, namespace, templates })),
  Layer.provide(Leadership.layerAlone),
  Layer.provide(NodeFileSystem.layer),
  Layer.provideMerge(layerMemory)
)

const spec = {
  taskId: 7,
  service: "payments",
  repositoryUrl: "https://github.com/example/payments",
  docsRepositoryUrl: "https://github.com/example/docs",
  githubUser: "octocat",
  docsBranch: "main",
  contextVersion: 1,
  continueSession: false,
  overwriteMemory: false,
  cancel: false
} as const

const writes = new Set(["create", "update", "patch", "delete"])

it.live("a plan is what creation then does, file for file, and its events are told", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { requests, resetCounts } = yield* EmbeddedStore
    const { codeRuns, events } = yield* OrchestratorClient
    yield* resetCounts
    const planned = yield* codeRuns.plan({ payload: { name: "a", spec } }).pipe(
      Effect.retry({ while: ({ _tag }) => _tag === "PlanNotAvailable", schedule: Schedule.spaced("20 millis") })
    )
    assert.deepStrictEqual((yield* requests).filter(({ verb }) => writes.has(verb)), [])
    assert.strictEqual(planned.decision.rule, "jobAbsent")

    const stream = yield* events.follow({ query: {}, headers: {} })
    const told = yield* Queue.unbounded<string>()
    yield* Effect.forkScoped(Stream.runForEach(stream, ({ event }) => Queue.offer(told, event)))
    assert.strictEqual(yield* Queue.take(told), "reset")

    const made = yield* codeRuns.create({ headers: {}, payload: { name: "a", spec } })
    assert.strictEqual(yield* Queue.take(told), "run")
    assert.deepStrictEqual(JSON.parse(JSON.stringify(made.spec)), planned.spec)

    const job = yield* client.list(JobKind, { namespace }).pipe(
      Effect.flatMap(({ items: [job] }) => job === undefined ? Effect.fail("none" as const) : Effect.succeed(job)),
      Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 200 })
    )
    const uid8 = made.uid.replaceAll("-", "").slice(0, 8)
    const known = (value: unknown) => JSON.stringify(value).replaceAll("00000000", uid8)
    assert.strictEqual(known(planned.attempt?.jobName), known(job.metadata.name))
    const files = yield* client.list(ConfigMapKind, { namespace }).pipe(
      Effect.flatMap(({ items: [files] }) =>
        files === undefined ? Effect.fail("none" as const) : Effect.succeed(files)
      ),
      Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 200 })
    )
    assert.deepStrictEqual(known(planned.attempt?.files), known(files.data))
  }).pipe(Effect.scoped, Effect.provide(product)))
