import { assert, it } from "@effect/vitest"
import type { Node, PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { type Placement, placePod } from "../../src/actors/SchedulePlan.ts"

const makeNode = (name: string, spec: Node["spec"] = {}, labels: Readonly<Record<string, string>> = {}): Node => ({
  metadata: { name, labels },
  spec,
  status: { conditions: [{ type: "Ready", status: "True" }] }
})
const makePod = (spec: Partial<Pod["spec"]> = {}): Pod => ({
  metadata: { name: "p" },
  spec: { containers: [], ...spec }
})
const claim = (name: string, phase: "Bound" | "Pending"): PersistentVolumeClaim => ({
  metadata: { name },
  spec: {},
  status: { phase }
})
const using = (claimName: string) => makePod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName } }] })
const taint = { key: "dedicated", value: "agents", effect: "NoSchedule" }

const bind = (node: string): Placement => ({ _tag: "Bind", node })
const refuse = (message: string): Placement => ({ _tag: "Unschedulable", message })

interface Row {
  readonly name: string
  readonly pod?: Pod
  readonly nodes?: ReadonlyArray<Node>
  readonly claims?: ReadonlyArray<PersistentVolumeClaim>
  readonly want: Placement
}

it.each<Row>([
  { name: "a pod goes to a ready node", want: bind("n1") },
  { name: "the same node every time", nodes: [makeNode("b"), makeNode("a")], want: bind("a") },
  { name: "no node at all", nodes: [], want: refuse("no nodes available to schedule pods") },
  {
    name: "a node that is not ready",
    nodes: [{ ...makeNode("n1"), status: {} }],
    want: refuse("0/1 nodes are available: 1 node(s) were not ready.")
  },
  {
    name: "a cordoned node",
    nodes: [makeNode("n1", { unschedulable: true })],
    want: refuse("0/1 nodes are available: 1 node(s) were unschedulable.")
  },
  {
    name: "a taint that the pod does not tolerate",
    nodes: [makeNode("n1", { taints: [taint] })],
    want: refuse("0/1 nodes are available: 1 node(s) had untolerated taint.")
  },
  {
    name: "a taint that it tolerates by value",
    nodes: [makeNode("n1", { taints: [taint] })],
    pod: makePod({ tolerations: [{ key: "dedicated", operator: "Equal", value: "agents", effect: "NoSchedule" }] }),
    want: bind("n1")
  },
  {
    name: "a toleration of everything",
    nodes: [makeNode("n1", { taints: [taint] })],
    pod: makePod({ tolerations: [{ operator: "Exists" }] }),
    want: bind("n1")
  },
  {
    name: "a node selector picks its node",
    nodes: [makeNode("n1"), makeNode("n2", {}, { disk: "ssd" })],
    pod: makePod({ nodeSelector: { disk: "ssd" } }),
    want: bind("n2")
  },
  {
    name: "different objections are counted",
    nodes: [makeNode("n1"), makeNode("n2", { unschedulable: true })],
    pod: makePod({ nodeSelector: { disk: "ssd" } }),
    want: refuse(
      "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable."
    )
  },
  { name: "a bound claim", pod: using("c"), claims: [claim("c", "Bound")], want: bind("n1") },
  {
    name: "a claim that is not bound",
    pod: using("c"),
    claims: [claim("c", "Pending")],
    want: refuse("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
  },
  {
    name: "a claim that is not there",
    pod: using("c"),
    want: refuse("0/1 nodes are available: persistentvolumeclaim \"c\" not found.")
  }
])("$name", ({ claims = [], nodes = [makeNode("n1")], pod = makePod(), want }) => {
  const byName = new Map(claims.map((each) => [each.metadata.name ?? "", each]))
  assert.deepStrictEqual(placePod(pod, nodes, (name) => byName.get(name)), want)
})
