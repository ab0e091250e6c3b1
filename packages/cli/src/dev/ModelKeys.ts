/**
 * The person's own keys for `--agent`: from this process's environment into the local cluster's Secret, where brokers have them
 * from as in any cluster. No environment of an agent has them.
 */
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Config, Effect, Layer, Option, Record, Redacted, Schema } from "effect"
import type { AgentChoice } from "./Agents.ts"
import { localAgents } from "./LocalAgents.ts"

export class KeyMissing extends Schema.TaggedError<KeyMissing>()("KeyMissing", { message: Schema.String }) {}

/** Name of the Secret, and its keys by the names of the variables. */
export const modelKeySecret = {
  apiKeySecretName: "local-model-keys",
  apiKeySecretKey: "ANTHROPIC_API_KEY",
  oauthTokenSecretKey: "CLAUDE_CODE_OAUTH_TOKEN",
  openaiKeySecretKey: "OPENAI_API_KEY",
  googleKeySecretKey: "GEMINI_API_KEY"
}

export type ModelKeys = Readonly<Record<string, Redacted.Redacted>>

/** What the environment has of keys; none for the demo agent, which asks no model. */
export const modelKeys = Effect.fn("ModelKeys.read")(function*(agent: AgentChoice) {
  if (agent === "demo") return {}
  const { keyHelp, keys: names } = localAgents[agent]
  const found = yield* Config.all(Record.fromEntries(names.map((name) => [name, Config.option(Config.Redacted(name))])))
  const keys: ModelKeys = Record.getSomes(found)
  if (Record.isEmptyRecord(keys)) {
    return yield* new KeyMissing({ message: `--agent ${agent} needs your API key in the environment: ${keyHelp}` })
  }
  return keys
})

/** Another address of the model API than the usual, where the environment names one for the person's agent. */
export const modelAddress = Effect.fn("ModelKeys.address")(function*(agent: AgentChoice) {
  if (agent === "demo") return {}
  const { settings, variable } = localAgents[agent].address
  const url = yield* Config.option(Config.String(variable))
  return Option.match(url, { onNone: () => ({}), onSome: (baseUrl) => ({ model: settings(baseUrl) }) })
})

/** The Secret says what this start was given, before any pod is started; without keys an earlier start's go. */
export const layerModelKeys = (keys: ModelKeys, namespace: string) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const client = yield* KubernetesClient
    const ref = { name: modelKeySecret.apiKeySecretName, namespace }
    yield* client.delete(SecretKind, ref).pipe(
      Effect.asVoid,
      Effect.catchIf(hasReason("NotFound"), () => Effect.void)
    )
    if (Record.isEmptyRecord(keys)) return
    yield* client.create(SecretKind, { metadata: ref, type: "Opaque", stringData: Record.map(keys, Redacted.value) })
  }))
