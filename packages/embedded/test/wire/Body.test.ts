import { assert, describe, it } from "@effect/vitest"
import { ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { Result } from "effect"
import { decodeBody, objectOf, patchOf, patchTypeOf } from "../../src/wire/Body.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const place = { kind: ConfigMapKind, isCustom: false, namespace: "ns", name: undefined }

const failure = <A, E>(result: Result.Result<A, E>): E | undefined =>
  Result.isFailure(result) ? result.failure : undefined

describe("decodeBody", () => {
  it.each([
    { name: "JSON", type: "application/json", text: `{"a":1}`, want: { a: 1 } },
    { name: "JSON with a charset", type: "application/json; charset=utf-8", text: `{"a":1}`, want: { a: 1 } },
    { name: "YAML", type: "application/yaml", text: "a: 1", want: { a: 1 } },
    { name: "an apply in YAML", type: "application/apply-patch+yaml", text: "a: [x]", want: { a: ["x"] } },
    {
      name: "YAML that looks like JSON",
      type: "application/yaml",
      text: "{a: '1', b: [c]}",
      want: { a: "1", b: ["c"] }
    },
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

  it("refuses a custom object that does not say what it is", () => {
    const nameless = objectOf({ metadata: { name: "x" } }, { ...place, isCustom: true })
    assert.strictEqual(failure(nameless)?._tag, "BadRequest")
  })

  it("refuses another name than the path's", () => {
    const renamed = objectOf({ metadata: { name: "y" } }, { ...place, name: "x" })
    assert.strictEqual(failure(renamed)?._tag, "BadRequest")
  })
})

describe("patchTypeOf", () => {
  it.each([
    { type: "application/merge-patch+json", isCustom: true, want: "merge" },
    { type: "application/json-patch+json; charset=utf-8", isCustom: true, want: "json" },
    { type: "application/strategic-merge-patch+json", isCustom: false, want: "strategic" },
    { type: "application/apply-patch+yaml", isCustom: true, want: "apply" }
  ])("$type is $want", ({ isCustom, type, want }) => {
    assert.strictEqual(Result.getOrThrow(patchTypeOf(type, isCustom)), want)
  })

  it.each([
    { name: "a type that is no patch", type: "application/json", isCustom: false },
    { name: "a strategic patch of a custom resource", type: "application/strategic-merge-patch+json", isCustom: true }
  ])("refuses $name", ({ isCustom, type }) => {
    assert.deepInclude(failure(patchTypeOf(type, isCustom)), { _tag: "Refused", status: 415 })
  })
})

describe("patchOf", () => {
  it("an apply has its manager", () => {
    const applied = Result.getOrThrow(patchOf("apply", {}, { fieldManager: "me", force: true }))
    assert.deepStrictEqual(applied, { type: "apply", body: {}, fieldManager: "me", force: true })
  })

  it.each(
    [
      { name: "operations without a path", type: "json", body: [{ op: "add" }] },
      { name: "an operation that is none", type: "json", body: [{ op: "jump", path: "/a" }] },
      { name: "a merge that is a list", type: "merge", body: [] },
      { name: "an apply of nothing", type: "apply", body: undefined }
    ] as const
  )("refuses $name", ({ body, type }) => {
    assert.strictEqual(failure(patchOf(type, body, undefined))?._tag, "BadRequest")
  })
})
