/** The demo's run is for the agent that a person has chosen, in a cluster that wants every run's model. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { agentNames } from "@orchestrator/domain/AgentName"
import { defaultModel, modelDefaults } from "@orchestrator/domain/DefaultModel"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, Result } from "effect"
import { fileURLToPath } from "node:url"
import { submitDemo } from "../../src/dev/Demo.ts"

const examples = fileURLToPath(new URL("../../../../examples", import.meta.url))
const namespace = "orchestrator"

describe("the demo's run", () => {
  it.effect.each([...agentNames])("has %s's model", (agent) =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const config = Result.getOrThrow(decodeConfig({ agent: { default: agent } }))
      const model = defaultModel(modelDefaults(config), {}, "defaultCodeModel")
      const name = yield* submitDemo({ examples, namespace, model })
      const { spec } = yield* client.get(CodeRunKind, { namespace, name })
      assert.deepInclude(spec, { model, taskId: 1 })
    }).pipe(Effect.provide(Layer.mergeAll(layerMemory, NodeServices.layer))))
})
