/** The Node object that a kubelet registers. */
import { NodeKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Node, ObjectCondition } from "@orchestrator/k8s/Objects"
import { Clock, Effect } from "effect"
import { withCondition } from "../actors/Conditions.ts"
import { timestamp } from "../actors/Timestamps.ts"
import { equalJson } from "../objects/Share.ts"

export interface NodeFacts {
  readonly name: string
  /** InternalIP; a Hostname address would be preferred for logs, and would have to resolve. */
  readonly address: string
  readonly capacity: Readonly<Record<string, string>>
}

const ready = (now: number): ObjectCondition => ({
  type: "Ready",
  status: "True",
  reason: "KubeletReady",
  message: "kubelet is posting ready status",
  lastTransitionTime: timestamp(now)
})

/** The API server taints a new Node until somebody finds it ready; where no node controller runs, nobody else does. */
const notReady = "node.kubernetes.io/not-ready"

const nodeOf = ({ address, capacity, name }: NodeFacts, before: Node | undefined, now: number): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: before?.metadata ?? { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" } },
  ...(before?.spec === undefined ? {} : { spec: before.spec }),
  status: {
    ...before?.status,
    capacity,
    allocatable: capacity,
    addresses: [{ type: "InternalIP", address }],
    conditions: withCondition(before?.status?.conditions, ready(now))
  }
})

/** Creates the Node, or takes over the one of its name, and reports it ready. */
export const register = Effect.fn("NodeObject.register")(function*(facts: NodeFacts) {
  const client = yield* KubernetesClient
  const now = yield* Clock.currentTimeMillis
  const stored = yield* client.create(NodeKind, nodeOf(facts, undefined, now)).pipe(
    Effect.catchIf(hasReason("AlreadyExists"), () => client.get(NodeKind, { name: facts.name }))
  )
  const wanted = nodeOf(facts, stored, now)
  if (!equalJson(stored.status, wanted.status)) yield* client.replaceStatus(NodeKind, wanted)
  const taints = stored.spec?.taints ?? []
  if (taints.some(({ key }) => key === notReady)) {
    const left = taints.filter(({ key }) => key !== notReady)
    yield* client.patch(NodeKind, { name: facts.name }, { type: "merge", body: { spec: { taints: left } } })
  }
})
