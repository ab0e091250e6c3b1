/**
 * `node bench/limits.ts [--waiting 10000] [--runs 200] [--rounds 6]`: what limits of runs at the same time cost while many wait. Two worlds on the
 * embedded cluster, in which as many runs of one user wait for the workspace that one run never leaves; in one of them the limits are on, and they
 * wait for their user's slot as well. Then runs of others are made in both by turns: CPU per run from created to delivered, of the whole process.
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
import { Console, Deferred, Effect, Layer, References, Schema, Stream } from "effect"
import { flags } from "./parts/Flags.ts"
import { endless, nodeLayer, nodeReady } from "./parts/Node.ts"
import { compared, formatRatio, ratioOf } from "./parts/Ratio.ts"
import { codeRun, templates } from "./parts/Recorded.ts"

const { rounds, runs, waiting } = flags({ waiting: 10_000, runs: 200, rounds: 6 })

const namespace = "orchestrator"
const limits = { activeRuns: 1000, activeRunsPerGithubUser: 1, activeRunsPerService: 1 }

const worldOf = (config: object) =>
  Controller.layer.pipe(
    Layer.provide(Templates.layerWith({ path: templates })),
    Layer.provide(Leadership.layerAlone),
    Layer.provide(
      Layer.succeed(ControllerSettings, { config: Schema.decodeUnknownSync(OrchestratorConfig)(config), namespace })
    ),
    Layer.provideMerge(Layer.mergeAll(Actors.layer, nodeLayer(0))),
    Layer.provideMerge(layerMemory),
    Layer.provide(NodeFileSystem.layer)
  )

const run = (name: string, service: string, githubUser: string, more: object = {}) => {
  const made = codeRun(namespace, name, service)
  return { ...made, spec: { ...made.spec, githubUser, ...more } }
}

/** Runs that have got that far, as far as a watch has told. */
const counted = Effect.fnUntraced(function*(phase: string, prefix: string) {
  const client = yield* KubernetesClient
  const seen = new Set<string>()
  const goals = new Map<number, Deferred.Deferred<void>>()
  yield* client.watch(CodeRunKind, { namespace }).pipe(
    Stream.runForEach(({ object: { metadata: { name = "" }, status } }) => {
      if (status?.["phase"] !== phase || !name.startsWith(prefix)) return Effect.void
      seen.add(name)
      const goal = goals.get(seen.size)
      return goal === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(goal, undefined))
    }),
    Effect.forkScoped
  )
  return (count: number) =>
    Effect.suspend(() => {
      if (seen.size >= count) return Effect.void
      const goal = Deferred.makeUnsafe<void>()
      goals.set(count, goal)
      return Deferred.await(goal)
    })
})

/** A world in which so many wait; answers with what makes runs of others there. */
const prepared = Effect.gen(function*() {
  const client = yield* KubernetesClient
  yield* nodeReady
  const started = yield* counted("Running", "first")
  const queued = yield* counted("Pending", "waiting")
  const delivered = yield* counted("Succeeded", "life")
  yield* client.create(CodeRunKind, run("first", "busy", "busy", { env: endless }))
  yield* started(1)
  for (let index = 0; index < waiting; index++) {
    yield* client.create(CodeRunKind, run(`waiting-${index}`, "busy", "busy"))
  }
  yield* queued(waiting)
  let made = 0
  const lives = Effect.gen(function*() {
    const cpu = process.cpuUsage()
    for (let index = 0; index < runs; index++, made++) {
      yield* client.create(CodeRunKind, run(`life-${made}`, `service-${made}`, `user-${made}`))
    }
    yield* delivered(made)
    const { system, user } = process.cpuUsage(cpu)
    const millis = (system + user) / 1000 / runs
    // What is cleaned up afterwards is no other round's.
    yield* Effect.sleep("3 seconds")
    return millis
  }).pipe(Effect.provideService(KubernetesClient, client))
  return { lives }
})

const arms = { without: {}, with: { limits } }

const program = Effect.gen(function*() {
  const worlds = new Map<string, Effect.Effect<number, unknown>>()
  for (const [name, config] of Object.entries(arms)) {
    const context = yield* Layer.build(Layer.fresh(worldOf(config)))
    const { lives } = yield* Effect.provideContext(prepared, context)
    worlds.set(name, lives)
    yield* Console.log(`${waiting} runs wait ${name} limits`)
  }
  const measure = (name: "without" | "with") =>
    Effect.tap(
      worlds.get(name) ?? Effect.succeed(0),
      (millis) => Console.log(`  ${name} limits: ${millis.toFixed(2)} ms of CPU per run`)
    )
  // What is compiled by then is no arm's.
  yield* measure("without")
  yield* measure("with")
  const pairs = yield* compared(["without", "with"] as const, rounds, measure)
  yield* Console.log(
    formatRatio(`CPU per run, limits on, ${waiting} waiting`, "without limits", ratioOf(pairs), { limit: 1.1 })
  )
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
