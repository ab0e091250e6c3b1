/**
 * Whether the Secret with the API key is there. It is asked for by its name and only when somebody wants to know, since a missing key keeps
 * agents from working and nothing else: runs are recorded, read and cancelled without it.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Secret } from "@orchestrator/k8s/Objects"
import { Duration, Effect } from "effect"

export interface ApiKeyPlace {
  readonly namespace: string
  readonly secrets: OrchestratorConfig["secrets"]
}

const timeout = Duration.seconds(2)
const freshFor = Duration.seconds(10)

/** The command serves both who has no such Secret and whose Secret lacks the key. */
const absent = (what: string, { namespace, secrets }: ApiKeyPlace): string =>
  `${what}: agents have no API key and will fail. Create it: kubectl create secret generic ${secrets.apiKeySecretName} -n ${namespace} `
  + `--from-file=${secrets.apiKeySecretKey}=/path/to/api-key --dry-run=client -o yaml | kubectl apply -f -`

const warningsOf = ({ data = {} }: Secret, place: ApiKeyPlace): ReadonlyArray<string> => {
  const { apiKeySecretKey: key, apiKeySecretName: name, googleKeySecretKey, oauthTokenSecretKey, openaiKeySecretKey } =
    place.secrets
  const others = [oauthTokenSecretKey, openaiKeySecretKey, googleKeySecretKey]
  if ([key, ...others].some((each) => each !== undefined && (data[each] ?? "") !== "")) return []
  return [absent(`The Secret ${name} in namespace ${place.namespace} has no key ${key}`, place)]
}

const look = Effect.fnUntraced(function*(place: ApiKeyPlace) {
  const client = yield* KubernetesClient
  const { namespace, secrets: { apiKeySecretName: name } } = place
  return yield* client.get(SecretKind, { name, namespace }).pipe(
    Effect.map((secret) => warningsOf(secret, place)),
    Effect.catchIf(
      hasReason("NotFound"),
      () => Effect.succeed([absent(`There is no Secret ${name} in namespace ${namespace}`, place)])
    ),
    Effect.timeout(timeout),
    // Who may not look has nothing to tell; the run that lacks the key tells it.
    Effect.orElseSucceed((): ReadonlyArray<string> => [])
  )
})

/** What to tell whoever asks whether the program is ready; the same answer for ten seconds, and in the log when it changes. */
export const makeApiKeyWarnings = Effect.fn("ApiKey.makeWarnings")(function*(place: ApiKeyPlace) {
  const client = yield* KubernetesClient
  let reported = ""
  const tell = (warnings: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const now = warnings.join("\n")
      if (now === reported) return Effect.void
      reported = now
      return warnings.length === 0 ? Effect.logInfo("API key found") : Effect.logWarning(now)
    })
  return yield* Effect.cachedWithTTL(
    look(place).pipe(Effect.provideService(KubernetesClient, client), Effect.tap(tell)),
    freshFor
  )
})
