import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted } from "effect"
import { loadConfig } from "../../src/settings/ConfigFile.ts"
import { otlpHeaders } from "../../src/settings/OpenTelemetry.ts"

const withEnvironment = (env: Record<string, string>) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

const loaded = (env: Record<string, string>, defaults: object = {}) =>
  loadConfig({ path: Option.none(), defaults: { telemetry: { orchestrator: defaults } } }).pipe(
    withEnvironment(env),
    Effect.map(({ telemetry }) => telemetry.orchestrator),
    Effect.provide(NodeServices.layer)
  )

describe("OpenTelemetry's own variables", () => {
  it.effect("count over the configuration", () =>
    Effect.gen(function*() {
      const found = yield* loaded({
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.25",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=a%2Cb, team=agents",
        OTEL_SERVICE_NAME: "mine"
      }, { endpoint: "http://other:4318", sampleRatio: 1, resourceAttributes: { team: "none", region: "eu" } })
      assert.deepStrictEqual(found, {
        endpoint: "http://collector:4318",
        protocol: "http/json",
        signals: ["traces", "metrics", "logs"],
        sampleRatio: 0.25,
        metricsIntervalSeconds: 60,
        resourceAttributes: {
          "deployment.environment.name": "a,b",
          team: "agents",
          region: "eu",
          "service.name": "mine"
        }
      })
    }))

  it.effect("switch it off", () =>
    Effect.gen(function*() {
      const found = yield* loaded({ OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" })
      assert.strictEqual(found.endpoint, "")
    }))

  it.effect.each([
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, want: /telemetry\.orchestrator\.protocol.*http\/protobuf/ },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" }, want: /telemetry\.orchestrator\.endpoint/ },
    { env: { OTEL_TRACES_SAMPLER: "xray" }, want: /OTEL_TRACES_SAMPLER.*\n.*expected one of always_on.*found "xray"/ },
    { env: { OTEL_TRACES_SAMPLER_ARG: "2" }, want: /telemetry\.orchestrator\.sampleRatio/ },
    { env: { OTEL_RESOURCE_ATTRIBUTES: "a=b,c" }, want: /OTEL_RESOURCE_ATTRIBUTES.*\n.*entry 2/ }
  ])("that cannot be meant stop the start: $env", ({ env, want }) =>
    Effect.gen(function*() {
      const problem = yield* Effect.flip(loaded(env))
      assert.match(problem.message, want)
    }))
})

describe("the headers for the receiver", () => {
  it.effect("are read, and are shown to nobody", () =>
    Effect.gen(function*() {
      const { "x-key": key, ...others } = yield* otlpHeaders.pipe(
        withEnvironment({ OTEL_EXPORTER_OTLP_HEADERS: "x-key=not%20a%20real%20one,x-tenant=a" })
      )
      assert.strictEqual(key === undefined ? undefined : Redacted.value(key), "not a real one")
      assert.deepStrictEqual(Object.keys(others), ["x-tenant"])
      assert.notInclude(String(key), "real")
    }))

  it.effect("that cannot be read are named by their place", () =>
    Effect.gen(function*() {
      const problem = yield* Effect.flip(
        otlpHeaders.pipe(withEnvironment({ OTEL_EXPORTER_OTLP_HEADERS: "x-key=a,not-a-real-secret" }))
      )
      assert.match(problem.message, /OTEL_EXPORTER_OTLP_HEADERS.*\n.*entry 2/)
      assert.notInclude(problem.message, "not-a-real-secret")
    }))
})
