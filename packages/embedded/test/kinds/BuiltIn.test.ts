import { assert, describe, it } from "@effect/vitest"
import { builtInSchemas } from "../../src/kinds/BuiltIn.ts"
import { definition } from "../../src/kinds/Describe.ts"
import { selfSubjectAccessReview, selfSubjectReview, selfSubjectRulesReview } from "../../src/kinds/Extensions.ts"
import { metadataSchema } from "../../src/kinds/Metadata.ts"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"
import { definedAs, type Schema, toOpenApi } from "../../src/wire/openapi/Schema.ts"
import { type Field, messageOf } from "../../src/wire/protobuf/Messages.ts"

const described = [
  ...Object.values(builtInSchemas),
  metadataSchema,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview
]

const scalars: Readonly<Record<string, string>> = { string: "string", bytes: "string", int: "integer", bool: "boolean" }

/** Fields of the Go type, with those that it has by embedding another. */
const fieldsOf = (message: string): ReadonlyMap<string, Field> =>
  new Map(
    [...messageOf(message)?.values() ?? []].flatMap((field): ReadonlyArray<readonly [string, Field]> =>
      field.shape === "inline" ? [...fieldsOf(field.type)] : [[field.name, field]]
    )
  )

const typeOf = ({ type }: Field): string => scalars[type] ?? (messageOf(type) === undefined ? "text" : "object")

/** Conditions of every kind have one description; of these two fields only some kinds' Go types know. */
const ofSomeConditions = ["lastProbeTime", "observedGeneration"]

/** What a schema says otherwise than the Go type. */
const differences = (schema: StructuralSchema, message: string, path: string): ReadonlyArray<string> => {
  const fields = fieldsOf(message)
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const field = fields.get(key)
    const at = `${path}.${key}`
    if (field === undefined) {
      return message.endsWith("Condition") && ofSomeConditions.includes(key) ? [] : [`${at} is unknown to ${message}`]
    }
    const additional = property["additionalProperties"] as StructuralSchema | undefined
    const inner = field.shape === "list" ? property.items : field.shape === "map" ? additional : property
    if (inner === undefined) return [`${at} is a ${field.shape}`]
    const expected = typeOf(field)
    const found = inner.type ?? "text"
    if (expected === "object" && inner.properties !== undefined) return differences(inner, field.type, at)
    return expected === "text" || found === expected ? [] : [`${at} is ${expected}, not ${found}`]
  })
}

describe("the description of a built-in kind", () => {
  it.each(described.map((schema) => [definedAs(schema)?.name ?? "", schema] as const))(
    "has the fields and types of its Go type: %s",
    (name, schema) => {
      const message = name.split(".").at(-1) ?? ""
      assert.isDefined(messageOf(message))
      assert.deepStrictEqual(differences(schema, message, message), [])
    }
  )

  it("a field or a type that Go does not have is found", () => {
    const wrong: StructuralSchema = { properties: { data: { type: "string" }, colour: { type: "string" } } }
    assert.lengthOf(differences(wrong, "ConfigMap", "ConfigMap"), 2)
  })

  it("gives one definition for one name, whatever defaults its variants have", () => {
    const variants = new Map<string, Array<string>>()
    const visit = (schema: StructuralSchema): void => {
      const own = definedAs(schema)
      if (own !== undefined) {
        const found = new Map<string, Schema>()
        toOpenApi({ ...schema, [definition]: own }, found)
        variants.set(own.name, [...variants.get(own.name) ?? [], JSON.stringify(found.get(own.name))])
      }
      for (const field of Object.values(schema.properties ?? {})) visit(field)
      if (schema.items !== undefined) visit(schema.items)
    }
    described.forEach(visit)
    assert.isAbove(variants.size, 25)
    for (const [name, texts] of variants) assert.lengthOf(new Set(texts), 1, name)
  })
})
