import { assert, it } from "@effect/vitest"
import type { JsonPatchOperation } from "@orchestrator/k8s/KubernetesClient"
import { Result } from "effect"
import { jsonPatch } from "../../src/patch/JsonPatch.ts"

interface Row {
  readonly name: string
  readonly given: unknown
  readonly patch: ReadonlyArray<JsonPatchOperation>
  /** Absent: refused. */
  readonly want?: unknown
}

const rows: ReadonlyArray<Row> = [
  { name: "adds a member", given: {}, patch: [{ op: "add", path: "/a", value: 1 }], want: { a: 1 } },
  { name: "adds over a member", given: { a: 1 }, patch: [{ op: "add", path: "/a", value: 2 }], want: { a: 2 } },
  { name: "inserts an item", given: [1, 3], patch: [{ op: "add", path: "/1", value: 2 }], want: [1, 2, 3] },
  { name: "appends an item", given: [1], patch: [{ op: "add", path: "/-", value: 2 }], want: [1, 2] },
  { name: "adds at the end by its index", given: [1], patch: [{ op: "add", path: "/1", value: 2 }], want: [1, 2] },
  { name: "adds no item past the end", given: [1], patch: [{ op: "add", path: "/2", value: 2 }] },
  { name: "adds nothing below what is absent", given: {}, patch: [{ op: "add", path: "/a/b", value: 1 }] },
  { name: "replaces the whole", given: { a: 1 }, patch: [{ op: "replace", path: "", value: [] }], want: [] },
  { name: "replaces an item", given: [1, 2], patch: [{ op: "replace", path: "/1", value: 3 }], want: [1, 3] },
  { name: "replaces no absent item", given: [1], patch: [{ op: "replace", path: "/1", value: 3 }] },
  { name: "removes an item", given: [1, 2, 3], patch: [{ op: "remove", path: "/1" }], want: [1, 3] },
  { name: "removes a member", given: { a: 1, b: 2 }, patch: [{ op: "remove", path: "/a" }], want: { b: 2 } },
  { name: "removes nothing absent", given: {}, patch: [{ op: "remove", path: "/a" }] },
  { name: "moves", given: { a: { b: 1 } }, patch: [{ op: "move", from: "/a/b", path: "/c" }], want: { a: {}, c: 1 } },
  { name: "moves nothing into itself", given: { a: {} }, patch: [{ op: "move", from: "/a", path: "/a/b" }] },
  { name: "copies", given: { a: [1] }, patch: [{ op: "copy", from: "/a", path: "/b" }], want: { a: [1], b: [1] } },
  { name: "copies nothing absent", given: {}, patch: [{ op: "copy", from: "/a", path: "/b" }] },
  {
    name: "tests in any order of members",
    given: { a: { x: 1, y: 2 } },
    patch: [{ op: "test", path: "/a", value: { y: 2, x: 1 } }],
    want: { a: { x: 1, y: 2 } }
  },
  { name: "fails an unequal test", given: { a: 1 }, patch: [{ op: "test", path: "/a", value: "1" }] },
  {
    name: "reads escapes",
    given: { "a/b": { "c~d": 1 } },
    patch: [{ op: "remove", path: "/a~1b/c~0d" }],
    want: { "a/b": {} }
  },
  { name: "reads ~01 as ~1", given: { "~1": 1 }, patch: [{ op: "remove", path: "/~01" }], want: {} },
  { name: "refuses leading zeros", given: [1, 2], patch: [{ op: "remove", path: "/01" }] },
  { name: "refuses a path that is no pointer", given: { a: 1 }, patch: [{ op: "remove", path: "a" }] },
  {
    name: "does none of a patch that fails in its middle",
    given: { a: 1 },
    patch: [{ op: "remove", path: "/a" }, { op: "remove", path: "/a" }]
  },
  {
    name: "sees what earlier operations did",
    given: {},
    patch: [{ op: "add", path: "/a", value: [] }, { op: "add", path: "/a/-", value: 1 }],
    want: { a: [1] }
  }
]

it.each(rows)("$name", ({ given, patch, want }) => {
  const before = structuredClone(given)
  const result = jsonPatch(given, patch)
  assert.deepStrictEqual(given, before)
  if (want === undefined) return assert.isTrue(Result.isFailure(result))
  assert.deepStrictEqual(Result.getOrThrow(result), want)
})
