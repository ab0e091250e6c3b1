/**
 * Who serves models: the makers' own APIs, which need no configuration, and what `model.providers` adds or changes. A run's provider is the
 * one that it names, else the one whose beginnings of names its model has, else Anthropic's.
 */
import { Schema } from "effect"
import { ModelPrice } from "./ModelPrice.ts"
import { oncePer } from "./OncePer.ts"
import { atMost, rule } from "./SpecText.ts"

/** Shapes of APIs that a client may speak. */
export const ModelApi = Schema.Literals(["messages", "responses", "chat", "generateContent"])
export type ModelApi = typeof ModelApi.Type

export const ProviderName = Schema.String.check(
  atMost(63),
  rule("a name of lower-case letters, digits and -", (text) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text))
)

const url = Schema.String.check(
  rule("an http or https URL without credentials", (text) => /^https?:\/\/[^/\s@?#]+(?:\/[^\s?#]*)?$/.test(text))
)

const headerName = Schema.String.check(
  rule("the name of a header that may carry a key", (text) =>
    /^[a-z][a-z0-9-]{0,62}$/.test(text)
    && !/^(?:host|content-.*|transfer-encoding|connection|accept-encoding|te|upgrade|expect)$/.test(text))
)

const objectName = Schema.String.check(
  rule("the name of an object", (text) => /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text))
)

const place = Schema.String.check(rule("a region such as eu-central-1", (text) => /^[a-z][a-z0-9-]{0,40}$/.test(text)))

const identifier = Schema.String.check(
  rule("a name as the cloud has it, without blanks", (text) => /^[\w.:/@=+-]{1,400}$/.test(text))
)

const secretKey = Schema.String.check(rule("a key of a Secret", (text) => /^[\w.-]{1,253}$/.test(text)))

/** An empty one would be every model's. */
export const ModelBeginning = Schema.String.check(
  rule("the beginning of a model's name", (text) => /^[\w.:/@-]{1,200}$/.test(text))
)

const optional = Schema.optionalKey

const ProviderType = Schema.Literals(["api", "bedrock", "vertex", "azure"])
export type ProviderType = typeof ProviderType.Type

/** What a broker is told of a provider. */
const served = {
  /** `api`: any server of one of the APIs; a key in a header says who asks. The others are clouds, with proofs of their own. */
  type: optional(ProviderType),
  /** Absent: the cloud's or the maker's own. */
  baseUrl: optional(url),
  /** Of `api`: header with the key; absent: the API's own. `authorization` has it as a bearer token. */
  header: optional(headerName),
  /** Of `api`: what it speaks; absent: what its maker's API is, which no other may leave out. */
  apis: optional(Schema.Array(ModelApi).check(rule("at least one API", (apis) => apis.length > 0))),
  /** The provider's own names of models, by the name that a run uses. */
  names: optional(Schema.Record(Schema.String, Schema.String)),
  /** What it takes for models, by the name that a run uses; absent: as `model.prices` and the makers' lists say. */
  prices: optional(Schema.Record(Schema.String, ModelPrice)),
  /** Of `bedrock` and `vertex`: where requests go. */
  region: optional(place),
  /** Of `bedrock`: the role that the service account's token is taken for (IRSA). */
  roleArn: optional(identifier),
  /** Of `vertex`: the project. */
  project: optional(identifier),
  /** Of `vertex`: the workload identity provider that the service account's token is for, and whom it acts as. */
  audience: optional(identifier),
  serviceAccount: optional(identifier),
  /** Of `azure`: whom the service account's token stands for in Entra. */
  tenantId: optional(identifier),
  clientId: optional(identifier),
  /** Where a token of the service account's is taken for one of the cloud's; absent: the cloud's own address. */
  tokenUrl: optional(url)
}

/** As `model.providers` has it. */
export const ProviderConfig = Schema.Struct({
  ...served,
  /** Beginnings of the names of models that are its. */
  models: optional(Schema.Array(ModelBeginning)),
  /** Providers that are asked instead, one after the other, while it is overloaded. */
  fallback: optional(Schema.Array(ProviderName)),
  /** Secret with its key; absent: `secrets.apiKeySecretName`. */
  secretName: optional(objectName),
  secretKey: optional(secretKey),
  /** Of `bedrock`: EKS Pod Identity says which role it is. */
  podIdentity: optional(Schema.Boolean)
})
export type ProviderConfig = typeof ProviderConfig.Type

/** As a broker has it. */
export const Provider = Schema.Struct({
  name: ProviderName,
  ...served,
  /** File with its key among the credentials; absent: the API's usual one. */
  keyFile: optional(Schema.String),
  /** File with the service account's token, which no other container has; absent: there is a key. */
  tokenFile: optional(Schema.String)
})
export type Provider = typeof Provider.Type

export type Providers = Readonly<Record<string, ProviderConfig>>

/** For whom a provider takes a token of the pod's service account; undefined: it has a key. */
export const tokenAudience = (
  { audience, clientId, podIdentity, roleArn, type }: ProviderConfig
): string | undefined => {
  switch (type) {
    case "bedrock":
      return podIdentity === true ? "pods.eks.amazonaws.com" : roleArn === undefined ? undefined : "sts.amazonaws.com"
    case "vertex":
      return audience === undefined ? undefined : `https:${audience.replace(/^https?:/, "")}`
    case "azure":
      return clientId === undefined ? undefined : "api://AzureADTokenExchange"
    default:
      return undefined
  }
}

/** The makers' own APIs. */
const makers: Readonly<Record<string, Required<Pick<ProviderConfig, "apis" | "models">>>> = {
  anthropic: { apis: ["messages"], models: ["claude-"] },
  openai: { apis: ["responses", "chat"], models: ["gpt-", "o1", "o3", "o4", "codex-"] },
  google: { apis: ["generateContent"], models: ["gemini-"] }
}

/** The maker whose API every run asked before there were others. */
const usual = "anthropic"

/** Whether a name means the API of a model's maker, with its address. */
export const isMaker = (name: string): boolean => Object.hasOwn(makers, name)

const cloudApis: Readonly<Record<Exclude<ProviderType, "api">, ReadonlyArray<ModelApi>>> = {
  bedrock: ["messages"],
  vertex: ["messages", "generateContent"],
  azure: ["messages", "responses", "chat"]
}

/** What a provider speaks. */
export const apisOf = (
  { apis, name, type = "api" }: Pick<Provider, "apis" | "name" | "type">
): ReadonlyArray<ModelApi> =>
  type === "api" ? apis ?? (isMaker(name) ? makers[name]?.apis : undefined) ?? [] : cloudApis[type]

interface Known {
  /** Of models' names, in the order in which they count: the longest first, and of as long ones the configured. */
  readonly beginnings: ReadonlyArray<{ readonly name: string; readonly beginning: string }>
  /** By the name of the first, with the makers' own, which a configured one changes: it, and who serves while it is overloaded. */
  readonly chains: ReadonlyMap<string, ReadonlyArray<NamedProvider>>
}

/** A configuration stays, and every run asks for its own model. */
const knownOf = oncePer((configured: Providers): Known => {
  const all: Providers = {
    ...makers,
    ...Object.fromEntries(
      Object.entries(configured).map((
        [name, each]
      ) => [name, { ...(Object.hasOwn(makers, name) ? makers[name] : {}), ...each }])
    )
  }
  const beginnings = Object.entries(all)
    .flatMap(([name, { models = [] }]) => models.map((beginning) => ({ name, beginning })))
    .toSorted((left, right) =>
      right.beginning.length - left.beginning.length
      || Number(Object.hasOwn(configured, right.name)) - Number(Object.hasOwn(configured, left.name))
    )
  const chains = new Map(
    Object.entries(all).map(([name, { fallback = [] }]) => [name, chainOf(all, [name, ...fallback])])
  )
  return { beginnings, chains }
})

const chainOf = (all: Providers, names: ReadonlyArray<string>): ReadonlyArray<NamedProvider> =>
  [...new Set(names)].flatMap((name) => {
    const found = Object.hasOwn(all, name) ? all[name] : undefined
    return found === undefined ? [] : [{ ...found, name }]
  })

/** Names of all that runs may be served by. */
export const providerNames = (configured: Providers): ReadonlyArray<string> =>
  [...knownOf(configured).chains.keys()].toSorted()

const byModel = ({ beginnings }: Known, model: string): string =>
  beginnings.find(({ beginning }) => model.startsWith(beginning))?.name ?? usual

/** A provider with its name. */
export type NamedProvider = ProviderConfig & { readonly name: string }

/** Who serves a run's model, and who does while that is overloaded. Empty: it names one that there is not. */
export const providersFor = (
  configured: Providers,
  { model, provider }: { readonly model: string; readonly provider?: string | undefined }
): ReadonlyArray<NamedProvider> => {
  const known = knownOf(configured)
  return known.chains.get(provider ?? byModel(known, model)) ?? nobody
}

const nobody: ReadonlyArray<NamedProvider> = []
