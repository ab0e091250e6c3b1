import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { keyHash, keyMarks, keySuffix, relation, requestHash } from "../../src/handlers/Idempotency.ts"

const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).toReversed().map(([key, item]) => [key, reversed(item)]))
    : value

describe("idempotency", () => {
  it("hashes a request alike, whatever the order of its fields", () => {
    fc.assert(fc.property(fc.jsonValue(), (request) => {
      assert.strictEqual(requestHash(reversed(request)), requestHash(request))
    }))
  })

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: "1" }, { a: 1 }],
    [{ a: {} }, {}]
  ])("hashes %j and %j apart", (one, other) => {
    assert.notStrictEqual(requestHash(one), requestHash(other))
  })

  it("makes label values and suffixes of any key", () => {
    fc.assert(fc.property(fc.string(), (key) => {
      assert.match(keyHash(key), /^[0-9a-f]{40}$/)
      assert.match(keySuffix(key), /^[0-9a-f]{10}$/)
    }))
  })

  it.each([
    { name: "the same request", key: "k", request: { a: 1 }, want: "same" },
    { name: "another request", key: "k", request: { a: 2 }, want: "reused" },
    { name: "another key", key: "l", request: { a: 1 }, want: "foreign" }
  ])("knows $name on an object", ({ key, request, want }) => {
    assert.strictEqual(relation({ metadata: keyMarks("k", { a: 1 }) }, key, request), want)
  })

  it("takes an object without marks for somebody else's", () => {
    assert.strictEqual(relation({ metadata: {} }, "k", {}), "foreign")
  })
})
