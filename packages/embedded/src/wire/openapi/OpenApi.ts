/**
 * OpenAPI documents of the served kinds: what `kubectl explain` prints, what kubectl reads merge keys from, and the word that the server
 * checks fields itself. Custom kinds from their definitions, built-in ones from our tables.
 */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { createHash } from "node:crypto"
import type { ServedKind } from "../../kinds/ServedKinds.ts"
import { coreSchemas } from "./CoreSchemas.ts"
import { metaSchemas, objectMeta, typeFields } from "./MetaSchemas.ts"
import { otherSchemas } from "./OtherSchemas.ts"
import { podSchemas } from "./PodSchemas.ts"
import { type Fields, object, ref, referencesOf, type Schema, toV2 } from "./Schema.ts"

const builtIn: Fields = { ...metaSchemas, ...podSchemas, ...coreSchemas, ...otherSchemas }

const definitionSuffix = ({ kind, version }: Kind): string => `.${version}.${kind}`

const builtInName = (kind: Kind): string | undefined => {
  const groupName = kind.group === "" ? "core" : kind.group.split(".")[0]
  const suffix = definitionSuffix(kind)
  return Object.keys(builtIn).find((name) => name.endsWith(suffix) && name.includes(`.${groupName}.`))
}

/** `orchestrator.platform` -> `platform.orchestrator` */
const customName = (kind: Kind): string => `${kind.group.split(".").toReversed().join(".")}${definitionSuffix(kind)}`

const definitionName = ({ definition, kind }: ServedKind): string =>
  (definition === undefined ? builtInName(kind) : undefined) ?? customName(kind)

const groupVersionKind = ({ group, kind, version }: Kind) => ({ group, kind, version })

const definitionOf = (served: ServedKind): Schema => {
  const { definition, kind } = served
  const schema = definition === undefined
    ? builtIn[definitionName(served)] ??
      object(kind.kind, { ...typeFields, metadata: ref(objectMeta, "Name and labels.") })
    : {
      ...served.schema,
      properties: {
        ...typeFields,
        metadata: ref(objectMeta, "Name, labels and the like."),
        ...served.schema.properties
      }
    }
  return { ...schema, "x-kubernetes-group-version-kind": [groupVersionKind(kind)] }
}

const closure = (names: ReadonlyArray<string>, found: Map<string, Schema>): void => {
  for (const name of names) {
    const schema = builtIn[name]
    if (schema === undefined || found.has(name)) continue
    found.set(name, schema)
    closure(referencesOf(schema), found)
  }
}

const definitionsOf = (kinds: ReadonlyArray<ServedKind>): Fields => {
  const found = new Map<string, Schema>()
  const own = kinds.map((served) => [definitionName(served), definitionOf(served)] as const)
  closure(own.flatMap(([, schema]) => [...referencesOf(schema)]), found)
  return Object.fromEntries([...found, ...own].toSorted(([left], [right]) => left < right ? -1 : 1))
}

const query = (name: string, description: string) => ({ name, in: "query", description, schema: { type: "string" } })

const writeParameters = [
  query("dryRun", "All: everything is checked and nothing is stored."),
  query("fieldManager", "Name of the program that writes."),
  query("fieldValidation", "What to do with unknown fields: Ignore, Warn or Strict.")
]

const operation = (served: ServedKind, action: string, parameters: ReadonlyArray<object> = []) => ({
  "x-kubernetes-action": action,
  "x-kubernetes-group-version-kind": groupVersionKind(served.kind),
  parameters,
  responses: {
    200: {
      description: "OK",
      content: { "application/json": { schema: { $ref: `#/components/schemas/${definitionName(served)}` } } }
    }
  }
})

const pathsOf = (served: ServedKind): ReadonlyArray<readonly [string, object]> => {
  const { kind } = served
  const base = `${groupPath(kind)}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}`
  const post = operation(served, "post", writeParameters)
  if (kind.createOnly) return [[base, { post }]]
  const all: ReadonlyArray<readonly [string, object]> = kind.namespaced
    ? [[`${groupPath(kind)}/${kind.plural}`, { get: operation(served, "list") }]]
    : []
  const item = {
    get: operation(served, "get"),
    put: operation(served, "put", writeParameters),
    patch: operation(served, "patch", writeParameters),
    delete: operation(served, "delete")
  }
  return [...all, [base, { get: operation(served, "list"), post }], [`${base}/{name}`, item]]
}

const groupPath = ({ group, version }: Pick<Kind, "group" | "version">): string =>
  group === "" ? `/api/${version}` : `/apis/${group}/${version}`

const info = { title: "orchestrator embedded cluster", version: "v1.37.0" }

const openApiV3 = (kinds: ReadonlyArray<ServedKind>): object => ({
  openapi: "3.0.0",
  info,
  paths: Object.fromEntries(kinds.flatMap(pathsOf)),
  components: { schemas: definitionsOf(kinds) }
})

const inGroup = (kinds: ReadonlyArray<ServedKind>, group: string, version: string): ReadonlyArray<ServedKind> =>
  kinds.filter(({ kind }) => kind.group === group && kind.version === version)

/** The document of one group and version; undefined where nothing of it is served. */
export const openApiV3Of = (kinds: ReadonlyArray<ServedKind>, group: string, version: string): object | undefined => {
  const within = inGroup(kinds, group, version)
  return within.length === 0 ? undefined : openApiV3(within)
}

/** Clients keep a document for as long as its address, which carries its hash, stays the same. */
export const openApiV3Index = (kinds: ReadonlyArray<ServedKind>): object => {
  const versions = new Map(kinds.map(({ kind }) => [groupPath(kind).slice(1), kind]))
  return {
    paths: Object.fromEntries(
      [...versions].map(([path, { group, version }]) => {
        const document = JSON.stringify(openApiV3(inGroup(kinds, group, version)))
        const hash = createHash("sha256").update(document).digest("hex").slice(0, 32).toUpperCase()
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
      })
    )
  }
}

export const openApiV2 = (kinds: ReadonlyArray<ServedKind>): object => ({
  swagger: "2.0",
  info,
  paths: {},
  definitions: toV2(definitionsOf(kinds))
})
