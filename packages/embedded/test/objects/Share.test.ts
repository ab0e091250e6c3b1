import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { equalJson, freeze, share } from "../../src/objects/Share.ts"

it("what is equal is the previous value itself", () => {
  const previous = freeze({ a: [1, { b: "x" }], c: { d: null } })
  assert.strictEqual(share(previous, structuredClone(previous)), previous)
})

it("what differs shares the parts that do not", () => {
  const previous = freeze({ a: { x: 1 }, b: { y: [1, 2] } })
  const next = share(previous, { a: { x: 2 }, b: { y: [1, 2] } })
  assert.strictEqual(next.b, previous.b)
  assert.deepStrictEqual(next, { a: { x: 2 }, b: { y: [1, 2] } })
})

it("nothing is shared with the caller, and nothing can be changed", () => {
  const given = { a: { b: [1] } }
  const kept = freeze(given)
  given.a.b.push(2)
  assert.deepStrictEqual(kept, { a: { b: [1] } })
  assert.throws(() => kept.a.b.push(3), TypeError)
})

it("undefined fields are absent", () => {
  const previous = freeze({ a: 1 })
  assert.strictEqual(share<unknown>(previous, { a: 1, b: undefined }), previous)
  assert.notStrictEqual(share<unknown>(freeze({ a: 1, b: 2 }), { a: 1 }), previous)
})

it("a field named __proto__ is a field", () => {
  const kept: unknown = freeze(JSON.parse(`{"__proto__":{"x":1}}`))
  assert.deepStrictEqual(Object.keys(Object(kept)), ["__proto__"])
  assert.strictEqual(JSON.stringify(kept), `{"__proto__":{"x":1}}`)
})

it("shared values are equal to what was given, and the same object exactly when nothing differs", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const previous = freeze(a)
    const next = share<unknown>(previous, b)
    assert.strictEqual(JSON.stringify(next), JSON.stringify(b))
    if (typeof previous === "object" && previous !== null) assert.strictEqual(next === previous, equalJson(a, b))
  }))
})
