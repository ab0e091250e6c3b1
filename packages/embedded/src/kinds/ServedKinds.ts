/** Which kinds the embedded cluster serves: the built-in ones, and those whose CustomResourceDefinition is stored and established. */
import type { StructuralSchema } from "@orchestrator/domain/CustomResourceDefinition"
import type { PrinterColumn } from "@orchestrator/domain/RunKind"
import { CustomResourceDefinitionKind, type Kind, kinds } from "@orchestrator/k8s/Kinds"
import type { CustomResourceDefinition } from "@orchestrator/k8s/Objects"
import { viewAs } from "../objects/StoredObject.ts"
import type { ObjectStore } from "../store/ObjectStore.ts"
import { builtInSchemas } from "./BuiltIn.ts"

/** A kind with what its definition says of it; built-in kinds have no definition. */
export interface ServedKind {
  readonly kind: Kind
  /** `group/plural`, the key of the kind in the store. */
  readonly resource: string
  /** Of built-in kinds only the fields that this code base knows; they keep others. */
  readonly schema: StructuralSchema
  readonly definition?: ServedDefinition
}

export interface ServedDefinition {
  /** Of the CustomResourceDefinition. */
  readonly name: string
  readonly columns: ReadonlyArray<PrinterColumn>
  /** Paths such as `.status.phase`. */
  readonly selectableFields: ReadonlyArray<string>
}

export interface ServedKinds {
  readonly all: () => ReadonlyArray<ServedKind>
  readonly find: (kind: Pick<Kind, "group" | "version" | "plural">) => ServedKind | undefined
  /** By its key, `group/plural`. */
  readonly ofResource: (resource: string) => ServedKind | undefined
}

const customGroup = "orchestrator.platform"

export const resourceKey = ({ group, plural }: Pick<Kind, "group" | "plural">): string => `${group}/${plural}`

export const definitionResource = resourceKey(CustomResourceDefinitionKind)

const builtIn: ReadonlyArray<ServedKind> = kinds
  .filter(({ group }) => group !== customGroup)
  .map((kind) => ({ kind, resource: resourceKey(kind), schema: builtInSchemas[resourceKey(kind)] ?? {} }))

const builtInKeys = new Set(builtIn.map(({ resource }) => resource))

/** The registry follows the store: it is rebuilt after any change of a definition. */
export const makeServedKinds = (store: ObjectStore): ServedKinds => {
  let served: ReadonlyArray<ServedKind> | undefined
  let index = new Map<string, ServedKind>()
  /** By the object that a caller has for the kind, which is mostly the same one. */
  let found = new WeakMap<object, ServedKind>()
  store.onChange(({ resource }) => {
    if (resource === definitionResource) served = undefined
  })
  const current = (): ReadonlyArray<ServedKind> => {
    if (served !== undefined) return served
    const custom = store.list(definitionResource).flatMap((object) => servedBy(viewAs(object)))
    served = [...custom.filter(({ resource }) => !builtInKeys.has(resource)), ...builtIn]
    index = new Map(served.map((entry) => [`${entry.resource}/${entry.kind.version}`, entry]))
    found = new WeakMap()
    return served
  }
  return {
    all: current,
    find: (kind) => {
      current()
      const before = found.get(kind)
      if (before !== undefined) return before
      const entry = index.get(`${resourceKey(kind)}/${kind.version}`)
      if (entry !== undefined) found.set(kind, entry)
      return entry
    },
    ofResource: (resource) => current().find((served) => served.resource === resource)
  }
}

const isEstablished = ({ status }: CustomResourceDefinition): boolean =>
  status?.conditions?.some(({ status, type }) => type === "Established" && status === "True") === true

const servedBy = (definition: CustomResourceDefinition): ReadonlyArray<ServedKind> => {
  if (!isEstablished(definition)) return []
  const { group, names, scope, versions } = definition.spec
  return versions.filter(({ served }) => served).map((version): ServedKind => {
    const kind: Kind = {
      group,
      version: version.name,
      kind: names.kind,
      plural: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      shortNames: names.shortNames ?? [],
      categories: [],
      namespaced: scope === "Namespaced",
      hasStatus: version.subresources?.status !== undefined,
      hasGeneration: true,
      createOnly: false
    }
    return {
      kind,
      resource: resourceKey(kind),
      schema: version.schema?.openAPIV3Schema ?? {},
      definition: {
        name: definition.metadata.name ?? "",
        columns: version.additionalPrinterColumns ?? [],
        selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath)
      }
    }
  })
}
