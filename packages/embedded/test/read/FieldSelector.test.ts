import { assert, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, EventKind, JobKind, type Kind, NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Result } from "effect"
import { builtInSchemas } from "../../src/kinds/BuiltIn.ts"
import { resourceKey, type ServedKind } from "../../src/kinds/ServedKinds.ts"
import { parseFieldSelector } from "../../src/read/FieldSelector.ts"

const served = (kind: Kind): ServedKind => ({
  kind,
  resource: resourceKey(kind),
  schema: builtInSchemas[resourceKey(kind)] ?? {},
  ...(kind === CodeRunKind ? { definition: { name: "x", columns: [], selectableFields: [".status.phase"] } } : {})
})

const object = {
  metadata: { name: "a", namespace: "n" },
  spec: { nodeName: "laptop" },
  status: { phase: "Running", succeeded: 2 },
  involvedObject: { name: "a,b=c" },
  source: { component: "kubelet" }
}

const matching: ReadonlyArray<readonly [kind: Kind, selector: string, want: boolean]> = [
  [ConfigMapKind, "", true],
  [ConfigMapKind, "metadata.name=a", true],
  [ConfigMapKind, "metadata.name==a", true],
  [ConfigMapKind, "metadata.name!=a", false],
  [ConfigMapKind, "metadata.namespace=n,metadata.name=a", true],
  [ConfigMapKind, "metadata.namespace=n,metadata.name=b", false],
  [PodKind, "spec.nodeName=laptop", true],
  [PodKind, "spec.nodeName=", false],
  [PodKind, "status.phase=Running", true],
  [PodKind, "status.podIP=", true],
  [PodKind, "spec.hostNetwork=false", true],
  [JobKind, "status.successful=2", true],
  [EventKind, "involvedObject.name=a\\,b\\=c", true],
  [EventKind, "source=kubelet", true],
  [EventKind, "reason=", true],
  [CodeRunKind, "status.phase!=Succeeded", true],
  [NodeKind, "spec.unschedulable=false", true]
]

it.each(matching)("$kind $1: $2", (kind, selector, want) => {
  assert.strictEqual(Result.getOrThrow(parseFieldSelector(served(kind), selector))(object), want)
})

const refused: ReadonlyArray<readonly [kind: Kind, selector: string]> = [
  [ConfigMapKind, "data.a=b"],
  [ConfigMapKind, "status.phase=Running"],
  [PodKind, "spec.restartCount=1"],
  [CodeRunKind, "spec.service=x"],
  [NodeKind, "metadata.namespace=n"],
  [PodKind, "metadata.name"],
  [PodKind, "metadata.name=a=b"]
]

it.each(refused)("$0.kind cannot be selected by $1", (kind, selector) => {
  assert.isTrue(Result.isFailure(parseFieldSelector(served(kind), selector)))
})
