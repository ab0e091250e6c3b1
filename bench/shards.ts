/**
 * `node bench/shards.ts [--rounds 5] [--runs 200] [--rate 6] [--warm 60] [--shards 3]`: how many times as many runs several shards look after as one
 * process does, where the API server is not the limit: a stand-in in this process, the embedded cluster over TLS, answers in the same wire format.
 * A process does as much as one core lets it, so what counts is the CPU of the busiest shard a run of all, not the time that they take
 * on a machine with fewer cores than processes. Each process has as many runs of its own, as many a second, and as many to warm up with.
 */
import { NodeRuntime } from "@effect/platform-node"
import { assignedNumber, shardLabels } from "@orchestrator/domain/Shards"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import * as GarbageCollector from "@orchestrator/embedded/actors/GarbageCollector"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { layerWith as wireServer, WireServer } from "@orchestrator/embedded/wire/WireServer"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Console, Effect, Layer, References } from "effect"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NotBuilt, Process } from "./parts/Arm.ts"
import { config } from "./parts/Config.ts"
import { flags } from "./parts/Flags.ts"
import { over } from "./parts/Load.ts"
import { nodeLayer } from "./parts/Node.ts"
import { compared, formatRatio, ratioOf } from "./parts/Ratio.ts"
import { codeRun, templates } from "./parts/Recorded.ts"
import { cpuMillis, residentMegabytes } from "./parts/Usage.ts"

const { rate, rounds, runs, shards, warm } = flags({ rounds: 5, runs: 200, rate: 6, warm: 60, shards: 3 })
const program = join(import.meta.dirname, "../dist/orchestrator.mjs")
const namespace = "orchestrator"

const cluster = Layer.mergeAll(
  Actors.layer,
  GarbageCollector.layer,
  nodeLayer("1 second"),
  wireServer({ namespace })
).pipe(Layer.provideMerge(layerMemory))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-shards-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** Runs of many services at a steady rate, each with the number that the API would give it. */
const submit = Effect.fnUntraced(function*(count: number, options: { readonly first: number; readonly count: number }) {
  const client = yield* KubernetesClient
  yield* Effect.forEach(
    Array.from({ length: options.count }, (_, index) => index),
    (index) => {
      const service = `svc-${options.first + index}`
      const run = codeRun(namespace, `run-${options.first + index}`, service)
      const labels = shardLabels(assignedNumber({ namespace, service }, count))
      return Effect.delay(
        client.create(CodeRunKind, { ...run, metadata: { ...run.metadata, labels } }),
        `${index * 1000 / (rate * count)} millis`
      )
    },
    { concurrency: "unbounded", discard: true }
  )
})

/** Milliseconds of CPU per run of the busiest of so many shards. */
const round = Effect.fnUntraced(function*(count: number) {
  const { kubeconfig } = yield* WireServer
  const made = yield* folder
  const file = (name: string, text: string) => {
    writeFileSync(join(made, name), text)
    return join(made, name)
  }
  const settings = file("config.yaml", JSON.stringify({ ...config, auth: { mode: "none" }, shard: { count } }))
  const kube = file("kubeconfig", kubeconfig)
  const flags = ["--namespace", namespace, "--config", settings, "--templates", templates, "--kubeconfig", kube]
  const processes = yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) =>
      Effect.acquireRelease(
        Effect.sync(() =>
          new Process(process.execPath, [
            "--max-semi-space-size=2",
            "--max-old-space-size=384",
            program,
            "serve",
            ...flags
          ], {
            SHARD_INDEX: String(index)
          })
        ),
        (shard) => Effect.promise(() => shard.stop())
      )
  )
  yield* Effect.promise(() => Promise.all(processes.map((each) => each.printed(/"leading"/))))
  const site = { namespace, users: [] }
  yield* submit(count, { first: 0, count: warm * count })
  yield* over(site)
  const before = processes.map(({ pid }) => cpuMillis(pid))
  const standIn = process.cpuUsage()
  const all = runs * count
  yield* submit(count, { first: warm * count, count: all })
  yield* over(site)
  const each = processes.map(({ pid }, index) => (cpuMillis(pid) - (before[index] ?? 0)) / all)
  const { system, user } = process.cpuUsage(standIn)
  yield* Console.log(
    `  ${count} ${count === 1 ? "process" : "shards"}: ${
      each.map((cpu) => cpu.toFixed(2)).join(" + ")
    } ms of CPU per run, ` +
      `${processes.map(({ pid }) => residentMegabytes(pid).now.toFixed(0)).join(", ")} MB; ` +
      `the stand-in: ${((user + system) / 1000 / all).toFixed(1)} ms per run`
  )
  return Math.max(...each)
})

const main = Effect.gen(function*() {
  if (!existsSync(program)) return yield* new NotBuilt()
  const pairs = yield* compared(
    [shards, 1] as const,
    rounds,
    (count) => round(count).pipe(Effect.scoped, Effect.provide(Layer.fresh(cluster)))
  )
  yield* Console.log(formatRatio(
    `runs that ${shards} shards look after`,
    "one process",
    ratioOf(pairs),
    { limit: 2.5, atLeast: true }
  ))
})

NodeRuntime.runMain(Effect.scoped(main).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
