/** Who serves the run's model: what its broker is told, and the Secrets with their keys, which are mounted in the broker alone. */
import { type NamedProvider, type Provider, providersFor, tokenAudience } from "@orchestrator/domain/ModelProviders"
import type { KeyToPath, VolumeProjection } from "@orchestrator/k8s/Objects"
import type { PodInputs } from "./PodInputs.ts"

const ofRun = ({ config: { model }, spec }: PodInputs): ReadonlyArray<NamedProvider> =>
  providersFor(model.providers, spec)

/** The makers' own keys have files of their own, by which the broker's APIs know them. */
const keyFile = (provider: NamedProvider): string | undefined => {
  const { name, secretKey, secretName } = provider
  if (tokenAudience(provider) !== undefined) return undefined
  return secretName === undefined && secretKey === undefined && Object.hasOwn(makerKeys, name)
    ? undefined
    : `model-key-${name}`
}

const tokenFile = (provider: NamedProvider): string | undefined =>
  tokenAudience(provider) === undefined ? undefined : `model-token-${provider.name}`

/** Of AWS's keys, as its tools name them. */
const awsKeys: Readonly<Record<string, string>> = {
  "": "AWS_SECRET_ACCESS_KEY",
  "-id": "AWS_ACCESS_KEY_ID",
  "-session": "AWS_SESSION_TOKEN"
}

const keyItems = ({ name, secretKey, type }: NamedProvider, path: string | undefined, secrets: SecretKeys) => {
  if (path === undefined) return makerKeys[name]?.(secrets) ?? []
  return type === "bedrock"
    ? Object.entries(awsKeys).map(([end, key]) => ({ key, path: `${path}${end}` }))
    : [{ key: secretKey ?? secrets.apiKeySecretKey, path }]
}

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
    const { fallback: _, models: __, podIdentity: _____, secretKey: ___, secretName: ____, ...told } = provider
    const file = keyFile(provider)
    const token = tokenFile(provider)
    return {
      ...told,
      ...(file === undefined ? {} : { keyFile: file }),
      ...(token === undefined ? {} : { tokenFile: token })
    }
  })
}

/** Seconds; the kubelet renews it after four fifths. */
const tokenSeconds = 3_600

/** Of the broker's volume of credentials: keys, and tokens of the service account that no other container has. */
export const modelKeys = (inputs: PodInputs): ReadonlyArray<VolumeProjection> => {
  const { secrets } = inputs.config
  return ofRun(inputs).map((provider) => {
    const audience = tokenAudience(provider)
    const token = tokenFile(provider)
    if (audience !== undefined && token !== undefined) {
      return { serviceAccountToken: { audience, expirationSeconds: tokenSeconds, path: token } }
    }
    return {
      secret: {
        name: provider.secretName ?? secrets.apiKeySecretName,
        items: keyItems(provider, keyFile(provider), secrets),
        optional: true
      }
    }
  })
}
