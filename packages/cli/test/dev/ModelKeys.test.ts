import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { layerModelKeys, modelAddress, modelKeys } from "../../src/dev/ModelKeys.ts"

const namespace = "orchestrator"

const withEnvironment = (env: Record<string, string>) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

const secrets = KubernetesClient.pipe(
  Effect.flatMap((client) => client.list(SecretKind, { namespace })),
  Effect.map(({ items }) => items.map(({ data, metadata }) => [metadata.name, data]))
)
const base64 = (text: string) => Buffer.from(text).toString("base64")

describe("the person's keys", () => {
  it.effect.each<{ agent: "demo" | "claude"; env: Record<string, string>; want: Record<string, string> }>([
    { agent: "claude", env: { ANTHROPIC_API_KEY: "k" }, want: { ANTHROPIC_API_KEY: "k" } },
    {
      agent: "claude",
      env: { ANTHROPIC_API_KEY: "k", CLAUDE_CODE_OAUTH_TOKEN: "o", GH_TOKEN: "g" },
      want: { ANTHROPIC_API_KEY: "k", CLAUDE_CODE_OAUTH_TOKEN: "o" }
    },
    { agent: "demo", env: { ANTHROPIC_API_KEY: "k" }, want: {} }
  ])("of $agent with $env", ({ agent, env, want }) =>
    Effect.gen(function*() {
      const keys = yield* modelKeys(agent).pipe(withEnvironment(env))
      assert.deepStrictEqual(
        Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, Redacted.value(value)])),
        want
      )
    }))

  it.effect("are asked for where there are none", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(modelKeys("claude").pipe(withEnvironment({})))
      assert.strictEqual(error._tag, "KeyMissing")
    }))

  it.effect("replace those of an earlier start, and go when there are none any more; what others made stays", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const start = (keys: Record<string, string>) =>
        Effect.scoped(Layer.build(layerModelKeys(
          Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, Redacted.make(value)])),
          namespace
        )))
      yield* client.create(SecretKind, { metadata: { name: "orchestrator-secrets", namespace }, data: {} })
      const others = ["orchestrator-secrets", {}]
      yield* start({ ANTHROPIC_API_KEY: "a", CLAUDE_CODE_OAUTH_TOKEN: "o" })
      yield* start({ ANTHROPIC_API_KEY: "b" })
      assert.deepStrictEqual(yield* secrets, [["local-model-keys", { ANTHROPIC_API_KEY: base64("b") }], others])
      yield* start({})
      assert.deepStrictEqual(yield* secrets, [others])
    }).pipe(Effect.provide(layerMemory)))
})

it.effect.each<{ agent: "demo" | "claude"; env: Record<string, string>; want: object }>([
  { agent: "claude", env: { ANTHROPIC_BASE_URL: "http://m" }, want: { model: { baseUrl: "http://m" } } },
  { agent: "claude", env: {}, want: {} },
  { agent: "demo", env: { ANTHROPIC_BASE_URL: "http://m" }, want: {} }
])("the model's address of $agent with $env", ({ agent, env, want }) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* modelAddress(agent).pipe(withEnvironment(env)), want)
  }))
