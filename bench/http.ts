/**
 * `bench/http [--clients 1000] [--followers 200] [--runs 100] [--rounds 3]`: so many clients that follow events and logs while so many runs
 * finish, on the embedded cluster with the whole product: memory per idle client, and when each change reaches each client; against a
 * server of a few lines that keeps as many responses open and writes the same bytes to them.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import { program as product } from "@orchestrator/cli/product/Program"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { answerTextOf } from "@orchestrator/http/handlers/kinds/RunGroups"
import { Server } from "@orchestrator/http/server/Server"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Console, Deferred, Effect, Layer, References, Schedule, Schema, Stream } from "effect"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { collect } from "./parts/Collect.ts"
import { config } from "./parts/Config.ts"
import { flags } from "./parts/Flags.ts"
import { listeners } from "./parts/Listening.ts"
import { nodeLayer } from "./parts/Node.ts"
import { compared, percentile, ratioOf } from "./parts/Ratio.ts"
import { codeRun, templates } from "./parts/Recorded.ts"

const { clients, followers, rounds, runs } = flags({ clients: 1000, followers: 200, runs: 100, rounds: 3 })

const namespace = "orchestrator"
const token = "bench-token"
const events = "/api/v1/events?kind=CodeRun"
/** What a client may take that listens while nothing happens. */
const mostKilobytes = 12

const settings = Schema.decodeUnknownSync(OrchestratorConfig)({ ...config, auth: { tokens: "any" } })

const world = product({ config: settings, namespace, templates }).pipe(
  Layer.provideMerge(Leadership.layerAlone),
  Layer.provideMerge(Layer.mergeAll(Actors.layer, nodeLayer("8 seconds"))),
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)

interface Memory {
  readonly heap: number
  readonly resident: number
}

/** In KB, of what is left after two collections. */
const memory = Effect.gen(function*() {
  for (let index = 0; index < 2; index++) {
    yield* Effect.sync(collect)
    yield* Effect.sleep("300 millis")
  }
  const { external, heapUsed, rss } = process.memoryUsage()
  return { heap: (heapUsed + external) / 1024, resident: rss / 1024 } satisfies Memory
})

/** What a few lines would do: every response is kept, and every change written to all. */
const bareServer = Effect.gen(function*() {
  const open = new Set<ServerResponse>()
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("event: reset\ndata: {}\n\n")
    open.add(response.on("close", () => open.delete(response)))
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.sync(() => void server.close().closeAllConnections())
  )
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()))
  const tell = (run: CustomObject) => {
    const id = `coderuns:${run.metadata.resourceVersion}`
    const frame = Buffer.from(`event: run\nid: ${id}\ndata: {"change":"set","run":${answerTextOf.CodeRun(run)}}\n\n`)
    for (const response of open) response.write(frame)
  }
  return { url: `http://127.0.0.1:${port}`, tell }
})

