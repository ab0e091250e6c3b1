/**
 * CustomResourceDefinitions, derived from the schemas. Of the restrictions on the seed's fields only sizes have a JSON schema form, so the
 * CRD accepts whatever the seed's CRD accepted, up to its size; structural throughout (no $ref, no additionalProperties beside properties).
 */
import { Schema } from "effect"
import { group } from "./Labels.ts"
import type { PrinterColumn, RunKind } from "./RunKind.ts"
import { dependenciesSize, type SizeRule } from "./Sizes.ts"
import { shownKey, withoutAllOf } from "./SpecText.ts"

/** The wire form of an `apiextensions.k8s.io/v1` CustomResourceDefinition, as far as ours use it. */
export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1"
  readonly kind: "CustomResourceDefinition"
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly group: string
    readonly scope: "Namespaced" | "Cluster"
    readonly names: {
      readonly plural: string
      readonly singular: string
      readonly kind: string
      readonly listKind: string
      readonly shortNames: ReadonlyArray<string>
    }
    readonly versions: ReadonlyArray<{
      readonly name: string
      readonly served: boolean
      readonly storage: boolean
      readonly subresources: { readonly status: Record<string, never> }
      readonly selectableFields: ReadonlyArray<{ readonly jsonPath: string }>
      readonly additionalPrinterColumns: ReadonlyArray<PrinterColumn>
      readonly schema: { readonly openAPIV3Schema: StructuralSchema }
    }>
  }
}

/** A structural OpenAPI v3 schema. */
export interface StructuralSchema {
  readonly [key: string]: unknown
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly items?: StructuralSchema
  readonly required?: ReadonlyArray<string>
}

/** What the API server evaluates; it cannot say how much was found within the cost that a rule may have. */
const validated = ({ limit, rule }: SizeRule) => ({
  "x-kubernetes-validations": [{ rule, message: `expected ${limit}, found more` }]
})

const listTypes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  conditions: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] },
  attempts: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["jobName"] },
  dependsOn: { "x-kubernetes-list-type": "set", ...validated(dependenciesSize) },
  envFromSecrets: { "x-kubernetes-list-type": "atomic" },
  repositories: { "x-kubernetes-list-type": "atomic" }
}

type Json = { readonly [key: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Effect's JSON schema in Kubernetes' dialect: bounds that only say "safe integer" go, enums stay texts, list types come in. */
const structural = (schema: Json, name: string): StructuralSchema => {
  const { additionalProperties, exclusiveMinimum, items, maximum, minimum, properties, [shownKey]: _, ...rest } =
    withoutAllOf(schema)
  const keeps = (bound: unknown) =>
    typeof bound === "number" && Number.isSafeInteger(bound) && Math.abs(bound) < 2 ** 53 - 1
  return {
    ...rest,
    ...(keeps(minimum) ? { minimum } : {}),
    ...(keeps(maximum) ? { maximum } : {}),
    ...(typeof exclusiveMinimum === "number" ? { minimum: exclusiveMinimum, exclusiveMinimum: true } : {}),
    ...(isObject(properties)
      ? {
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, value]) => [key, structural(value as Json, key)])
        )
      }
      : isObject(additionalProperties)
      ? { additionalProperties: structural(additionalProperties, "") }
      : {}),
    ...(isObject(items) ? { items: structural(items, "") } : {}),
    ...listTypes[name]
  }
}

const schemaOf = (schema: Schema.Constraint, description: string): StructuralSchema => {
  const { schema: json } = Schema.toJsonSchemaDocument(Schema.toEncoded(schema))
  const { type, ...rest } = structural(json as Json, "")
  return { ...(type === undefined ? {} : { type }), description, ...rest }
}

const wideColumns: ReadonlyArray<PrinterColumn> = [
  { name: "Reason", type: "string", jsonPath: ".status.reason", priority: 1 },
  { name: "Attempt", type: "integer", jsonPath: ".status.contextVersion", priority: 1 },
  { name: "PR", type: "string", jsonPath: ".status.pullRequestUrl", priority: 1 }
]

export const definitionOf = (
  { columns, description, kind, plural, shortName, singular, spec, specSize, status }: RunKind
): CustomResourceDefinition => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural, singular, kind, listKind: `${kind}List`, shortNames: [shortName] },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      subresources: { status: {} },
      selectableFields: [{ jsonPath: ".status.phase" }],
      additionalPrinterColumns: [...columns, ...wideColumns],
      schema: {
        openAPIV3Schema: {
          type: "object",
          description,
          required: ["spec"],
          properties: {
            spec: {
              ...schemaOf(spec, "Desired state"),
              ...(specSize === undefined ? {} : validated(specSize))
            },
            status: schemaOf(status, "Observed state; written only by the orchestrator")
          }
        }
      }
    }]
  }
})
