/**
 * A cluster that the chart can be installed in as a platform team does: a real control plane, one node that runs the real image's files and
 * the demo agent, volumes, a network with Services, logs.
 */
import { NodeServices } from "@effect/platform-node"
import { layerPodLogsMemory } from "@orchestrator/embedded/EmbeddedPodLogs"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layer as processRuntime } from "@orchestrator/embedded/node/ProcessRuntime"
import { NodeKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import { agentImage, imageTable } from "../../../src/dev/Agents.ts"
import { makeDemoRepositories } from "../../../src/dev/DemoRepositories.ts"
import { installation } from "../../../src/settings/Installation.ts"
import { eventually } from "../Eventually.ts"
import { provisioner } from "../Provisioner.ts"
import { Image } from "./Image.ts"
import { inCluster } from "./InCluster.ts"
import { logServer } from "./LogServer.ts"
import { Network, services } from "./Network.ts"
import { Plane } from "./Plane.ts"

const nodeName = "node-1"

/** Where the remotes `file:///demo/...` of the examples are. */
export const remotesOf = ({ folder }: Plane["Service"]) => join(folder, "git")

/** Long enough to be seen at work by whoever looks, on a busy machine too. */
const agentSeconds = "15"

const runtime = Layer.unwrap(Effect.gen(function*() {
  const plane = yield* Plane
  const network = yield* Network
  const image = yield* Image
  const parts = yield* installation
  yield* makeDemoRepositories(join(parts.examples, "demo"), remotesOf(plane))
  const table = yield* imageTable("demo", parts)
  const agent = table[`${agentImage.repository}:${agentImage.tag}`] ?? {}
  return processRuntime({
    stateFolder: join(plane.folder, "node"),
    images: {
      "ghcr.io/5dlabs/platform/orchestrator": { root: image.folder, env: image.env },
      "ghcr.io/5dlabs/platform/claude-code": { ...agent, env: { ...agent.env, DEMO_AGENT_SECONDS: agentSeconds } }
    },
    readable: [parts.demoAgent],
    writable: [remotesOf(plane)],
    network
  })
}))

const client = Layer.unwrap(Effect.map(Plane, ({ kubeconfig }) => liveClient({ kubeconfig })))

const kubelet = Layer.unwrap(Effect.map(Network, (network) => Kubelet.layer({ nodeName, network })))

const joined = Layer.effectDiscard(Effect.gen(function*() {
  const { get } = yield* KubernetesClient
  yield* eventually(
    "the node to be ready",
    get(NodeKind, { name: nodeName }),
    ({ spec, status }) =>
      (spec?.taints ?? []).length === 0 && status?.conditions?.some(({ type }) => type === "Ready") === true
  )
}))

/** The whole cluster, with this image of the orchestrator. */
export const helmClusterOf = (image: typeof Image.layer) =>
  Layer.mergeAll(logServer(nodeName), services).pipe(
    Layer.provideMerge(joined),
    Layer.provideMerge(Layer.mergeAll(kubelet, provisioner)),
    Layer.provide(inCluster),
    Layer.provide(runtime),
    Layer.provideMerge(layerPodLogsMemory),
    Layer.provideMerge(client),
    Layer.provideMerge(Network.layer),
    Layer.provideMerge(Layer.mergeAll(Plane.layer, image)),
    Layer.provide(NodeServices.layer)
  )

/** The same with the image of this checkout. */
export const helmCluster = helmClusterOf(Image.layer)
