/** Any server of one of the APIs, with a key in a header: the makers' own, and gateways such as LiteLLM, vLLM and OpenRouter. */
import type { Provider } from "@orchestrator/domain/ModelProviders"
import { Effect, Redacted } from "effect"
import { HttpClientRequest } from "effect/http"
import type { HeldKey, ModelKey, ReadKey } from "../../broker/services/ModelKey.ts"
import type { ModelDialect } from "../ModelDialect.ts"
import { type Asked, type ModelProvider, NoProof } from "../ModelProvider.ts"
import { nameOf, renamedBody } from "./Names.ts"

export interface DirectOptions {
  readonly modelKey: (readKey: ReadKey) => Effect.Effect<HeldKey | undefined>
  /** Of the API whose address is not configured with the provider. */
  readonly baseUrl: (dialect: ModelDialect) => string
}

const noKey = (name: string): string =>
  `There is no key for the model API (provider ${name}): its Secret (secrets.apiKeySecretName, or model.providers.${name}.secretName) is missing or lacks the key.`

/** A base URL may end in the version that paths begin with, as people copy it from the server's own documents. */
export const joined = (baseUrl: string, path: string): string => {
  const [, version = ""] = /^(\/v\d\w*)\//.exec(path) ?? []
  const base = baseUrl.replace(/\/+$/, "")
  return version !== "" && base.endsWith(version) ? `${base}${path.slice(version.length)}` : `${base}${path}`
}

/** The provider's own name of the model, in the body or in the path. */
const renamed = ({ checked, target: { model, path } }: Asked, names: Provider["names"]) => {
  if (checked === undefined) return { path, body: undefined }
  return model === undefined
    ? { path, body: renamedBody(checked, names) }
    : { path: path.replace(`/${model}:`, `/${nameOf(names, checked.model)}:`), body: checked.body }
}

const keyHeader = (header: string, { value }: ModelKey): Record<string, string> => ({
  [header]: header === "authorization" ? `Bearer ${value}` : value
})

export const directProvider = (provider: Provider, { baseUrl, modelKey }: DirectOptions): ModelProvider => {
  const { header, keyFile, name, names } = provider
  const readKey = (dialect: ModelDialect): ReadKey =>
    keyFile === undefined
      ? dialect.readKey
      : (read) =>
        Effect.map(
          read(keyFile),
          (key) => key === undefined ? undefined : { type: "apiKey", value: Redacted.make(key) }
        )
  return {
    name,
    address: provider.baseUrl ?? name,
    prices: provider.prices ?? {},
    serves: () => true,
    again: () => Effect.succeed(false),
    request: Effect.fnUntraced(function*(asked) {
      const { checked, dialect, headers, model } = asked
      const held = yield* modelKey(readKey(dialect))
      if (held === undefined) return yield* new NoProof({ message: noKey(name), why: "Missing" })
      const key = { type: held.type, value: Redacted.value(held.value) }
      const { body, path } = renamed(asked, names)
      const request = HttpClientRequest.make(checked === undefined ? "GET" : "POST")(
        joined(provider.baseUrl ?? baseUrl(dialect), path),
        {
          headers: header === undefined
            ? dialect.requestHeaders(headers, key, model)
            : { ...dialect.requestHeaders(headers, undefined, model), ...keyHeader(header, key) }
        }
      )
      return body === undefined ? request : HttpClientRequest.bodyText(request, body, "application/json")
    }),
    answer: ({ headers, status, stream }) => ({ status, headers, bytes: stream })
  }
}
