import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, LeaseKind, SecretKind } from "@orchestrator/k8s/Kinds"
import type { ConfigMap } from "@orchestrator/k8s/Objects"
import {
  codeRun,
  configMap,
  type ContractCase,
  contractCase,
  createCodeRun,
  createConfigMap,
  getConfigMap,
  invalidFields,
  refused,
  versionOf
} from "./World.ts"

const withData = (object: ConfigMap, data: ConfigMap["data"] = {}): ConfigMap => ({ ...object, data })

export const updateCases: ReadonlyArray<ContractCase> = [
  contractCase("a replacement at the current version succeeds and raises it", function*(world) {
    const created = yield* createConfigMap(world, "a", { a: "1" })
    const replaced = yield* world.client.replace(ConfigMapKind, withData(created, { b: "2" }))
    assert.deepStrictEqual(replaced.data, { b: "2" })
    assert.isAbove(versionOf(replaced), versionOf(created))
    assert.deepStrictEqual((yield* getConfigMap(world, "a")).data, { b: "2" })
  }),
  contractCase("a replacement at an older version is a conflict", function*(world) {
    const created = yield* createConfigMap(world, "a")
    yield* world.client.replace(ConfigMapKind, withData(created, { a: "1" }))
    yield* refused(world.client.replace(ConfigMapKind, withData(created, { a: "2" })), "Conflict")
    assert.deepStrictEqual((yield* getConfigMap(world, "a")).data, { a: "1" })
  }),
  contractCase("without a version the last writer wins, where the kind allows it", function*(world) {
    yield* createConfigMap(world, "a", { a: "1" })
    yield* world.client.replace(ConfigMapKind, configMap(world, "a", { a: "2" }))
    assert.deepStrictEqual((yield* getConfigMap(world, "a")).data, { a: "2" })
  }),
  contractCase("custom resources and leases must say which version they replace", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a")
    yield* invalidFields(client.replace(CodeRunKind, codeRun(world, "a", { taskId: 2 })), "metadata.resourceVersion")
    yield* client.create(LeaseKind, { metadata: { name: "a", namespace }, spec: { holderIdentity: "x" } })
    const anew = { metadata: { name: "a", namespace }, spec: { holderIdentity: "y" } }
    yield* invalidFields(client.replace(LeaseKind, anew), "metadata.resourceVersion")
  }),
  contractCase("another object's uid is a conflict", function*(world) {
    yield* createConfigMap(world, "a")
    const other = configMap(world, "a", {}, { uid: "00000000-0000-4000-8000-000000000000" })
    yield* refused(world.client.replace(ConfigMapKind, other), "Conflict")
  }),
  contractCase("what is not there cannot be replaced", function*(world) {
    yield* refused(world.client.replace(ConfigMapKind, configMap(world, "absent")), "NotFound")
  }),
  contractCase("a replacement that changes nothing keeps the version", function*(world) {
    const created = yield* createConfigMap(world, "a", { a: "1" })
    const replaced = yield* world.client.replace(ConfigMapKind, created)
    assert.strictEqual(replaced.metadata.resourceVersion, created.metadata.resourceVersion)
  }),
  contractCase("uid and creation time survive a replacement without them", function*(world) {
    const created = yield* createConfigMap(world, "a")
    const replaced = yield* world.client.replace(ConfigMapKind, configMap(world, "a", { a: "1" }))
    assert.strictEqual(replaced.metadata.uid, created.metadata.uid)
    assert.strictEqual(replaced.metadata.creationTimestamp, created.metadata.creationTimestamp)
  }),
  contractCase("labels that a replacement leaves out are gone", function*(world) {
    yield* createConfigMap(world, "a", {}, { labels: { app: "x" } })
    const replaced = yield* world.client.replace(ConfigMapKind, configMap(world, "a"))
    assert.isUndefined(replaced.metadata.labels)
  }),
  contractCase("generation counts changes of the spec only", function*(world) {
    const created = yield* createCodeRun(world, "a")
    assert.strictEqual(created.metadata.generation, 1)
    const labelled = yield* world.client.replace(CodeRunKind, {
      ...created,
      metadata: { ...created.metadata, labels: { app: "x" } }
    })
    assert.strictEqual(labelled.metadata.generation, 1)
    const changed = yield* world.client.replace(CodeRunKind, { ...labelled, spec: { ...labelled.spec, taskId: 2 } })
    assert.strictEqual(changed.metadata.generation, 2)
    const status = yield* world.client.replaceStatus(CodeRunKind, { ...changed, status: { phase: "Running" } })
    assert.strictEqual(status.metadata.generation, 2)
  }),
  contractCase("a created custom resource has no status, whatever it brings", function*(world) {
    const created = yield* world.client.create(CodeRunKind, { ...codeRun(world, "a"), status: { phase: "Succeeded" } })
    assert.isUndefined(created.status)
  }),
  contractCase("an ordinary replacement leaves status alone", function*(world) {
    const created = yield* createCodeRun(world, "a")
    const running = yield* world.client.replaceStatus(CodeRunKind, { ...created, status: { phase: "Running" } })
    const replaced = yield* world.client.replace(CodeRunKind, {
      ...running,
      spec: { ...running.spec, taskId: 2 },
      status: { phase: "Failed" }
    })
    assert.deepStrictEqual([replaced.status?.["phase"], replaced.spec["taskId"]], ["Running", 2])
  }),
  contractCase("a status write leaves spec and labels alone", function*(world) {
    const created = yield* createCodeRun(world, "a")
    const written = yield* world.client.replaceStatus(CodeRunKind, {
      ...created,
      metadata: { ...created.metadata, labels: { app: "x" } },
      spec: { ...created.spec, taskId: 7 },
      status: { phase: "Running" }
    })
    assert.deepStrictEqual(
      [written.spec["taskId"], written.metadata.labels, written.status?.["phase"]],
      [1, undefined, "Running"]
    )
  }),
  contractCase("a status write at an older version is a conflict", function*(world) {
    const created = yield* createCodeRun(world, "a")
    yield* world.client.replaceStatus(CodeRunKind, { ...created, status: { phase: "Running" } })
    yield* refused(world.client.replaceStatus(CodeRunKind, { ...created, status: { phase: "Failed" } }), "Conflict")
  }),
  contractCase("a status write that changes nothing keeps the version", function*(world) {
    const created = yield* createCodeRun(world, "a")
    const first = yield* world.client.replaceStatus(CodeRunKind, { ...created, status: { phase: "Running" } })
    const second = yield* world.client.replaceStatus(CodeRunKind, first)
    assert.strictEqual(second.metadata.resourceVersion, first.metadata.resourceVersion)
  }),
  contractCase("a kind without status has no status to write", function*(world) {
    const created = yield* createConfigMap(world, "a")
    yield* refused(world.client.replaceStatus(ConfigMapKind, created), "NotFound", "MethodNotAllowed")
  }),
  contractCase("a dry-run replacement answers as if, and stores nothing", function*(world) {
    const created = yield* createConfigMap(world, "a", { a: "1" })
    const replaced = yield* world.client.replace(ConfigMapKind, withData(created, { a: "2" }), { dryRun: true })
    assert.deepStrictEqual(replaced.data, { a: "2" })
    const found = yield* getConfigMap(world, "a")
    assert.deepStrictEqual([found.data, versionOf(found)], [{ a: "1" }, versionOf(created)])
  }),
  contractCase("an immutable ConfigMap keeps its data, and stays immutable", function*(world) {
    const created = yield* world.client.create(ConfigMapKind, { ...configMap(world, "a", { a: "1" }), immutable: true })
    yield* invalidFields(world.client.replace(ConfigMapKind, withData(created, { a: "2" })), "data")
    yield* invalidFields(world.client.replace(ConfigMapKind, { ...created, immutable: false }), "immutable")
    yield* world.client.replace(ConfigMapKind, { ...created, metadata: { ...created.metadata, labels: { app: "x" } } })
  }),
  contractCase("a Secret's plain texts are stored as base64 data", function*({ client, namespace }) {
    const created = yield* client.create(SecretKind, {
      metadata: { name: "a", namespace },
      stringData: { token: "obviously-fake" },
      data: { other: "eA==" }
    })
    assert.deepStrictEqual(created.data, { token: Buffer.from("obviously-fake").toString("base64"), other: "eA==" })
    assert.deepStrictEqual([created.type, created.stringData], ["Opaque", undefined])
    yield* invalidFields(client.replace(SecretKind, { ...created, type: "other" }), "type")
  })
]
