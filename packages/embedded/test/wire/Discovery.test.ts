import { assert, describe, it } from "@effect/vitest"
import { definitionOf } from "@orchestrator/domain/CustomResourceDefinition"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { kinds } from "@orchestrator/k8s/Kinds"
import { Predicate } from "effect"
import { builtInSchemas } from "../../src/kinds/BuiltIn.ts"
import type { ServedKind } from "../../src/kinds/ServedKinds.ts"
import { aggregated, groupList, groupOf, resourceList } from "../../src/wire/Discovery.ts"
import { openApiV2, openApiV3Index, openApiV3Of } from "../../src/wire/openapi/OpenApi.ts"
import { selfReviewKinds } from "../../src/wire/SelfReviews.ts"

const version = definitionOf(runKinds.CodeRun).spec.versions[0]

const all: ReadonlyArray<ServedKind> = [
  ...kinds.map((kind): ServedKind => ({
    kind,
    resource: `${kind.group}/${kind.plural}`,
    schema: builtInSchemas[`${kind.group}/${kind.plural}`] ??
      (kind.kind === "CodeRun" ? version?.schema.openAPIV3Schema ?? {} : {}),
    ...(kind.group === "orchestrator.platform"
      ? { definition: { name: "", columns: [], selectableFields: [] } }
      : {})
  })),
  ...selfReviewKinds
]

const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce((value, key) => Predicate.hasProperty(value, key) ? value[key] : undefined, value)

const names = (value: unknown, field: string): ReadonlyArray<unknown> =>
  Array.isArray(value) ? value.map((each) => at(each, field)) : []

describe("discovery", () => {
  it("lists groups without the core one", () => {
    const groups = names(at(groupList(all), "groups"), "name")
    assert.sameMembers([...groups], [
      "orchestrator.platform",
      "batch",
      "coordination.k8s.io",
      "apiextensions.k8s.io",
      "authentication.k8s.io",
      "authorization.k8s.io"
    ])
    assert.deepStrictEqual(at(groupOf(all, "batch"), "preferredVersion"), { groupVersion: "batch/v1", version: "v1" })
    assert.isUndefined(groupOf(all, "apps"))
  })

  it("lists resources with their subresources, short names and verbs", () => {
    const list = resourceList(all, "orchestrator.platform", "v1")
    assert.deepStrictEqual(names(at(list, "resources"), "name"), [
      "coderuns",
      "coderuns/status",
      "docsruns",
      "docsruns/status"
    ])
    assert.deepStrictEqual(at(list, "resources", 0, "shortNames"), ["cr"])
    assert.include(at(list, "resources", 0, "verbs"), "watch")
    assert.include(names(at(resourceList(all, "", "v1"), "resources"), "name"), "pods/log")
    assert.deepStrictEqual(at(resourceList(all, "authentication.k8s.io", "v1"), "resources", 0, "verbs"), ["create"])
    assert.isUndefined(resourceList(all, "batch", "v2"))
  })

  it("tells all at once", () => {
    const core = aggregated(all, "core", "v2")
    assert.deepStrictEqual(at(core, "items", 0, "metadata"), {})
    const pods = at(core, "items", 0, "versions", 0, "resources", 0)
    assert.deepInclude(pods, { resource: "pods", scope: "Namespaced", categories: ["all"] })
    assert.deepStrictEqual(names(at(pods, "subresources"), "subresource"), ["status", "log"])
    assert.notInclude(names(names(at(aggregated(all, "named", "v2"), "items"), "metadata"), "name"), undefined)
  })
})

/** Every `$ref` of a document. */
const references = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!Predicate.isObject(value)) return []
  return Object.entries(value).flatMap(([key, each]) => key === "$ref" ? [String(each)] : references(each))
}

describe("OpenAPI", () => {
  const groupVersions = [...new Set(all.map(({ kind }) => `${kind.group}/${kind.version}`))]

  it.each(groupVersions)("the document of %s has every definition that it refers to, and every kind", (name) => {
    const [group = "", version = ""] = name.split("/")
    const document = openApiV3Of(all, group, version)
    const schemas = at(document, "components", "schemas")
    for (const reference of references(document)) {
      assert.isDefined(at(schemas, reference.replace("#/components/schemas/", "")), reference)
    }
    const described = Object.values(Predicate.isObject(schemas) ? schemas : {})
      .flatMap((schema) => names(at(schema, "x-kubernetes-group-version-kind"), "kind"))
    const served = all.flatMap(({ kind }) => kind.group === group && kind.version === version ? [kind.kind] : [])
    assert.sameMembers(described, served)
  })

  it("built-in kinds have fields of their own", () => {
    for (const { definition, kind } of all) {
      if (definition !== undefined) continue
      const schemas = at(openApiV3Of(all, kind.group, kind.version), "components", "schemas")
      const schema = Object.entries(Predicate.isObject(schemas) ? schemas : {})
        .find(([name]) => name.startsWith("io.k8s.") && name.endsWith(`.${kind.version}.${kind.kind}`))
      const fields = at(schema?.[1], "properties")
      assert.isAbove(Object.keys(Predicate.isObject(fields) ? fields : {}).length, 3, kind.kind)
    }
  })

  it("says that the server checks fields itself", () => {
    const document = openApiV3Of(all, "orchestrator.platform", "v1")
    const patch = at(
      document,
      "paths",
      "/apis/orchestrator.platform/v1/namespaces/{namespace}/coderuns/{name}",
      "patch"
    )
    assert.deepStrictEqual(at(patch, "x-kubernetes-group-version-kind"), {
      group: "orchestrator.platform",
      kind: "CodeRun",
      version: "v1"
    })
    assert.include(names(at(patch, "parameters"), "name"), "fieldValidation")
  })

  it("the index changes with a definition, and only that of its group", () => {
    const urlOf = (kinds: ReadonlyArray<ServedKind>, path: string) =>
      at(openApiV3Index(kinds), "paths", path, "serverRelativeURL")
    const changed = all.map((served) => served.kind.kind === "CodeRun" ? { ...served, schema: {} } : served)
    const path = "apis/orchestrator.platform/v1"
    assert.match(String(urlOf(all, path)), /^\/openapi\/v3\/apis\/orchestrator\.platform\/v1\?hash=[0-9A-F]+$/)
    assert.notStrictEqual(urlOf(changed, path), urlOf(all, path))
    assert.strictEqual(urlOf(changed, "apis/batch/v1"), urlOf(all, "apis/batch/v1"))
  })

  it("version 2 refers to its own definitions", () => {
    const document = openApiV2(all)
    for (const reference of references(document)) {
      assert.isDefined(at(document, "definitions", reference.replace("#/definitions/", "")), reference)
    }
  })
})
