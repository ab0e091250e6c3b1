import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { decoder, describe as phrase, formatPath, formatProblems } from "../src/Decode.ts"

const Inner = Schema.Struct({ count: Schema.Int, tags: Schema.optionalKey(Schema.Array(Schema.String)) })
const decode = decoder(Schema.Struct({ name: Schema.String, inner: Inner }))

const reports = (input: unknown, options = {}) =>
  Result.match(decode(input, options), {
    onSuccess: () => [],
    onFailure: (problems) => problems
  })

describe("a report", () => {
  it.each<{ name: string; input: unknown; path: string; expected: string; found: string }>([
    {
      name: "a missing key",
      input: { name: "a", inner: {} },
      path: "inner.count",
      expected: "a value",
      found: "nothing"
    },
    {
      name: "a wrong type",
      input: { name: 1, inner: { count: 1 } },
      path: "name",
      expected: "string",
      found: "number 1"
    },
    {
      name: "a wrong element",
      input: { name: "a", inner: { count: 1, tags: ["x", 2] } },
      path: "inner.tags[1]",
      expected: "string",
      found: "number 2"
    },
    {
      name: "a failed check",
      input: { name: "a", inner: { count: 1.5 } },
      path: "inner.count",
      expected: "an integer",
      found: "number 1.5"
    },
    {
      name: "a list for an object",
      input: { name: "a", inner: [1] },
      path: "inner",
      expected: "object",
      found: "a list of 1"
    },
    { name: "nothing at all", input: undefined, path: "", expected: "object", found: "nothing" },
    { name: "null", input: null, path: "", expected: "object", found: "null" }
  ])("of $name tells path, expected and found", ({ expected, found, input, path }) => {
    assert.deepStrictEqual(reports(input), [{ path, expected, found }])
  })

  it("has every problem, not the first", () => {
    assert.deepStrictEqual(reports({ inner: { count: "x", tags: 3 } }).map(({ path }) => path).toSorted(), [
      "inner.count",
      "inner.tags",
      "name"
    ])
  })

  it("is prefixed with where the value was found", () => {
    assert.deepStrictEqual(reports({ name: "a", inner: {} }, { at: "spec" }).map(({ path }) => path), [
      "spec.inner.count"
    ])
    assert.deepStrictEqual(reports(3, { at: "spec" }).map(({ path }) => path), ["spec"])
  })

  it("names an unknown key only where that is asked for", () => {
    const input = { name: "a", inner: { count: 1, cuont: 2 } }
    assert.deepStrictEqual(reports(input), [])
    assert.deepStrictEqual(reports(input, { rejectUnknown: true }), [
      { path: "inner.cuont", expected: "no such field", found: "number 2" }
    ])
  })

  it("is one line per problem", () => {
    assert.strictEqual(
      formatProblems(reports({ name: 1, inner: { count: 1.5 } })),
      "name: expected string, found number 1; inner.count: expected an integer, found number 1.5"
    )
    assert.strictEqual(formatProblems(reports(3)), "value: expected object, found number 3")
  })
})

describe("paths", () => {
  it.each([
    { path: [], text: "" },
    { path: ["spec"], text: "spec" },
    { path: ["spec", "env", "PATH"], text: "spec.env.PATH" },
    { path: ["spec", "envFromSecrets", 2, "name"], text: "spec.envFromSecrets[2].name" },
    { path: [0, 1], text: "[0][1]" }
  ])("$text", ({ path, text }) => assert.strictEqual(formatPath(path), text))
})

describe("what was found", () => {
  it.each<{ value: unknown; text: string }>([
    { value: undefined, text: "nothing" },
    { value: null, text: "null" },
    { value: true, text: "boolean true" },
    { value: "a \"b\"\n", text: `string "a \\"b\\"\\n"` },
    { value: [1, 2], text: "a list of 2" },
    { value: { a: 1 }, text: "an object" }
  ])("$text", ({ text, value }) => assert.strictEqual(phrase(value), text))

  it("is cut when it is long", () =>
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (text) => {
      assert.isAtMost(phrase(text).length, 90)
    })))

  it.each([
    "https://ada:hunter2@github.com/a/b",
    "https://hunter2@github.com/a/b",
    "see https://x:hunter2@host/ and ssh://hunter2@host/"
  ])("never shows the credentials of a URL: %s", (text) => assert.notInclude(phrase(text), "hunter2"))

  it("shows a URL without any as it is", () => {
    assert.strictEqual(phrase("https://host/@scope/name"), `string "https://host/@scope/name"`)
  })
})
