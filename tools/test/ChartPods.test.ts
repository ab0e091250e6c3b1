import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { fileURLToPath } from "node:url"
import { readChartFile } from "../chart/Files.ts"
import { isObject, type JsonObject, valueIn } from "../chart/Json.ts"
import { findManifest, readManifests, selects } from "../chart/Rendered.ts"

const agentLabels = Effect.fnUntraced(function*(kind: string) {
  const fs = yield* FileSystem.FileSystem
  const path = fileURLToPath(new URL(`../../packages/controller/test/manifest/golden/${kind}.json`, import.meta.url))
  const golden: unknown = JSON.parse(yield* fs.readFileString(path))
  const labels = isObject(golden) ? valueIn(golden, "job", "spec", "template", "metadata", "labels") : undefined
  return isObject(labels) ? labels : {}
})

layer(NodeServices.layer)("the chart's selectors, on the pods that there are", (it) => {
  const pods = Effect.gen(function*() {
    const objects = readManifests(yield* readChartFile("test/golden/default.yaml"))
    const template = valueIn(findManifest(objects, "Deployment/orchestrator"), "spec", "template", "metadata", "labels")
    return {
      objects,
      controller: isObject(template) ? template : {},
      code: yield* agentLabels("CodeRun"),
      docs: yield* agentLabels("DocsRun")
    }
  })
  const selector = (objects: ReadonlyArray<JsonObject>, id: string, ...keys: ReadonlyArray<string>) =>
    valueIn(findManifest(objects, id), "spec", ...keys)

  it.effect("the agents' policy selects agents' pods of both kinds, and not the orchestrator's", () =>
    Effect.gen(function*() {
      const { code, controller, docs, objects } = yield* pods
      const agents = selector(objects, "NetworkPolicy/orchestrator-agents", "podSelector")
      assert.isTrue(selects(agents, code))
      assert.isTrue(selects(agents, docs))
      assert.isFalse(selects(agents, controller))
    }))

  it.effect.each([
    { id: "NetworkPolicy/orchestrator", key: "podSelector" },
    { id: "PodDisruptionBudget/orchestrator", key: "selector" },
    { id: "Deployment/orchestrator", key: "selector" }
  ])("$id selects the orchestrator's pods, and no agent's", ({ id, key }) =>
    Effect.gen(function*() {
      const { code, controller, docs, objects } = yield* pods
      const found = selector(objects, id, key)
      assert.isTrue(selects(found, controller))
      assert.isFalse(selects(found, code))
      assert.isFalse(selects(found, docs))
    }))

  it.effect("no hook's pod is behind the Service", () =>
    Effect.gen(function*() {
      const { controller, objects } = yield* pods
      const service = { matchLabels: selector(objects, "Service/orchestrator", "selector") ?? null }
      const hook = valueIn(
        findManifest(objects, "Job/orchestrator-release-jobs"),
        "spec",
        "template",
        "metadata",
        "labels"
      )
      const test = valueIn(findManifest(objects, "Pod/orchestrator-test"), "metadata", "labels")
      assert.isTrue(selects(service, controller))
      assert.isFalse(selects(service, isObject(hook) ? hook : controller))
      assert.isFalse(selects(service, isObject(test) ? test : controller))
    }))

  it.effect("agents reach DNS, and 443 of public addresses", () =>
    Effect.gen(function*() {
      const { objects } = yield* pods
      const egress = selector(objects, "NetworkPolicy/orchestrator-agents", "egress")
      assert.isTrue(Array.isArray(egress) && egress.length === 2)
      assert.deepStrictEqual(valueIn(egress, "1", "ports"), [{ port: 443, protocol: "TCP" }])
      const blocked = JSON.stringify(valueIn(egress, "1", "to"))
      for (const range of ["169.254.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]) {
        assert.include(blocked, range)
      }
      assert.deepStrictEqual(selector(objects, "NetworkPolicy/orchestrator-agents", "ingress"), [])
    }))
})

describe("a selector", () => {
  const labels = { app: "a", tier: "x" }
  it.each([
    { selector: {}, want: true },
    { selector: { matchLabels: { app: "a" } }, want: true },
    { selector: { matchLabels: { app: "b" } }, want: false },
    { selector: { matchExpressions: [{ key: "tier", operator: "In", values: ["x", "y"] }] }, want: true },
    { selector: { matchExpressions: [{ key: "none", operator: "In", values: ["x"] }] }, want: false },
    { selector: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["x"] }] }, want: false },
    { selector: { matchExpressions: [{ key: "none", operator: "NotIn", values: ["x"] }] }, want: true },
    { selector: { matchExpressions: [{ key: "tier", operator: "Exists" }] }, want: true },
    { selector: { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, want: false },
    { selector: undefined, want: false }
  ])("$selector", ({ selector, want }) => assert.strictEqual(selects(selector, labels), want))
})
