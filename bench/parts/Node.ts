/** The node of the benchmarks: registered like any other, its containers end after a while and say that all went well. */
import { emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import { layerPodLogsMemory } from "@orchestrator/embedded/EmbeddedPodLogs"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layerTest, type Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { NodeKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { type Duration, Effect, Layer, Schedule } from "effect"

export const nodeName = "bench"

const delivery = {
  branch: "feature/task-1-implementation",
  headCommit: "0123456789abcdef0123456789abcdef01234567",
  changed: true,
  verifiedAt: "2026-03-01T10:00:00Z"
}

const runnerReport = JSON.stringify({
  outcome: "Completed",
  message: "Done.",
  usage: { costUsd: 0.25, turns: 4 },
  delivery
})

const proof = JSON.stringify({ ...emptyBrokerResult, delivery })

/** Environment of a run whose agent goes on for ever. */
export const endless = { AGENT: "endless" }
/** Of one whose agent fails. */
export const failing = { AGENT: "failing" }

const script = (agent: Duration.Input): Script => ({ container: { name }, env }) => {
  if (name === "claude") {
    if (env["AGENT"] === failing.AGENT) return { after: agent, exitCode: 1 }
    return { after: env["AGENT"] === endless.AGENT ? "never" : agent, message: runnerReport }
  }
  return name === "broker" ? { after: "never", onTerminate: { exitCode: 0, message: proof } } : { after: 0 }
}

const capacity = { cpu: "100k", memory: "100Ti", "ephemeral-storage": "100Ti", pods: "100k" }

/** How long the agents work is up to the caller. Over any cluster. */
export const nodeLayer = (agent: Duration.Input) =>
  Kubelet.layer({ nodeName, capacity }).pipe(
    Layer.provide(layerTest(script(agent))),
    Layer.provide(layerPodLogsMemory)
  )

/** Waits until the scheduler may use the node. */
export const nodeReady = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const { spec } = yield* client.get(NodeKind, { name: nodeName })
  if ((spec?.taints ?? []).length > 0) return yield* Effect.fail("tainted" as const)
}).pipe(Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 200 }), Effect.orDie)
