import { assert, it } from "@effect/vitest"
import { withDefaults } from "../../src/schema/Defaults.ts"
import { pruneObject } from "../../src/schema/Prune.ts"
import { schemaCauses } from "../../src/schema/SchemaCauses.ts"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"

const text: StructuralSchema = { type: "string" }
const inSpec = (schema: StructuralSchema): StructuralSchema => ({ type: "object", properties: { spec: schema } })
const record = (properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema => ({
  type: "object",
  properties
})

interface PruneRow {
  readonly name: string
  readonly schema: StructuralSchema
  readonly given: unknown
  readonly want: unknown
  readonly unknown: ReadonlyArray<string>
}

const pruneRows: ReadonlyArray<PruneRow> = [
  { name: "known fields stay", schema: record({ a: text }), given: { a: "x" }, want: { a: "x" }, unknown: [] },
  { name: "unknown fields go", schema: record({ a: text }), given: { b: 1 }, want: {}, unknown: ["spec.b"] },
  {
    name: "items are pruned",
    schema: { type: "array", items: record({ a: text }) },
    given: [{ a: "x" }, { b: 1 }],
    want: [{ a: "x" }, {}],
    unknown: ["spec[1].b"]
  },
  {
    name: "values of maps are pruned, their keys are not",
    schema: { type: "object", additionalProperties: record({ a: text }) },
    given: { x: { a: "1", b: "2" } },
    want: { x: { a: "1" } },
    unknown: ["spec.x.b"]
  },
  {
    name: "what preserves unknown fields keeps them",
    schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { a: record({}) } },
    given: { a: { gone: 1 }, kept: { deep: 1 } },
    want: { a: {}, kept: { deep: 1 } },
    unknown: ["spec.a.gone"]
  },
  {
    name: "embedded resources keep their identity",
    schema: { type: "object", "x-kubernetes-embedded-resource": true, properties: { a: text } },
    given: { apiVersion: "v1", kind: "X", metadata: { name: "x" }, other: 1 },
    want: { apiVersion: "v1", kind: "X", metadata: { name: "x" } },
    unknown: ["spec.other"]
  },
  {
    name: "a schema named like a prototype's member is none",
    schema: record({}),
    given: { toString: 1 },
    want: {},
    unknown: ["spec.toString"]
  }
]

it.each(pruneRows)("prune: $name", ({ given, schema, unknown, want }) => {
  const object = { apiVersion: "v1", kind: "X", metadata: { anything: 1 }, spec: given }
  const pruned = pruneObject(inSpec(schema), object)
  assert.deepStrictEqual(pruned, { value: { ...object, spec: want }, unknown })
  if (unknown.length === 0) assert.strictEqual(pruned.value, object)
})

const defaultRows: ReadonlyArray<readonly [name: string, schema: StructuralSchema, given: unknown, want: unknown]> = [
  ["an absent field", record({ a: { ...text, default: "x" } }), {}, { a: "x" }],
  ["a given field", record({ a: { ...text, default: "x" } }), { a: "y" }, { a: "y" }],
  ["a null", record({ a: { ...text, default: "x" } }), { a: null }, { a: "x" }],
  ["a null that may be", record({ a: { ...text, nullable: true, default: "x" } }), { a: null }, { a: null }],
  ["nothing below an absent object", record({ a: record({ b: { ...text, default: "x" } }) }), {}, {}],
  ["a field of a given object", record({ a: record({ b: { ...text, default: "x" } }) }), { a: {} }, { a: { b: "x" } }],
  [
    "a field of a default",
    record({ a: { ...record({ b: { ...text, default: "x" } }), default: {} } }),
    {},
    { a: { b: "x" } }
  ],
  ["items", { type: "array", items: record({ a: { ...text, default: "x" } }) }, [{}, { a: "y" }], [{ a: "x" }, {
    a: "y"
  }]],
  [
    "values of maps",
    { type: "object", additionalProperties: record({ a: { ...text, default: "x" } }) },
    { k: {} },
    { k: { a: "x" } }
  ]
]

it.each(defaultRows)("default: %s", (_name, schema, given, want) => {
  const filled = withDefaults(schema, given)
  assert.deepStrictEqual(filled, want)
  assert.strictEqual(withDefaults(schema, filled), filled)
})

