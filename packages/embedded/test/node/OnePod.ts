/** One scripted node with one pod, and the questions that tests ask of it. */
import { PodKind } from "@orchestrator/k8s/Kinds"
import type { Container, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { Kubelet } from "../../src/node/Kubelet.ts"
import { layerTest, type Script, ScriptedNode } from "../../src/node/ScriptedRuntime.ts"
import { find, main, namespace } from "../actors/World.ts"

export const nodeName = "node-1"
export const node = Kubelet.layer({ nodeName })

export const world = (script?: Script) =>
  node.pipe(Layer.provideMerge(layerTest(script)), Layer.provideMerge(layerMemory), Layer.fresh)

export const makePod = (spec: Partial<Pod["spec"]> = {}): Pod => ({
  metadata: { name: "pod", namespace, labels: { app: "test" } },
  spec: { nodeName, restartPolicy: "Never", containers: [main], ...spec }
})

export const init = (name: string, restartPolicy?: string): Container => ({
  name,
  image: "example",
  command: ["true"],
  ...(restartPolicy === undefined ? {} : { restartPolicy })
})
export const sidecar = (name: string): Container => init(name, "Always")

export const pod = find(PodKind, "pod")

export const statusOf = (name: string) =>
  Effect.map(
    pod,
    (found) =>
      [...(found?.status?.initContainerStatuses ?? []), ...(found?.status?.containerStatuses ?? [])]
        .find((status) => status.name === name)
  )

export const stateOf = (name: string) => Effect.map(statusOf(name), (status) => status?.state)
export const phase = Effect.map(pod, (found) => found?.status?.phase)

export const requests = ScriptedNode.pipe(
  Effect.flatMap(({ started }) => started),
  Effect.map((all) => all.map(({ request }) => request))
)
/** Names of the containers that were started, in order. */
export const started = Effect.map(requests, (all) => all.map(({ container }) => container.name))
