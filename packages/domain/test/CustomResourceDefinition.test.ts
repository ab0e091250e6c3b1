import { assert, describe, it } from "@effect/vitest"
import { Predicate } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse, parseAllDocuments } from "yaml"
import { type CustomResourceDefinition, definitionOf, type StructuralSchema } from "../src/CustomResourceDefinition.ts"
import { codeRun } from "../src/kinds/CodeRunKind.ts"
import { docsRun } from "../src/kinds/DocsRunKind.ts"

const seedText = (file: string) =>
  readFileSync(fileURLToPath(new URL(`fixtures/seed/${file}`, import.meta.url)), "utf8")

const kinds: ReadonlyArray<{ kind: string; seed: CustomResourceDefinition; ours: CustomResourceDefinition }> = [
  { kind: "CodeRun", seed: parse(seedText("coderun-crd.yaml")), ours: definitionOf(codeRun) },
  { kind: "DocsRun", seed: parse(seedText("docsrun-crd.yaml")), ours: definitionOf(docsRun) }
]

const versionOf = ({ spec: { versions: [version] } }: CustomResourceDefinition) => {
  if (version === undefined) throw new Error("a definition without a version")
  return version
}

const schemaOf = (definition: CustomResourceDefinition) => versionOf(definition).schema.openAPIV3Schema

interface Node {
  readonly path: string
  readonly schema: StructuralSchema
}

/** A schema with everything below it, by path. */
const nodes = (schema: StructuralSchema, path: string): ReadonlyArray<Node> => [
  { path, schema },
  ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => nodes(inner, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : nodes(schema.items, `${path}[]`)),
  ...(Predicate.isObject(schema["additionalProperties"]) ? nodes(schema["additionalProperties"], `${path}{}`) : [])
]

const table = (definition: CustomResourceDefinition) =>
  new Map(nodes(schemaOf(definition), "").map(({ path, schema }) => [path, schema]))

describe.each(kinds)("the CRD of $kind", ({ ours, seed }) => {
  const seedNodes = [...table(seed)].map(([path, schema]) => ({ path, schema }))

  it("has the seed's group, names and scope", () => {
    assert.strictEqual(ours.apiVersion, seed.apiVersion)
    assert.strictEqual(ours.metadata.name, seed.metadata.name)
    assert.strictEqual(ours.spec.group, seed.spec.group)
    assert.strictEqual(ours.spec.scope, seed.spec.scope)
    const { listKind, ...names } = ours.spec.names
    assert.strictEqual(listKind, `${names.kind}List`)
    assert.deepStrictEqual(names, seed.spec.names)
  })

  it("has the seed's version, stored, served, with the status subresource", () => {
    const { name, served, storage, subresources } = versionOf(ours)
    const { name: seedName, served: seedServed, storage: seedStorage, subresources: seedSub } = versionOf(seed)
    assert.deepStrictEqual(
      { name, served, storage, subresources },
      { name: seedName, served: seedServed, storage: seedStorage, subresources: seedSub }
    )
  })

  it("prints the seed's columns in their order, and more only with -o wide", () => {
    const columns = versionOf(ours).additionalPrinterColumns
    assert.deepStrictEqual(
      columns.filter(({ priority }) => priority === undefined),
      versionOf(seed).additionalPrinterColumns
    )
    assert.deepStrictEqual(
      columns.filter(({ priority }) => priority === 1).map(({ name }) => name),
      ["Reason", "Attempt", "PR"]
    )
  })

  it.each(seedNodes)("keeps the seed's $path", ({ path, schema }) => {
    const found = table(ours).get(path)
    assert.isDefined(found)
    assert.strictEqual(found?.type, schema.type)
    assert.strictEqual(found?.["default"], schema["default"])
    if (schema.description !== undefined) assert.strictEqual(found?.description, schema.description)
    assert.deepStrictEqual(found?.required ?? [], schema.required ?? [])
  })

  it("restricts no seed field further than the seed, but in its size", () => {
    const restrictions = [
      "enum",
      "pattern",
      "minimum",
      "maximum",
      "minLength",
      "format",
      "minItems",
      "minProperties",
      "not"
    ]
    for (const { path } of seedNodes) {
      const found = table(ours).get(path)
      for (const name of restrictions) assert.notProperty(found, name, path)
    }
  })

  it("requires none of the new fields of spec", () => {
    assert.deepStrictEqual(table(ours).get(".spec")?.required, table(seed).get(".spec")?.required)
  })

  describe("is structural", () => {
    const all = nodes(schemaOf(ours), "")

    it.each(all)("$path", ({ path, schema }) => {
      assert.isString(schema.type)
      for (const name of ["$ref", "allOf", "anyOf", "oneOf", "not", "nullable", "definitions", "$schema"]) {
        assert.notProperty(schema, name)
      }
      if (schema.properties !== undefined) assert.notProperty(schema, "additionalProperties")
      if (schema.type === "array") assert.isDefined(schema.items)
      if (schema.type === "object") {
        assert.isTrue(schema.properties !== undefined || schema["additionalProperties"] !== undefined)
      }
      for (const name of schema.required ?? []) assert.property(schema.properties, name)
      if (!/(\[\]|\{\})$/.test(path)) assert.match(schema.description ?? "", /\S/)
      if (schema["x-kubernetes-list-type"] === "map") {
        const keys = schema["x-kubernetes-list-map-keys"]
        assert.isArray(keys)
        for (const key of Array.isArray(keys) ? keys : []) assert.include(schema.items?.required ?? [], key)
      }
      if (schema["exclusiveMinimum"] !== undefined) {
        assert.isTrue(schema["exclusiveMinimum"])
        assert.isNumber(schema["minimum"])
      }
    })

    it("with a default of its own type wherever there is one", () => {
      for (const { path, schema } of all.filter((node) => "default" in node.schema)) {
        const types: Readonly<Record<string, string>> = { boolean: "boolean", integer: "number", string: "string" }
        assert.strictEqual(typeof schema["default"], types[schema.type ?? ""], path)
      }
    })
  })

  it("offers its phase to field selectors", () => {
    assert.deepStrictEqual(versionOf(ours).selectableFields, [{ jsonPath: ".status.phase" }])
  })
})

it("the seed's combined file holds the same two definitions", () => {
  const both = parseAllDocuments(seedText("platform-crds.yaml")).map((document) => document.toJS())
  assert.deepStrictEqual(both, kinds.map(({ seed }) => seed))
})

it.each([
  { list: ".status.conditions", type: "map" },
  { list: ".status.attempts", type: "map" },
  { list: ".spec.dependsOn", type: "set" }
])("server-side apply merges $list as a $type", ({ list, type }) => {
  assert.strictEqual(table(definitionOf(codeRun)).get(list)?.["x-kubernetes-list-type"], type)
})
