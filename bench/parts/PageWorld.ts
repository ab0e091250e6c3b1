/**
 * A process of its own for `bench/page`: the server with the page over a cluster in memory with so many runs, which change as often as it
 * is told. Nobody is asked for a token.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Server } from "@orchestrator/http/server/Server"
import { HttpSettings } from "@orchestrator/http/services/HttpSettings"
import { Readiness } from "@orchestrator/http/services/Readiness"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, References, Schedule } from "effect"
import { codeRun } from "./Recorded.ts"

/** What it is told: from now on so many changes a second. */
export interface PageOrder {
  readonly changesPerSecond: number
}

/** What it says once it serves. */
export interface PageReady {
  readonly url: string
}

const namespace = "orchestrator"
const folder = `${import.meta.dirname}/../../packages/dashboard/dist`
const runs = Number(process.argv[2])

const phases = [
  ["Running", "AgentRunning", "The agent's container is running: setup first, then the agent."],
  ["Pending", "WaitingForWorkspace", "Waits for the workspace, which another run of the service has."],
  ["Succeeded", "Delivered", "The pull request is open."],
  ["Failed", "NoChanges", "The agent ended, and nothing had changed."],
  ["Cancelled", "Cancelled", "Cancelled by a person; its work is on the branch."]
] as const

const nameOf = (index: number): string => `payments-task-${String(index).padStart(5, "0")}`

const statusOf = (index: number, turn: number) => {
  const [phase, reason, message] = phases[(index + turn) % phases.length] ?? phases[0]
  return {
    phase,
    reason,
    message,
    contextVersion: 1,
    usage: {
      costUsd: Math.round((index % 900) * 37 + turn) / 1000,
      inputTokens: 1000 * index,
      outputTokens: 90 * index,
      turns: turn
    },
    attempts: [{ contextVersion: 1, jobName: `code-${nameOf(index)}-v1`, startedAt: "2026-03-01T10:00:00Z" }],
    ...(phase === "Succeeded"
      ? { branch: `task/${index}`, pullRequestUrl: `https://git.example.com/acme/api/pulls/${index}` }
      : {})
  }
}

const program = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const { url } = yield* Server
  yield* Effect.forEach(
    Array.from({ length: runs }, (_, index) => index),
    (index) =>
      client.create(CodeRunKind, codeRun(namespace, nameOf(index), `service-${index % 40}`)).pipe(
        Effect.andThen(client.patchStatus(CodeRunKind, { namespace, name: nameOf(index) }, {
          type: "merge",
          body: { status: statusOf(index, 0) }
        }))
      ),
    { concurrency: 16 }
  )
  let perSecond = 0
  let turn = 0
  process.on("message", ({ changesPerSecond }: PageOrder) => {
    perSecond = changesPerSecond
  })
  process.send?.({ url } satisfies PageReady)
  const change = Effect.suspend(() => {
    turn += 1
    const changed = Array.from(
      { length: Math.min(runs, Math.round(perSecond / 10)) },
      (_, index) => (turn * 7 + index * 13) % runs
    )
    return Effect.forEach(
      [...new Set(changed)],
      (index) =>
        client.patchStatus(CodeRunKind, { namespace, name: nameOf(index) }, {
          type: "merge",
          body: { status: statusOf(index, turn) }
        })
    )
  })
  yield* Effect.repeat(change, Schedule.spaced("100 millis"))
})

const server = Server.layerWith({
  host: "127.0.0.1",
  port: 0,
  auth: { mode: "none", audiences: [], allowUnauthenticated: false },
  page: Effect.succeed(folder)
}).pipe(
  Layer.provide(Readiness.layer),
  Layer.provide(
    HttpSettings.layerWith({
      namespace,
      version: "bench",
      models: { defaultCodeModel: "sample", defaultDocsModel: "sample" }
    })
  ),
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)

NodeRuntime.runMain(program.pipe(Effect.provide(server), Effect.provideService(References.MinimumLogLevel, "Error")))
