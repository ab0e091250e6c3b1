/**
 * Nodes of the cluster whose containers follow a script, with a way to the API server that can be cut: then the node is away, and its
 * containers go on. A node that dies takes them with it. What the node controller would do about it is done here.
 */
import { layerPodLogsMemory } from "@orchestrator/embedded/EmbeddedPodLogs"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layerTest } from "@orchestrator/embedded/node/ScriptedRuntime"
import { NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect, Exit, Layer, Scope } from "effect"
import { join } from "node:path"
import { script } from "../cluster/Agents.ts"
import { controlPlane } from "../cluster/ControlPlane.ts"
import { patiently } from "../cluster/World.ts"
import { begin, disturbed } from "./Replicas.ts"

const unreachable = "node.kubernetes.io/unreachable"

const admin = (name: string) => {
  const { folder } = controlPlane()
  const pki = (file: string) => join(folder, "pki", file)
  return {
    name: "admin",
    kubeconfig: join(folder, name),
    certificate: pki("admin.crt"),
    key: pki("admin.key"),
    authority: pki("ca.crt")
  }
}

export interface ChaosNode {
  readonly name: string
  readonly away: (seconds: number, evicts: boolean) => Effect.Effect<void>
  readonly dies: (seconds: number, forgotten: boolean) => Effect.Effect<void>
}

export const makeNode = Effect.fnUntraced(function*(index: number, namespace: string) {
  const client = yield* KubernetesClient
  const name = `node-${index}`
  const way = yield* Effect.acquireRelease(
    Effect.promise(() => disturbed(admin(name))),
    ({ proxy }) => Effect.sync(() => proxy.close())
  )
  const kubelet = Layer.fresh(
    Kubelet.layer({ nodeName: name }).pipe(
      Layer.provide(layerTest(script)),
      Layer.provide(layerPodLogsMemory),
      Layer.provide(liveClient({ kubeconfig: way.proxy.kubeconfig }))
    )
  )
  let scope = yield* Scope.make()
  const start = Effect.orDie(Effect.suspend(() => Layer.buildWithScope(kubelet, scope)))
  yield* Effect.addFinalizer(() => Effect.suspend(() => Scope.close(scope, Exit.void)))
  yield* start

  const cut = () => {
    const end = begin(way, { verdict: () => Promise.resolve("unsent") })
    way.proxy.cut()
    return end
  }
  const ready = (status: "True" | "Unknown") => ({
    type: "strategic",
    body: {
      status: {
        conditions: [{ type: "Ready", status, reason: status === "True" ? "KubeletReady" : "NodeStatusUnknown" }]
      }
    }
  } as const)
  const mark = (isThere: boolean) =>
    Effect.ignore(Effect.all([
      patiently(client.patchStatus(NodeKind, { name }, ready(isThere ? "True" : "Unknown"))),
      patiently(client.patch(NodeKind, { name }, {
        type: "merge",
        body: { spec: { taints: isThere ? [] : [{ key: unreachable, effect: "NoSchedule" }] } }
      }))
    ]))
  const evict = Effect.gen(function*() {
    const { items } = yield* patiently(client.list(PodKind, { namespace, fieldSelector: `spec.nodeName=${name}` }))
    yield* Effect.forEach(
      items,
      ({ metadata: { name = "" } }) => Effect.ignore(client.delete(PodKind, { name, namespace }))
    )
  }).pipe(Effect.ignore)

  return {
    name,
    away: Effect.fnUntraced(function*(seconds, evicts) {
      const back = cut()
      yield* mark(false)
      yield* Effect.sleep(`${seconds * 500} millis`)
      if (evicts) yield* evict
      yield* Effect.sleep(`${seconds * 500} millis`)
      back()
      yield* mark(true)
    }),
    dies: Effect.fnUntraced(function*(seconds, forgotten) {
      const back = cut()
      yield* Scope.close(scope, Exit.void)
      yield* forgotten ? Effect.ignore(patiently(client.delete(NodeKind, { name }))) : mark(false)
      yield* Effect.sleep(`${seconds * 1000} millis`)
      back()
      scope = yield* Scope.make()
      yield* start
      yield* mark(true)
    })
  } satisfies ChaosNode
})
