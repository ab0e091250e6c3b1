import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { keyHash, keyMarks, keySuffix, relation, requestHash } from "../../src/handlers/Idempotency.ts"
import { requestedBy } from "../../src/handlers/RequestedBy.ts"
import { codeSpec } from "../fixtures/Runs.ts"

const jane = { username: "jane", uid: "1" }

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
      assert.match(keyHash(jane, key), /^[0-9a-f]{40}$/)
      assert.match(keySuffix(jane, key), /^[0-9a-f]{10}$/)
    }))
  })

  const wanted = { user: jane, key: "k", request: { a: 1 }, spec: codeSpec }
  const made = (spec: object = {}) => {
    const { annotations, labels } = keyMarks(jane, "k", { a: 1 })
    return {
      metadata: { labels, annotations: { ...annotations, ...requestedBy(jane) } },
      spec: { ...codeSpec, ...spec }
    }
  }

  it.each([
    { name: "the same request", given: {}, want: "same" },
    { name: "another request", given: { request: { a: 2 } }, want: "reused" },
    { name: "another spec", given: { spec: { ...codeSpec, taskId: 8 } }, want: "reused" },
    { name: "another key", given: { key: "l" }, want: "foreign" },
    { name: "another user", given: { user: { username: "john" } }, want: "foreign" },
    { name: "another user of that name", given: { user: { ...jane, uid: "2" } }, want: "foreign" }
  ])("knows $name on an object", ({ given, want }) => {
    assert.strictEqual(relation(made(), { ...wanted, ...given }), want)
  })

  it("knows a run again whose next attempt was asked for, or that was cancelled", () => {
    assert.strictEqual(relation(made({ contextVersion: 3, cancel: true }), wanted), "same")
  })

  it("takes an object without marks for somebody else's", () => {
    assert.strictEqual(relation({ metadata: {}, spec: codeSpec }, wanted), "foreign")
  })
})
