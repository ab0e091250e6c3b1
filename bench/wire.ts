/**
 * `node bench/wire.ts [--rounds 5] [--runs 200] [--rate 20] [--warm 50] [--peer 1]`: CPU per run of whole lives, as bench/life.ts, but on the
 * embedded cluster behind its HTTP face, which this process serves: no control plane is needed, and nothing but the arm is measured. With
 * BASELINE=FOLDER against the controller of another checkout that is built.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import * as GarbageCollector from "@orchestrator/embedded/actors/GarbageCollector"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { layerWith as wireServer, WireServer } from "@orchestrator/embedded/wire/WireServer"
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Console, Effect, Layer, References } from "effect"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Arms, baseline, type How, makeArms } from "./parts/Arm.ts"
import { flags } from "./parts/Flags.ts"
import { over, submit } from "./parts/Load.ts"
import { nodeLayer } from "./parts/Node.ts"
import { formatRatio, measured, pairsOf, ratioOf } from "./parts/Ratio.ts"
import { makeWorkspaces, type Site } from "./parts/Site.ts"
import { cpuFromHere } from "./parts/Usage.ts"

const { peer, rate, rounds, runs, warm } = flags({ rounds: 5, runs: 200, rate: 20, warm: 50, peer: 0 })

const world = wireServer().pipe(
  Layer.provideMerge(Layer.mergeAll(Actors.layer, GarbageCollector.layer, nodeLayer("1 second"))),
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)

const makeSite = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const { kubeconfig: text } = yield* WireServer
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-bench-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  const kubeconfig = join(folder, "kubeconfig")
  writeFileSync(kubeconfig, text)
  const namespace = `bench-${randomBytes(3).toString("hex")}`
  yield* client.create(NamespaceKind, { metadata: { name: namespace } })
  return { namespace, users: [{ name: "bench", kubeconfig }] } satisfies Site
})

/** A cluster of its own each time: what earlier rounds have left costs nobody anything. */
const round = (arms: Arms, how: How) =>
  Effect.gen(function*() {
    const site = yield* makeSite
    yield* makeWorkspaces(site, warm + runs, { volumes: false })
    const { pid } = yield* arms.start(how, site)
    yield* submit(site, { first: 0, count: warm, rate })
    yield* over(site)
    const spent = cpuFromHere(pid, runs)
    yield* submit(site, { first: warm, count: runs, rate })
    yield* over(site)
    const { cpu, words } = spent()
    yield* Console.log(`  ${how}: ${words}`)
    return cpu
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(world)))

const program = Effect.gen(function*() {
  const arms = yield* makeArms()
  const others: ReadonlyArray<How> = baseline !== undefined
    ? ["baseline"]
    : peer === 1
    ? ["watching", "peer"]
    : ["watching"]
  const found = yield* measured<How, number, unknown, never>(
    [...others, "controller"],
    rounds,
    (how) => round(arms, how)
  )
  yield* Effect.forEach(
    others,
    (other) =>
      Console.log(formatRatio("CPU per run", other, ratioOf(pairsOf(found, "controller", other)), {
        limit: other === "watching" ? 1.25 : 1
      })),
    { discard: true }
  )
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