const round = Effect.fnUntraced(function*(how: "bare" | "product") {
  const client = yield* KubernetesClient
  const { registerUser } = yield* EmbeddedStore
  const logs = yield* PodLogs
  const { url } = yield* Server
  yield* registerUser(token, { username: "bench", groups: [], allows: () => true })
  const bare = yield* bareServer
  const order = yield* listeners

  const listen = (count: number) =>
    order({ order: "events", url: how === "bare" ? bare.url : `${url}${events}`, count, token })
  // What is there once, and what is compiled, is no client's.
  const first = Math.ceil(clients / 10)
  yield* listen(first)
  yield* Effect.sleep("1 seconds")
  const before = yield* memory
  yield* listen(clients - first)
  yield* Effect.sleep("1 seconds")
  const after = yield* memory
  const perClient = {
    heap: (after.heap - before.heap) / (clients - first),
    resident: (after.resident - before.resident) / (clients - first)
  }

  const told: Array<readonly [string, number]> = []
  const done = yield* Deferred.make<void>()
  let finished = 0
  yield* client.watch(CodeRunKind, { namespace }).pipe(
    Stream.runForEach(({ object }) =>
      Effect.suspend(() => {
        told.push([object.metadata.resourceVersion ?? "", performance.timeOrigin + performance.now()])
        if (how === "bare") bare.tell(object)
        const isEnd = object.status?.["phase"] === "Succeeded"
        return isEnd && ++finished === runs ? Deferred.succeed(done, undefined) : Effect.void
      })
    ),
    Effect.forkScoped
  )
  const cpu = process.cpuUsage()
  const names = Array.from({ length: runs }, (_, index) => `run-${index}`)
  yield* Effect.forEach(
    names,
    (name, index) => client.create(CodeRunKind, codeRun(namespace, name, `service-${index}`))
  )
  // On a slow machine some have ended before the last one runs.
  const begun = new Set<string>()
  yield* client.list(PodKind, { namespace }).pipe(
    Effect.map(({ items }) => {
      for (const { metadata, status } of items) if (status?.phase === "Running") begun.add(metadata.uid ?? "")
      return begun.size + finished
    }),
    Effect.repeat({ until: (count) => count >= runs, schedule: Schedule.spaced("100 millis") })
  )
  yield* Effect.forEach(
    begun,
    (podUid) => logs.append({ podUid, container: "claude" }, Buffer.from("working\n"))
  ).pipe(
    Effect.repeat(Schedule.spaced("250 millis")),
    Effect.forkScoped
  )
  const urls = Array.from(
    { length: followers },
    (_, index) => `${url}/api/v1/code-runs/${names[index % runs]}/logs?follow`
  )
  yield* order({ order: "logs", urls, token })
  yield* Deferred.await(done)
  const { system, user } = process.cpuUsage(cpu)
  yield* Effect.sleep("3 seconds")
  const answer = yield* order({ order: "report", told })
  const { delays, logBytes, missing } = answer.answer === "report"
    ? answer
    : { delays: [], logBytes: 0, missing: clients * told.length }
  const [p50, p99] = [percentile(delays, 0.5), percentile(delays, 0.99)]
  yield* Console.log(
    `  ${how}: ${perClient.heap.toFixed(1)} KB of heap and ${
      perClient.resident.toFixed(1)
    } KB resident per idle client; ${told.length} changes to ${clients} clients, `
      + `${missing} not delivered, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, at most ${
        percentile(delays, 1).toFixed(0)
      }; ${(logBytes / 1024).toFixed(0)} KB of logs to ${followers} followers; ${
        ((system + user) / 1e6).toFixed(1)
      } s of CPU`
  )
  return { ...perClient, p50, p99 }
})

const described = (what: string, pairs: ReadonlyArray<readonly [number, number]>): string => {
  const { high, low, mean } = ratioOf(pairs)
  const spread = Number.isFinite(high)
    ? ` (95 %: ${low.toFixed(2)} to ${high.toFixed(2)} over ${pairs.length} rounds)`
    : ""
  return `${what}: ${mean.toFixed(2)} × the bare server${spread}`
}

const program = Effect.gen(function*() {
  const pairs = yield* compared(
    ["bare", "product"] as const,
    rounds,
    (how) => round(how).pipe(Effect.scoped, Effect.provide(Layer.fresh(world)))
  )
  const of = (pick: (measured: (typeof pairs)[number][0]) => number) =>
    pairs.map(([ours, theirs]) => [pick(ours), pick(theirs)] as const)
  const worst = Math.max(...pairs.map(([{ heap }]) => heap))
  yield* Console.log([
    `memory per idle client, heap: at most ${worst.toFixed(1)} KB, target ≤ ${mostKilobytes}: ${
      worst <= mostKilobytes ? "reached" : "missed"
    }`,
    described("memory per idle client, heap", of(({ heap }) => heap)),
    described("delivery, p50", of(({ p50 }) => p50)),
    described("delivery, p99", of(({ p99 }) => p99))
  ].join("\n"))
})

NodeRuntime.runMain(Effect.provideService(program, References.MinimumLogLevel, "Error"))
