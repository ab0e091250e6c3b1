/**
 * `node bench/embedded.ts [runs]`: CodeRuns per second through the whole program on the embedded cluster, from created to delivered, with
 * a node whose containers end at once. Prints the rounds and their spread.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import { Controller } from "@orchestrator/controller/loop/Controller"
import { ControllerSettings } from "@orchestrator/controller/loop/Settings"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { Templates } from "@orchestrator/templates/Templates"
import { Clock, Console, Deferred, Effect, Layer, References, Schema, Stream } from "effect"
import { nodeLayer } from "./parts/Node.ts"
import { codeRun, templates } from "./parts/Recorded.ts"

const runs = Number(process.argv[2] ?? 1000)
const rounds = 5
const namespace = "orchestrator"

const world = Controller.layer.pipe(
  Layer.provide(Templates.layerWith({ path: templates })),
  Layer.provide(Leadership.layerAlone),
  Layer.provide(Layer.succeed(ControllerSettings, { config: Schema.decodeSync(OrchestratorConfig)({}), namespace })),
  Layer.provideMerge(Layer.mergeAll(Actors.layer, nodeLayer(0))),
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)

const round = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const done = yield* Deferred.make<void>()
  let delivered = 0
  yield* client.watch(CodeRunKind, { namespace }).pipe(
    Stream.runForEach(({ object, type }) => {
      const isEnd = type === "MODIFIED" && object.status?.["phase"] === "Succeeded"
      return isEnd && ++delivered === runs ? Deferred.succeed(done, undefined) : Effect.void
    }),
    Effect.forkScoped
  )
  const begin = yield* Clock.currentTimeMillis
  const cpu = process.cpuUsage()
  for (let index = 0; index < runs; index++) {
    yield* client.create(CodeRunKind, codeRun(namespace, `run-${index}`, `service-${index}`))
  }
  yield* Deferred.await(done)
  const { system, user } = process.cpuUsage(cpu)
  const seconds = ((yield* Clock.currentTimeMillis) - begin) / 1000
  return { rate: runs / seconds, cpuMillis: (system + user) / 1000 / runs }
})

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const program = Effect.gen(function*() {
  const results: Array<{ readonly rate: number; readonly cpuMillis: number }> = []
  for (let index = 0; index < rounds; index++) {
    results.push(yield* round.pipe(Effect.scoped, Effect.provide(Layer.fresh(world))))
  }
  const rates = results.map(({ rate }) => rate)
  const cpu = results.map(({ cpuMillis }) => cpuMillis)
  yield* Console.log(`${runs} CodeRuns a round: ${rates.map((each) => each.toFixed(0)).join(", ")} runs/s`)
  yield* Console.log(
    `median ${median(rates).toFixed(0)} runs/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}), `
      + `${median(cpu).toFixed(2)} ms of CPU per run (${cpu.map((each) => each.toFixed(2)).join(", ")})`
  )
})

NodeRuntime.runMain(Effect.provideService(program, References.MinimumLogLevel, "Warn"))
