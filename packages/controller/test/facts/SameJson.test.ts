import { assert, it } from "@effect/vitest"
import fc from "fast-check"
import { isDeepStrictEqual } from "node:util"
import { sameFields, sameJson } from "../../src/facts/SameJson.ts"

it.each<{ name: string; left: unknown; right: unknown; want: boolean }>([
  { name: "equal texts", left: "a", right: "a", want: true },
  { name: "a number and its text", left: 1, right: "1", want: false },
  { name: "nothing and null", left: undefined, right: null, want: false },
  { name: "keys in another order", left: { a: 1, b: [2] }, right: { b: [2], a: 1 }, want: true },
  { name: "a key more on the right", left: { a: 1 }, right: { a: 1, b: 2 }, want: false },
  { name: "a key more on the left", left: { a: 1, b: 2 }, right: { a: 1 }, want: false },
  { name: "another key without a value", left: { a: undefined }, right: { b: undefined }, want: false },
  { name: "a list in another order", left: [1, 2], right: [2, 1], want: false },
  { name: "a list and an object like it", left: [1], right: { 0: 1 }, want: false },
  { name: "an object like a list and that list", left: {}, right: [], want: false }
])("$name: $want", ({ left, right, want }) => assert.strictEqual(sameJson(left, right), want))

it("agrees with deep equality on all JSON", () => {
  const copied = fc.jsonValue().map((value) => [value, JSON.parse(JSON.stringify(value))] as const)
  fc.assert(
    fc.property(fc.oneof(copied, fc.tuple(fc.jsonValue(), fc.jsonValue())), ([left, right]) => {
      assert.strictEqual(sameJson(left, right), isDeepStrictEqual(left, right))
    }),
    { numRuns: 500, seed: 20260301 }
  )
})

it.each<{ name: string; left: object; right: object; want: boolean }>([
  { name: "that field alone", left: { a: 1, b: [1] }, right: { a: 2, b: [1] }, want: true },
  { name: "another one too", left: { a: 1, b: [1] }, right: { a: 2, b: [2] }, want: false },
  { name: "a field more on the right", left: { a: 1 }, right: { a: 1, b: undefined }, want: false }
])(
  "objects of which one field may differ: $name: $want",
  ({ left, right, want }) => assert.strictEqual(sameFields(left, right, new Set(["a"])), want)
)
