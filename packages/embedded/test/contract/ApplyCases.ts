import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import {
  codeRun,
  codeRunSpec,
  type ContractCase,
  contractCase,
  createCodeRun,
  createConfigMap,
  getConfigMap,
  podSpec,
  refused,
  versionOf,
  type World
} from "./World.ts"

const apply = (
  { client, namespace }: World,
  fieldManager: string,
  data: object,
  force = false,
  metadata: object = {}
) =>
  client.patch(ConfigMapKind, { name: "a", namespace }, {
    type: "apply",
    fieldManager,
    force,
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", ...metadata }, data }
  })

const managersOf = ({ metadata }: KubernetesObject) =>
  (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`)

export const applyCases: ReadonlyArray<ContractCase> = [
  contractCase("apply creates what is not there, and records whose fields they are", function*(world) {
    const created = yield* apply(world, "one", { a: "1" })
    assert.deepStrictEqual(created.data, { a: "1" })
    assert.deepStrictEqual(managersOf(created), ["one Apply"])
    const [entry] = created.metadata.managedFields ?? []
    assert.deepStrictEqual(entry?.fieldsV1, { "f:data": { "f:a": {} } })
  }),
  contractCase("applying the same again changes nothing", function*(world) {
    const created = yield* apply(world, "one", { a: "1" })
    assert.strictEqual(versionOf(yield* apply(world, "one", { a: "1" })), versionOf(created))
  }),
  contractCase("a field that the manager no longer applies is removed", function*(world) {
    yield* apply(world, "one", { a: "1", b: "2" })
    assert.deepStrictEqual((yield* apply(world, "one", { a: "1" })).data, { a: "1" })
  }),
  contractCase("a field that another manager applies too stays", function*(world) {
    yield* apply(world, "one", { a: "1", b: "2" })
    yield* apply(world, "two", { b: "2" })
    const { data } = yield* apply(world, "one", { a: "1" })
    assert.deepStrictEqual(data, { a: "1", b: "2" })
  }),
  contractCase("managers apply their own fields side by side", function*(world) {
    yield* apply(world, "one", { a: "1" })
    const both = yield* apply(world, "two", { b: "2" })
    assert.deepStrictEqual(both.data, { a: "1", b: "2" })
    assert.sameMembers([...managersOf(both)], ["one Apply", "two Apply"])
  }),
  contractCase("another manager's value is a conflict that names the field and the manager", function*(world) {
    yield* apply(world, "one", { a: "1" })
    const { message } = yield* refused(apply(world, "two", { a: "2" }), "Conflict")
    assert.include(message, ".data.a")
    assert.include(message, "one")
    assert.deepStrictEqual((yield* getConfigMap(world, "a")).data, { a: "1" })
  }),
  contractCase("the same value is no conflict", function*(world) {
    yield* apply(world, "one", { a: "1" })
    yield* apply(world, "two", { a: "1" })
  }),
  contractCase("force takes the field over", function*(world) {
    yield* apply(world, "one", { a: "1", b: "1" })
    const taken = yield* apply(world, "two", { a: "2" }, true)
    assert.deepStrictEqual(taken.data, { a: "2", b: "1" })
    const left = yield* apply(world, "one", { b: "1" })
    assert.deepStrictEqual(left.data, { a: "2", b: "1" })
  }),
  contractCase("a field that somebody else updated meanwhile is a conflict", function*(world) {
    const { client, namespace } = world
    yield* apply(world, "one", { a: "1" })
    const patch = { type: "merge" as const, body: { data: { a: "2" } } }
    const updated = yield* client.patch(ConfigMapKind, { name: "a", namespace }, patch, { fieldManager: "hand" })
    assert.includeMembers([...managersOf(updated)], ["hand Update"])
    yield* refused(apply(world, "one", { a: "1" }), "Conflict")
    yield* apply(world, "one", { a: "1" }, true)
  }),
  contractCase("fields that were there before the first apply stay", function*(world) {
    yield* createConfigMap(world, "a", { a: "1" })
    const applied = yield* apply(world, "one", { b: "2" })
    assert.deepStrictEqual(applied.data, { a: "1", b: "2" })
    yield* refused(apply(world, "one", { a: "3", b: "2" }), "Conflict")
  }),
  contractCase("labels of several managers merge", function*(world) {
    yield* apply(world, "one", { one: "1" }, false, { labels: { one: "1" } })
    const both = yield* apply(world, "two", { two: "2" }, false, { labels: { two: "2" } })
    assert.deepStrictEqual(both.metadata.labels, { one: "1", two: "2" })
    const left = yield* apply(world, "one", { one: "1" })
    assert.deepStrictEqual(left.metadata.labels, { two: "2" })
  }),
  contractCase("what only this manager applied goes with its container", function*(world) {
    yield* apply(world, "one", { a: "1" }, false, { annotations: { only: "1" } })
    const left = yield* apply(world, "one", { a: "1" })
    assert.isUndefined(left.metadata.annotations)
  }),
  contractCase("a set stands in the order applied last", function*(world) {
    const { client, namespace } = world
    const patch = (...dependsOn: ReadonlyArray<string>) =>
      client.patch(CodeRunKind, { name: "a", namespace }, {
        type: "apply",
        fieldManager: "one",
        body: codeRun(world, "a", { dependsOn })
      })
    yield* patch("b", "a", "c")
    assert.deepStrictEqual((yield* patch("a", "b", "d", "c")).spec["dependsOn"], ["a", "b", "d", "c"])
  }),
  contractCase("containers merge by name, environment by name within them", function*(world) {
    const { client, namespace } = world
    const env = (name: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { ...podSpec, containers: [{ ...podSpec.containers[0], env: [{ name, value: "x" }] }] }
    })
    const patch = (fieldManager: string, name: string) =>
      client.patch(PodKind, { name: "a", namespace }, { type: "apply", fieldManager, body: env(name) }, {
        dryRun: true
      })
    const created = yield* patch("one", "ONE")
    assert.deepStrictEqual(created.spec.containers[0]?.env, [{ name: "ONE", value: "x" }])
    const { managedFields = [] } = created.metadata
    const fields = JSON.stringify(managedFields[0]?.fieldsV1)
    assert.include(fields, String.raw`k:{\"name\":\"main\"}`)
    assert.include(fields, String.raw`k:{\"name\":\"ONE\"}`)
  }),
  contractCase("custom resources are applied by their schema", function*(world) {
    const { client, namespace } = world
    const run = (spec: object) => ({ ...codeRun(world, "a"), spec: { ...codeRunSpec, ...spec } })
    const patch = (fieldManager: string, body: object) =>
      client.patch(CodeRunKind, { name: "a", namespace }, { type: "apply", fieldManager, body })
    yield* patch("one", run({ dependsOn: ["x"], env: { A: "1" } }))
    const body = { ...codeRun(world, "a"), spec: { dependsOn: ["y"], env: { B: "2" } } }
    const { spec } = yield* patch("two", body)
    assert.deepStrictEqual([spec["dependsOn"], spec["env"]], [["x", "y"], { A: "1", B: "2" }])
    const { spec: left } = yield* patch("one", run({}))
    assert.deepStrictEqual([left["dependsOn"], left["env"]], [["y"], { B: "2" }])
  }),
  contractCase("status is applied apart from the spec", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a")
    const patch = {
      type: "apply" as const,
      fieldManager: "controller",
      body: { ...codeRun(world, "a"), status: { phase: "Running" } }
    }
    const applied = yield* client.patchStatus(CodeRunKind, { name: "a", namespace }, patch)
    assert.strictEqual(applied.status?.["phase"], "Running")
    const entry = applied.metadata.managedFields?.find(({ manager }) => manager === "controller")
    assert.deepStrictEqual([entry?.subresource, entry?.fieldsV1], ["status", { "f:status": { "f:phase": {} } }])
  }),
  contractCase(
    "a status written without labels takes them from nobody: who applied one can take it off",
    function*(world) {
      const { client, namespace } = world
      const ref = { name: "a", namespace }
      const applied = (labels: object) =>
        client.patch(CodeRunKind, ref, {
          type: "apply",
          fieldManager: "gitops",
          body: { ...codeRun(world, "a"), metadata: { name: "a", labels, annotations: { tracked: "yes" } } }
        })
      const { metadata: { resourceVersion = "", uid = "" } } = yield* applied({ kept: "1", dropped: "1" })
      const bare = { name: "a", namespace, uid, resourceVersion }
      const written = yield* client.replaceStatus(CodeRunKind, {
        ...codeRun(world, "a"),
        metadata: bare,
        spec: {},
        status: { phase: "Running" }
      })
      assert.deepStrictEqual(written.metadata.labels, { kept: "1", dropped: "1" })
      const { metadata, status } = yield* applied({ kept: "1" })
      assert.deepStrictEqual([metadata.labels, metadata.annotations], [{ kept: "1" }, { tracked: "yes" }])
      assert.strictEqual(status?.["phase"], "Running")
      const gitops = metadata.managedFields?.find(({ manager }) => manager === "gitops")
      assert.include(JSON.stringify(gitops?.fieldsV1), "f:kept")
    }
  ),
  contractCase("an applied object is validated, and its version is a precondition", function*(world) {
    yield* refused(apply(world, "one", {}, false, { labels: { "bad key": "x" } }), "Invalid")
    yield* apply(world, "one", { a: "1" })
    yield* refused(apply(world, "one", { a: "2" }, false, { resourceVersion: "1" }), "Conflict")
  }),
  contractCase("a dry-run apply stores nothing", function*(world) {
    const { client, namespace } = world
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" } }
    const ref = { name: "a", namespace }
    const applied = yield* client.patch(ConfigMapKind, ref, { type: "apply", fieldManager: "one", body }, {
      dryRun: true
    })
    assert.deepStrictEqual(applied.data, { a: "1" })
    yield* refused(getConfigMap(world, "a"), "NotFound")
  })
]
