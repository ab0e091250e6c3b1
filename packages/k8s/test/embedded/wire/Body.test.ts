import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeBody, objectOf, patchOf } from "../../../src/embedded/wire/Body.ts"
import { ConfigMapKind } from "../../../src/Kinds.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const place = { kind: ConfigMapKind, namespace: "ns", name: undefined }

const failure = <A, E>(result: Result.Result<A, E>): E | undefined =>
  Result.isFailure(result) ? result.failure : undefined

describe("decodeBody", () => {
  it.each([
    { name: "JSON", type: "application/json", text: `{"a":1}`, want: { a: 1 } },
    { name: "JSON with a charset", type: "application/json; charset=utf-8", text: `{"a":1}`, want: { a: 1 } },
    { name: "YAML", type: "application/yaml", text: "a: 1", want: { a: 1 } },
    { name: "an apply in YAML", type: "application/apply-patch+yaml", text: "a: [x]", want: { a: ["x"] } },
    { name: "an apply in JSON", type: "application/apply-patch+yaml", text: `{"a":1}`, want: { a: 1 } },
    { name: "nothing", type: "", text: " ", want: undefined }
  ])("takes $name", ({ text, type, want }) => {
    assert.deepStrictEqual(Result.getOrThrow(decodeBody(type, bytes(text))), want)
  })

  it.each([
    { name: "broken JSON", type: "application/json", text: "{", want: "BadRequest" },
    { name: "broken YAML", type: "application/yaml", text: "a: [", want: "BadRequest" },
    { name: "other types", type: "application/cbor", text: "x", want: "Refused" }
  ])("refuses $name", ({ text, type, want }) => {
    assert.strictEqual(failure(decodeBody(type, bytes(text)))?._tag, want)
  })
})

describe("objectOf", () => {
  it("fills in what the path says", () => {
    assert.deepStrictEqual(Result.getOrThrow(objectOf({ metadata: { name: "x" }, data: {} }, place)) as object, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "x", namespace: "ns" },
      data: {}
    })
  })

  it.each([
    { name: "another kind", body: { kind: "Secret" } },
    { name: "another version", body: { apiVersion: "v2", kind: "ConfigMap" } },
    { name: "another namespace", body: { metadata: { namespace: "other" } } },
    { name: "no object", body: "x" }
  ])("refuses $name", ({ body }) => {
    assert.strictEqual(failure(objectOf(body, place))?._tag, "BadRequest")
  })

  it("refuses another name than the path's", () => {
    const renamed = objectOf({ metadata: { name: "y" } }, { ...place, name: "x" })
    assert.strictEqual(failure(renamed)?._tag, "BadRequest")
  })
})

describe("patchOf", () => {
  const anonymous = { fieldManager: undefined, force: false }

  it.each([
    { type: "application/merge-patch+json", body: { a: 1 }, want: "merge" },
    { type: "application/strategic-merge-patch+json", body: { a: 1 }, want: "strategic" },
    { type: "application/json-patch+json", body: [{ op: "remove", path: "/a" }], want: "json" }
  ])("$type is $want", ({ body, type, want }) => {
    assert.strictEqual(Result.getOrThrow(patchOf(type, body, anonymous)).type, want)
  })

  it("an apply names its manager", () => {
    const applied = Result.getOrThrow(patchOf("application/apply-patch+yaml", {}, { fieldManager: "me", force: true }))
    assert.deepStrictEqual(applied, { type: "apply", body: {}, fieldManager: "me", force: true })
    assert.strictEqual(failure(patchOf("application/apply-patch+yaml", {}, anonymous))?._tag, "BadRequest")
  })

  it.each([
    { name: "a type that is no patch", type: "application/json", body: {}, want: "Refused" },
    {
      name: "operations without a path",
      type: "application/json-patch+json",
      body: [{ op: "add" }],
      want: "BadRequest"
    },
    { name: "a merge that is a list", type: "application/merge-patch+json", body: [], want: "BadRequest" }
  ])("refuses $name", ({ body, type, want }) => {
    assert.strictEqual(failure(patchOf(type, body, anonymous))?._tag, want)
  })
})
