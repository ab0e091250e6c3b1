import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { otherAgents } from "@orchestrator/domain/AgentName"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Effect, Result } from "effect"
import { programKeys } from "../chart/ConfigKeys.ts"
import { sampleConfigValues } from "../chart/ConfigSample.ts"
import { chartValues, madeFromValues, readChartFile } from "../chart/Files.ts"
import { isObject, valueIn } from "../chart/Json.ts"
import {
  configKeys,
  configValues,
  knownValues,
  valuesSchema,
  valuesTable,
  withTable
} from "../chart/ValuesDocuments.ts"
import { readValues } from "../chart/ValuesFile.ts"

/** Defaults of the chart that are not the program's, and why. */
const otherDefaults = new Set([
  // The chart's own image and Secret.
  "image.repository",
  "image.tag",
  "image.digest",
  "agent.image.tag",
  ...otherAgents.map((name) => `agent.images.${name}.tag`),
  "secrets.existingSecret",
  // Names what older installations use, for whoever switches agentToolsOverride or telemetry on.
  "imagePullSecrets",
  "permissions.allow",
  "telemetry.otlpEndpoint",
  "telemetry.logsEndpoint",
  // Where it is empty, the program's own text counts.
  "events.answer",
  // Without an address there is no bucket, and the program has no defaults of one.
  "evidence.bucket.region",
  "evidence.bucket.pathStyle",
  // Without an issuer there is no provider.
  "dashboard.oidc.scopes",
  "dashboard.oidc.token",
  "dashboard.oidc.origins",
  // In a cluster others reach it, and so it asks who they are.
  "config.serverHost",
  "config.serverPort",
  "auth.mode"
])

/** What a value says when it stands for a key that is not set. */
const unset = (value: unknown) => value === "" || value === 0 || (isObject(value) && Object.keys(value).length === 0)

layer(NodeServices.layer)("the chart's values", (it) => {
  it.effect("set keys of config.yaml that there are", () =>
    Effect.gen(function*() {
      const known = programKeys()
      assert.deepStrictEqual([...configKeys(yield* chartValues)].filter((key) => !known.has(key)), [])
    }))

  it.effect("have the program's defaults, but where there is a reason", () =>
    Effect.gen(function*() {
      const config: unknown = JSON.parse(JSON.stringify(Result.getOrThrow(decodeConfig({}))))
      const different = configValues(yield* chartValues).filter(({ default: value, path }) => {
        const ours = isObject(config) ? valueIn(config, ...path.split(".")) : undefined
        return !otherDefaults.has(path) && !(ours === undefined && unset(value)) &&
          JSON.stringify(value) !== JSON.stringify(ours)
      })
      assert.deepStrictEqual(different.map(({ path }) => path), [])
    }))

  it.effect("have descriptions", () =>
    Effect.gen(function*() {
      const table = valuesTable(yield* chartValues)
      const bare = table.split("\n").filter((line) => /\|\s+\|/.test(line)).map((line) => line.split("|")[1]?.trim())
      assert.deepStrictEqual(bare.filter((path) => path?.startsWith("`healthCheck.") !== true), [])
    }))

  it.effect("are what schema, known values and README were made from", () =>
    Effect.gen(function*() {
      for (const [path, text] of yield* madeFromValues) {
        assert.strictEqual(yield* readChartFile(path), text, `${path}: npm run chart:test -- --update`)
      }
    }))

  it.effect("are sampled away from their defaults", () =>
    Effect.gen(function*() {
      const values = yield* chartValues
      const sample = sampleConfigValues(values)
      const same = configValues(values).filter(({ default: value, path }) =>
        JSON.stringify(valueIn(sample, ...path.split("."))) === JSON.stringify(value)
      )
      // The signing that is sampled wants the broker, the shards want Leases, and the provider the cluster's tokens, which are the defaults.
      assert.deepStrictEqual(same.map(({ path }) => path), [
        "image.digest",
        "agent.credentials",
        "leaderElection.enabled",
        "auth.mode"
      ])
    }))
})

describe("a commented values file", () => {
  const values = readValues(`# About the file.

# How many.
# @schema {"minimum": 0}
count: 1
group:
  # First.
  first: ""
  # A map of one's own.
  open: {}
# Kubernetes knows what is in it.
whole:
  inner:
    deep: true
`)

  it("gives a schema that lets unknown keys pass", () =>
    assert.deepStrictEqual(JSON.parse(valuesSchema(values)).properties, {
      count: { type: "integer", description: "How many.", minimum: 0 },
      group: {
        type: "object",
        properties: {
          first: { type: "string", description: "First." },
          open: { type: "object", description: "A map of one's own." }
        }
      },
      whole: {
        type: "object",
        description: "Kubernetes knows what is in it.",
        properties: {
          inner: { type: "object", properties: { deep: { type: "boolean" } } }
        }
      }
    }))

  it("gives the values that are known", () =>
    assert.deepStrictEqual(knownValues(values).split("\n").slice(1, -1), [
      "count: value",
      "group: group",
      "group.first: value",
      "group.open: value",
      "whole: value"
    ]))

  it("gives a table, between two marks of a text and nowhere else", () => {
    const table = valuesTable(values)
    assert.include(table, "| `group.first` | First.")
    const marks = /<!-- values: .*-->/.exec(withTable("", values))
    assert.isNull(marks)
    assert.strictEqual(withTable("no marks", values), "no marks")
  })
})
