/**
 * OpenAPI documents of the served kinds: what `kubectl explain` prints, what kubectl reads merge keys from, and the word that the server
 * checks fields itself. Custom kinds from their definitions, built-in ones from their descriptions.
 */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { createHash } from "node:crypto"
import { metadataSchema, typeFields } from "../../kinds/Metadata.ts"
import type { ServedKind } from "../../kinds/ServedKinds.ts"
import { definedAs, type Schema, toOpenApi, toV2 } from "./Schema.ts"

/** `orchestrator.platform` -> `platform.orchestrator.v1.CodeRun` */
const customName = ({ group, kind, version }: Kind): string =>
  `${group.split(".").toReversed().join(".")}.${version}.${kind}`

const definitionName = ({ kind, schema }: ServedKind): string => definedAs(schema)?.name ?? customName(kind)

const groupVersionKind = ({ group, kind, version }: Kind) => ({ group, kind, version })

const metadata = { ...metadataSchema, description: "Name, labels and the like." }

/** A custom kind's definition stands as it is written; of ours, only what clients read. */
const definitionOf = ({ definition, kind, schema }: ServedKind, found: Map<string, Schema>): Schema => {
  const common = { ...typeFields, metadata: toOpenApi(metadata, found) }
  const description = definedAs(schema)?.description ?? schema.description ?? kind.kind
  const own = definition === undefined
    ? toOpenApi({ type: "object", properties: schema.properties ?? {}, required: schema.required ?? [] }, found)
    : schema
  return {
    ...own,
    description,
    properties: { ...common, ...(own["properties"] as object | undefined) },
    "x-kubernetes-group-version-kind": [groupVersionKind(kind)]
  }
}

const definitionsOf = (kinds: ReadonlyArray<ServedKind>): Readonly<Record<string, Schema>> => {
  const found = new Map<string, Schema>()
  for (const served of kinds) found.set(definitionName(served), definitionOf(served, found))
  return Object.fromEntries([...found].toSorted(([left], [right]) => left < right ? -1 : 1))
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
