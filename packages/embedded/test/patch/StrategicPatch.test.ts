import { assert, it } from "@effect/vitest"
import { builtInSchemas } from "../../src/kinds/BuiltIn.ts"
import { objectShape } from "../../src/patch/Shape.ts"
import { strategicPatch } from "../../src/patch/StrategicPatch.ts"

const shape = objectShape(builtInSchemas["/pods"] ?? {})

interface Row {
  readonly name: string
  readonly given: object
  readonly patch: object
  readonly want: object
}

const containers = (...items: ReadonlyArray<object>) => ({ spec: { containers: items } })

const rows: ReadonlyArray<Row> = [
  {
    name: "merges an item by its key and keeps the others",
    given: containers({ name: "a", image: "x" }, { name: "b", image: "y" }),
    patch: containers({ name: "b", image: "z" }),
    want: containers({ name: "a", image: "x" }, { name: "b", image: "z" })
  },
  {
    name: "appends an item with a new key, without its nulls",
    given: containers({ name: "a" }),
    patch: containers({ name: "b", image: "y", command: null }),
    want: containers({ name: "a" }, { name: "b", image: "y" })
  },
  {
    name: "merges lists within items by their own keys",
    given: containers({ name: "a", env: [{ name: "X", value: "1" }], volumeMounts: [{ name: "v", mountPath: "/v" }] }),
    patch: containers({
      name: "a",
      env: [{ name: "Y", value: "2" }],
      volumeMounts: [{ mountPath: "/v", readOnly: true }]
    }),
    want: containers({
      name: "a",
      env: [{ name: "X", value: "1" }, { name: "Y", value: "2" }],
      volumeMounts: [{ name: "v", mountPath: "/v", readOnly: true }]
    })
  },
  {
    name: "deletes an item by directive",
    given: containers({ name: "a" }, { name: "b" }),
    patch: containers({ $patch: "delete", name: "a" }),
    want: containers({ name: "b" })
  },
  {
    name: "deletes no item that is not there",
    given: containers({ name: "a" }),
    patch: containers({ $patch: "delete", name: "c" }),
    want: containers({ name: "a" })
  },
  {
    name: "replaces a list by directive",
    given: containers({ name: "a" }, { name: "b" }),
    patch: containers({ $patch: "replace" }, { name: "c" }),
    want: containers({ name: "c" })
  },
  {
    name: "replaces an object by directive",
    given: { metadata: { labels: { a: "1" } } },
    patch: { metadata: { labels: { $patch: "replace", b: "2" } } },
    want: { metadata: { labels: { b: "2" } } }
  },
  {
    name: "replaces lists without keys",
    given: { spec: { tolerations: [{ key: "a" }] } },
    patch: { spec: { tolerations: [{ key: "b" }] } },
    want: { spec: { tolerations: [{ key: "b" }] } }
  },
  {
    name: "removes a member with null",
    given: { metadata: { labels: { a: "1", b: "2" } } },
    patch: { metadata: { labels: { a: null } } },
    want: { metadata: { labels: { b: "2" } } }
  },
  {
    name: "adds to a set without doubles, and deletes from it",
    given: { metadata: { finalizers: ["a", "b"] } },
    patch: { metadata: { finalizers: ["b", "c"], "$deleteFromPrimitiveList/finalizers": ["a"] } },
    want: { metadata: { finalizers: ["b", "c"] } }
  },
  {
    name: "ignores the order that kubectl tells it",
    given: containers({ name: "a" }, { name: "b" }),
    patch: {
      spec: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }], containers: [{ name: "b", image: "y" }] }
    },
    want: containers({ name: "a" }, { name: "b", image: "y" })
  },
  {
    name: "retains only the keys it is told",
    given: { spec: { volumes: [{ name: "v", emptyDir: {} }] } },
    patch: { spec: { volumes: [{ name: "v", $retainKeys: ["name", "secret"], secret: { secretName: "s" } }] } },
    want: { spec: { volumes: [{ name: "v", secret: { secretName: "s" } }] } }
  },
  {
    name: "merges owners by uid",
    given: { metadata: { ownerReferences: [{ uid: "1", name: "a" }] } },
    patch: { metadata: { ownerReferences: [{ uid: "2", name: "b" }, { uid: "1", controller: true }] } },
    want: { metadata: { ownerReferences: [{ uid: "1", name: "a", controller: true }, { uid: "2", name: "b" }] } }
  },
  {
    name: "merges conditions by type",
    given: { status: { conditions: [{ type: "A", status: "False" }] } },
    patch: { status: { conditions: [{ type: "A", status: "True" }, { type: "B", status: "True" }] } },
    want: { status: { conditions: [{ type: "A", status: "True" }, { type: "B", status: "True" }] } }
  },
  {
    name: "tells ports apart by protocol only where the patch does",
    given: containers({ name: "a", ports: [{ containerPort: 53, protocol: "TCP" }] }),
    patch: containers({
      name: "a",
      ports: [{ containerPort: 53, protocol: "UDP" }, { containerPort: 53, name: "dns" }]
    }),
    want: containers({
      name: "a",
      ports: [{ containerPort: 53, protocol: "TCP", name: "dns" }, { containerPort: 53, protocol: "UDP" }]
    })
  }
]

it.each(rows)("$name", ({ given, patch, want }) => {
  const before = structuredClone(given)
  assert.deepStrictEqual(strategicPatch(shape, given, patch), want)
  assert.deepStrictEqual(given, before)
})
