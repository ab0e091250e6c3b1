import { assert, it } from "@effect/vitest"
import { builtInSchemas } from "../../src/kinds/BuiltIn.ts"
import { diffFields, fieldsOf } from "../../src/patch/FieldDiff.ts"
import { describePath, fromFieldsV1, sameSet, toFieldsV1 } from "../../src/patch/FieldPaths.ts"
import { objectShape } from "../../src/patch/Shape.ts"

const shape = objectShape(builtInSchemas["/pods"] ?? {})

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", uid: "u", resourceVersion: "1", labels: { app: "x" }, finalizers: ["example.com/f"] },
  spec: {
    nodeSelector: { zone: "a" },
    tolerations: [{ key: "k" }],
    containers: [{ name: "main", image: "i", env: [{ name: "A", value: "1" }] }]
  }
}

const fieldsV1 = {
  "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { "v:\"example.com/f\"": {} } },
  "f:spec": {
    "f:nodeSelector": {},
    "f:tolerations": {},
    "f:containers": {
      "k:{\"name\":\"main\"}": {
        ".": {},
        "f:name": {},
        "f:image": {},
        "f:env": { "k:{\"name\":\"A\"}": { ".": {}, "f:name": {}, "f:value": {} } }
      }
    }
  }
}

it("an object's fields are its leaves and its items, but not what only the server sets", () => {
  assert.deepStrictEqual(toFieldsV1(fieldsOf(shape, pod)), fieldsV1)
})

it("fields read back are the same", () => {
  assert.isTrue(sameSet(fromFieldsV1(fieldsV1), fieldsOf(shape, pod)))
})

it("a difference names what changed and what is gone", () => {
  const [main] = pod.spec.containers
  const after = {
    ...pod,
    metadata: { ...pod.metadata, resourceVersion: "2", labels: {} },
    spec: { ...pod.spec, containers: [{ ...main, image: "j", env: [{ name: "B", value: "1" }] }] }
  }
  const { changed, removed } = diffFields(shape, pod, after)
  assert.sameMembers([...changed].map(describePath), [
    ".metadata.labels",
    ".spec.containers[name=\"main\"].image",
    ".spec.containers[name=\"main\"].env[name=\"B\"]",
    ".spec.containers[name=\"main\"].env[name=\"B\"].name",
    ".spec.containers[name=\"main\"].env[name=\"B\"].value"
  ])
  assert.sameMembers([...removed].map(describePath), [
    ".metadata.labels.app",
    ".spec.containers[name=\"main\"].env[name=\"A\"]",
    ".spec.containers[name=\"main\"].env[name=\"A\"].name",
    ".spec.containers[name=\"main\"].env[name=\"A\"].value"
  ])
})

it("items that only moved are no difference", () => {
  const two = (...names: ReadonlyArray<string>) => ({
    spec: { containers: names.map((name) => ({ name, image: "i" })) }
  })
  const { changed, removed } = diffFields(shape, two("a", "b"), two("b", "a"))
  assert.deepStrictEqual([changed.size, removed.size], [0, 0])
})
