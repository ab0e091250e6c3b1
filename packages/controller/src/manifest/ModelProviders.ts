/** Who serves the run's model: what its broker is told, and the Secrets with their keys, which are mounted in the broker alone. */
import { type NamedProvider, type Provider, providersFor } from "@orchestrator/domain/ModelProviders"
import type { KeyToPath } from "@orchestrator/k8s/Objects"
import type { PodInputs } from "./PodInputs.ts"

const ofRun = ({ config: { model }, spec }: PodInputs): ReadonlyArray<NamedProvider> =>
  providersFor(model.providers, spec)

/** The makers' own keys have files of their own, by which the broker's APIs know them. */
const keyFile = ({ name, secretKey, secretName }: NamedProvider): string | undefined =>
  secretName === undefined && secretKey === undefined && Object.hasOwn(makerKeys, name)
    ? undefined
    : `model-key-${name}`

type SecretKeys = PodInputs["config"]["secrets"]

const makerKeys: Readonly<Record<string, (secrets: SecretKeys) => ReadonlyArray<KeyToPath>>> = {
  anthropic: ({ apiKeySecretKey, oauthTokenSecretKey }) => [
    { key: apiKeySecretKey, path: "anthropic-api-key" },
    ...(oauthTokenSecretKey === undefined ? [] : [{ key: oauthTokenSecretKey, path: "anthropic-oauth-token" }])
  ],
  openai: ({ openaiKeySecretKey }) => [{ key: openaiKeySecretKey, path: "openai-api-key" }],
  google: ({ googleKeySecretKey }) => [{ key: googleKeySecretKey, path: "google-api-key" }]
}

/** Nothing where every broker knows it: the one provider of old. */
export const brokerProviders = (inputs: PodInputs): ReadonlyArray<Provider> | undefined => {
  const all = ofRun(inputs)
  const [first, ...others] = all
  if (
    first !== undefined && others.length === 0 && first.name === "anthropic" &&
    !Object.hasOwn(inputs.config.model.providers, first.name)
  ) {
    return undefined
  }
  return all.map((provider) => {
    const { fallback: _, models: __, secretKey: ___, secretName: ____, ...told } = provider
    const file = keyFile(provider)
    return { ...told, ...(file === undefined ? {} : { keyFile: file }) }
  })
}

/** Of the broker's volume of credentials. */
export const modelKeys = (inputs: PodInputs) => {
  const { secrets } = inputs.config
  return ofRun(inputs).map((provider) => {
    const path = keyFile(provider)
    return {
      secret: {
        name: provider.secretName ?? secrets.apiKeySecretName,
        items: path === undefined
          ? makerKeys[provider.name]?.(secrets) ?? []
          : [{ key: provider.secretKey ?? secrets.apiKeySecretKey, path }],
        optional: true
      }
    }
  })
}
