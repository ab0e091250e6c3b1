/** A node of the real control plane whose pods are processes of this machine, and the demo's git remotes in a folder beside it. */
import { NodeServices } from "@effect/platform-node"
import { layerPodLogsMemory } from "@orchestrator/embedded/EmbeddedPodLogs"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layer as processRuntime } from "@orchestrator/embedded/node/ProcessRuntime"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Layer, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type AgentChoice, agentImage, imageTable, runnerImage } from "../../src/dev/Agents.ts"
import { makeDemoRepositories } from "../../src/dev/DemoRepositories.ts"
import { installation } from "../../src/settings/Installation.ts"
import { provisioner } from "./Provisioner.ts"
import { admin, joined, onNode, type Site } from "./World.ts"

export interface ProcessNodeOptions {
  readonly agent: AgentChoice
  /** Whether its pods push to the remotes' folders. */
  readonly pushes: boolean
}

/** Layers of the cluster with such a node, where it keeps things, and the part of a site's config that brings its agents there. */
export const processNode = ({ agent, pushes }: ProcessNodeOptions) => {
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-product-"))
  const remotes = join(folder, "git")
  const nodeName = `node-${randomBytes(3).toString("hex")}`
  const removed = Layer.effectDiscard(
    Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
  )
  const runtime = Layer.unwrap(Effect.gen(function*() {
    const parts = yield* installation
    yield* makeDemoRepositories(join(parts.examples, "demo"), remotes)
    return processRuntime({
      stateFolder: join(folder, "node"),
      images: yield* imageTable(agent, parts),
      readable: [...parts.code, parts.demoAgent],
      writable: pushes ? [remotes] : []
    })
  }))
  const cluster = Layer.mergeAll(Kubelet.layer({ nodeName }), joined(nodeName), provisioner).pipe(
    Layer.provide(runtime),
    Layer.provideMerge(layerPodLogsMemory),
    Layer.provideMerge(admin),
    Layer.provide(removed),
    Layer.provide(NodeServices.layer)
  )
  const settings = {
    image: agentImage,
    runnerImage,
    terminationGracePeriodSeconds: 20,
    nodeSelector: onNode(nodeName)
  }
  return { folder, remotes, cluster, settings }
}

export const git = (...args: ReadonlyArray<string>) => execFileSync("git", args, { encoding: "utf8" }).trim()

/** What the pods of a site have printed, and how they are, for whoever reads of a failure. */
export const diagnosticsOf = Effect.fnUntraced(function*({ namespace }: Site) {
  const client = yield* KubernetesClient
  const logs = yield* PodLogs
  const { items } = yield* client.list(PodKind, { namespace })
  const diagnostics: Array<string> = []
  for (const { metadata, spec, status } of items) {
    diagnostics.push(metadata.name ?? "", JSON.stringify(status, null, 1))
    for (const container of [...spec.initContainers ?? [], ...spec.containers].map(({ name }) => name)) {
      const lines = yield* Stream.runCollect(logs.read({ podUid: metadata.uid ?? "", container }, { follow: false }))
      diagnostics.push(`${container} printed`, ...lines.map(({ text }) => text))
    }
  }
  return diagnostics.join("\n")
})
