import { assert, describe, it } from "@effect/vitest"
import { compile } from "../../src/wire/JsonPath.ts"

const object = {
  metadata: { annotations: { "a.b/c": "dotted" }, name: "x" },
  spec: { taskId: 5, tags: ["a", "b", "c"] },
  status: {
    conditions: [
      { type: "Queued", status: "False", weight: 1 },
      { type: "Ready", status: "True", weight: 2 }
    ]
  }
}

describe("compile", () => {
  it.each([
    { path: ".spec.taskId", want: [5] },
    { path: "{.spec.taskId}", want: [5] },
    { path: "$.spec.taskId", want: [5] },
    { path: ".spec.missing.deep", want: [] },
    { path: ".spec.tags[0]", want: ["a"] },
    { path: ".spec.tags[-1]", want: ["c"] },
    { path: ".spec.tags[9]", want: [] },
    { path: ".spec.tags[*]", want: ["a", "b", "c"] },
    { path: `.metadata.annotations['a.b/c']`, want: ["dotted"] },
    { path: String.raw`.metadata.annotations.a\.b/c`, want: ["dotted"] },
    { path: `.status.conditions[?(@.type=="Ready")].status`, want: ["True"] },
    { path: `.status.conditions[?(@.type != 'Ready')].status`, want: ["False"] },
    { path: ".status.conditions[?(@.weight==2)].type", want: ["Ready"] },
    { path: ".status.conditions[?(@.weight)].type", want: ["Queued", "Ready"] },
    { path: ".spec[", want: [] }
  ])("$path", ({ path, want }) => {
    assert.deepStrictEqual(compile(path)(object), want)
  })
})
