import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeApiKeyWarnings } from "../../src/serve/ApiKey.ts"

const place = {
  namespace: "orchestrator",
  secrets: {
    apiKeySecretName: "keys",
    apiKeySecretKey: "ANTHROPIC_API_KEY",
    oauthTokenSecretKey: "TOKEN",
    openaiKeySecretKey: "OPENAI_API_KEY",
    googleKeySecretKey: "GEMINI_API_KEY"
  }
}

const secret = (data: Record<string, string>) => ({ metadata: { name: "keys", namespace: "orchestrator" }, data })

describe("what is said of the API key", () => {
  it.effect("names the Secret that is not there, and says nothing once it is", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const warnings = yield* makeApiKeyWarnings(place)
      const [before = ""] = yield* warnings
      for (const word of ["keys", "orchestrator", "ANTHROPIC_API_KEY"]) assert.include(before, word)
      yield* client.create(SecretKind, secret({ ANTHROPIC_API_KEY: "bm90LWEta2V5" }))
      yield* TestClock.adjust("11 seconds")
      assert.isEmpty(yield* warnings)
    }).pipe(Effect.provide(layerMemory)))

  it.effect.each([
    { name: "another key", data: { API_KEY: "bm90LWEta2V5" }, said: 1 },
    { name: "an empty key", data: { ANTHROPIC_API_KEY: "" }, said: 1 },
    { name: "the key of another API in its place", data: { OPENAI_API_KEY: "bm90LWEta2V5" }, said: 0 },
    { name: "a subscription's token in its place", data: { TOKEN: "bm90LWEta2V5" }, said: 0 }
  ])("a Secret with $name", ({ data, said }) =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      yield* client.create(SecretKind, secret(data))
      assert.lengthOf(yield* yield* makeApiKeyWarnings(place), said)
    }).pipe(Effect.provide(layerMemory)))
})
