/** What is wrong with entries of `model.providers` only beside each other, or beside their own type: what a type reads, and what it needs. */
import type { FieldProblem } from "./Decode.ts"
import { isMaker, type ProviderConfig, providerNames, type Providers, type ProviderType } from "./ModelProviders.ts"

type Field = keyof ProviderConfig

/** Types that read a field; every type reads those that are not here. */
const readBy: Partial<Record<Field, ReadonlyArray<ProviderType>>> = {
  header: ["api"],
  apis: ["api"],
  region: ["bedrock", "vertex"],
  roleArn: ["bedrock"],
  podIdentity: ["bedrock"],
  project: ["vertex"],
  audience: ["vertex"],
  serviceAccount: ["vertex"],
  tenantId: ["azure"],
  clientId: ["azure"],
  secretKey: ["api", "vertex", "azure"],
  tokenUrl: ["bedrock", "vertex", "azure"]
}

/** What a cloud cannot do without: fields, and one of those that prove who asks. */
const needs: Readonly<
  Record<Exclude<ProviderType, "api">, {
    readonly all: ReadonlyArray<Field>
    readonly proofs: ReadonlyArray<Field>
  }>
> = {
  bedrock: { all: ["region"], proofs: ["roleArn", "podIdentity", "secretName"] },
  vertex: { all: ["project"], proofs: ["audience", "secretName"] },
  azure: { all: ["baseUrl"], proofs: ["clientId", "secretName"] }
}

/** Fields that are read beside one of others alone. */
const beside: Readonly<Record<Exclude<ProviderType, "api">, Partial<Record<Field, ReadonlyArray<Field>>>>> = {
  bedrock: { tokenUrl: ["roleArn", "podIdentity"] },
  vertex: { serviceAccount: ["audience"], secretKey: ["secretName"] },
  azure: { tenantId: ["clientId"], tokenUrl: ["clientId"], secretKey: ["secretName"] }
}

const found = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value)

const isSet = (provider: ProviderConfig, field: Field): boolean =>
  provider[field] !== undefined && provider[field] !== false

const unread = (path: string, provider: ProviderConfig, type: ProviderType): ReadonlyArray<FieldProblem> =>
  Object.entries(readBy).flatMap(([field, types]) => {
    const value: unknown = Reflect.get(provider, field)
    return value === undefined || types.includes(type) ? [] : [{
      path: `${path}.${field}`,
      expected: `nothing: type ${types.join(" or ")} reads it, and this one's type is ${type}`,
      found: found(value)
    }]
  })

const lacking = (path: string, name: string, provider: ProviderConfig): ReadonlyArray<FieldProblem> => {
  const { type = "api" } = provider
  const fields = type === "api" ? (isMaker(name) ? [] : ["baseUrl", "apis"] as const) : needs[type].all
  return fields.filter((field) => !isSet(provider, field)).map((field) => ({
    path: `${path}.${field}`,
    expected: type === "api"
      ? "a value, since no maker of models has this name"
      : `a value, without which ${type} cannot be asked`,
    found: "nothing"
  }))
}

const proofProblems = (
  path: string,
  provider: ProviderConfig,
  type: Exclude<ProviderType, "api">
): ReadonlyArray<FieldProblem> => {
  const { proofs } = needs[type]
  const given = proofs.filter((field) => isSet(provider, field))
  const alone = Object.entries(beside[type]).flatMap(([field, others]) => {
    const value: unknown = Reflect.get(provider, field)
    return value === undefined || others.some((other) => isSet(provider, other)) ? [] : [{
      path: `${path}.${field}`,
      expected: `nothing without ${others.join(" or ")}`,
      found: found(value)
    }]
  })
  return given.length === 1 ? alone : [...alone, {
    path,
    expected: `one of ${proofs.join(", ")}, by which ${type} knows who asks`,
    found: given.length === 0 ? "nothing" : given.join(" and ")
  }]
}

/** Entra asks for both. */
const tenantOf = (path: string, { clientId, tenantId, type }: ProviderConfig): ReadonlyArray<FieldProblem> =>
  type === "azure" && clientId !== undefined && tenantId === undefined
    ? [{ path: `${path}.tenantId`, expected: "the tenant of clientId", found: "nothing" }]
    : []

const others = (
  path: string,
  name: string,
  { fallback = [] }: ProviderConfig,
  known: ReadonlyArray<string>
): ReadonlyArray<FieldProblem> =>
  fallback.flatMap((other, index) =>
    known.includes(other) && other !== name ? [] : [{
      path: `${path}.fallback[${index}]`,
      expected: `another of ${known.filter((each) => each !== name).join(", ")}`,
      found: other
    }]
  )

export const modelProviderProblems = (configured: Providers): ReadonlyArray<FieldProblem> => {
  const known = providerNames(configured)
  return Object.entries(configured).flatMap(([name, provider]) => {
    const path = `model.providers.${name}`
    const { type = "api" } = provider
    return [
      ...others(path, name, provider, known),
      ...unread(path, provider, type),
      ...lacking(path, name, provider),
      ...(type === "api" ? [] : proofProblems(path, provider, type)),
      ...tenantOf(path, provider)
    ]
  })
}