const validRows: ReadonlyArray<readonly [schema: StructuralSchema, value: unknown]> = [
  [text, ""],
  [{ type: "integer" }, 1],
  [{ type: "number" }, 1],
  [{ type: "number" }, 1.5],
  [{ ...text, nullable: true }, null],
  [{ ...text, enum: ["a", "b"] }, "b"],
  [{ ...text, pattern: "^a" }, "ab"],
  [{ ...text, format: "date-time" }, "2026-01-02T03:04:05.678Z"],
  [{ ...text, format: "date-time" }, "2026-01-02T03:04:05+02:00"],
  [{ type: "integer", minimum: 1, maximum: 3 }, 3],
  [{ type: "number", minimum: 0, exclusiveMinimum: true }, 0.1],
  [{ "x-kubernetes-int-or-string": true }, 5],
  [{ "x-kubernetes-int-or-string": true }, "50%"],
  [{ type: "array", items: text, "x-kubernetes-list-type": "set" }, ["a", "b"]],
  [{ anyOf: [{ type: "string" }, { type: "integer" }] }, 1],
  [{ oneOf: [{ minimum: 1 }, { minimum: 10 }], type: "integer" }, 5],
  [{ not: { type: "string" } }, 1],
  [{ type: "object", additionalProperties: text, minProperties: 1 }, { a: "x" }],
  [{ type: "object", required: ["a"], properties: { a: { nullable: true, type: "string" } } }, { a: null }]
]

it.each(validRows)("valid by %j: %j", (schema, value) => {
  assert.deepStrictEqual(schemaCauses(schema, value, "spec"), [])
})

const type = "FieldValueTypeInvalid"
const invalid = "FieldValueInvalid"

const invalidRows: ReadonlyArray<readonly [schema: StructuralSchema, value: unknown, field: string, reason: string]> = [
  [text, 1, "spec", type],
  [text, null, "spec", type],
  [{ type: "integer" }, "1", "spec", type],
  [{ type: "integer" }, 1.5, "spec", type],
  [{ type: "boolean" }, "true", "spec", type],
  [{ type: "array" }, {}, "spec", type],
  [{ type: "object" }, [], "spec", type],
  [{ "x-kubernetes-int-or-string": true }, 1.5, "spec", type],
  [{ ...text, enum: ["a"] }, "b", "spec", "FieldValueNotSupported"],
  [{ ...text, pattern: "^a$" }, "b", "spec", invalid],
  [{ ...text, minLength: 2 }, "ö", "spec", invalid],
  [{ ...text, maxLength: 2 }, "abc", "spec", "FieldValueTooLong"],
  [{ ...text, format: "date-time" }, "2026-01-02", "spec", invalid],
  [{ ...text, format: "date-time" }, "2026-13-02T03:04:05Z", "spec", invalid],
  [{ type: "integer", minimum: 1 }, 0, "spec", invalid],
  [{ type: "integer", maximum: 1 }, 2, "spec", invalid],
  [{ type: "number", minimum: 0, exclusiveMinimum: true }, 0, "spec", invalid],
  [{ type: "number", maximum: 1, exclusiveMaximum: true }, 1, "spec", invalid],
  [{ type: "integer", multipleOf: 2 }, 3, "spec", invalid],
  [{ type: "array", maxItems: 1 }, [1, 2], "spec", invalid],
  [{ type: "array", minItems: 1 }, [], "spec", invalid],
  [{ type: "array", items: text }, ["a", 1], "spec[1]", type],
  [{ type: "array", items: text, "x-kubernetes-list-type": "set" }, ["a", "a"], "spec[1]", "FieldValueDuplicate"],
  [
    { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] },
    [{ k: "a" }, { k: "a" }],
    "spec[1]",
    "FieldValueDuplicate"
  ],
  [{ type: "object", required: ["a"] }, {}, "spec.a", "FieldValueRequired"],
  [record({ a: record({ b: text }) }), { a: { b: 1 } }, "spec.a.b", type],
  [{ type: "object", additionalProperties: text }, { a: 1 }, "spec.a", type],
  [{ type: "object", maxProperties: 1 }, { a: 1, b: 1 }, "spec", invalid],
  [{ anyOf: [{ type: "string" }, { type: "integer" }] }, true, "spec", invalid],
  [{ oneOf: [{ minimum: 1 }, { minimum: 10 }], type: "integer" }, 11, "spec", invalid],
  [{ allOf: [{ required: ["a"] }], type: "object" }, {}, "spec.a", "FieldValueRequired"],
  [{ not: { type: "string" } }, "a", "spec", invalid]
]

it.each(invalidRows)("invalid by %j: %j, at %s", (schema, value, field, reason) => {
  assert.deepStrictEqual(
    schemaCauses(schema, value, "spec").map((cause) => [cause.field, cause.reason]),
    [[field, reason]]
  )
})

it("what the previous version already had is not judged again", () => {
  const schema = record({ a: { ...text, pattern: "^x" }, b: text })
  const previous = { a: "old", b: "1" }
  assert.deepStrictEqual(schemaCauses(schema, { ...previous, b: "2" }, "spec", previous), [])
  assert.lengthOf(schemaCauses(schema, { ...previous, a: "new" }, "spec", previous), 1)
})

it("every problem is told, not only the first", () => {
  const schema = { ...record({ a: text, b: { type: "integer" } }), required: ["c"] }
  const fields = schemaCauses(schema, { a: 1, b: "x" }, "").map(({ field }) => field)
  assert.sameMembers([...fields], ["a", "b", "c"])
})
