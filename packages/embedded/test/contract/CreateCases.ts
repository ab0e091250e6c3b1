import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import {
  codeRun,
  configMap,
  type ContractCase,
  contractCase,
  createConfigMap,
  getConfigMap,
  invalidFields,
  namesOf,
  refused
} from "./World.ts"

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

export const createCases: ReadonlyArray<ContractCase> = [
  contractCase("a created object has an identity, a version and a time", function*(world) {
    const { apiVersion, data, kind, metadata } = yield* createConfigMap(world, "made", { a: "1" })
    assert.deepStrictEqual([apiVersion, kind, data], ["v1", "ConfigMap", { a: "1" }])
    assert.deepStrictEqual([metadata.name, metadata.namespace], ["made", world.namespace])
    assert.match(metadata.uid ?? "", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.match(metadata.resourceVersion ?? "", /^[1-9]\d*$/)
    assert.match(metadata.creationTimestamp ?? "", time)
  }),
  contractCase("what was created is what is got", function*(world) {
    const created = yield* createConfigMap(world, "same", { a: "1" }, {
      labels: { app: "x" },
      annotations: { "a/b": "c" }
    })
    const { managedFields: _created, ...metadata } = created.metadata
    const got = yield* getConfigMap(world, "same")
    const { managedFields: _got, ...found } = got.metadata
    assert.deepStrictEqual(found, metadata)
    assert.deepStrictEqual(got.data, { a: "1" })
  }),
  contractCase("an object that is not there is not found", function*(world) {
    yield* refused(getConfigMap(world, "absent"), "NotFound")
  }),
  contractCase("a taken name already exists, and the object stays as it was", function*(world) {
    const first = yield* createConfigMap(world, "taken", { a: "1" })
    yield* refused(createConfigMap(world, "taken", { a: "2" }), "AlreadyExists")
    const found = yield* getConfigMap(world, "taken")
    assert.deepStrictEqual([found.data, found.metadata.uid], [{ a: "1" }, first.metadata.uid])
  }),
  contractCase("a name is taken per kind and namespace only", function*(world) {
    yield* createConfigMap(world, "shared")
    yield* world.client.create(CodeRunKind, codeRun(world, "shared"))
    const { metadata } = yield* world.client.create(NamespaceKind, { metadata: { generateName: "contract-other-" } })
    yield* createConfigMap({ ...world, namespace: metadata.name ?? "" }, "shared")
    yield* world.client.delete(NamespaceKind, { name: metadata.name ?? "" })
  }),
  contractCase("a recreated object has another uid", function*(world) {
    const first = yield* createConfigMap(world, "again")
    yield* world.client.delete(ConfigMapKind, { name: "again", namespace: world.namespace })
    const second = yield* createConfigMap(world, "again")
    assert.notStrictEqual(second.metadata.uid, first.metadata.uid)
  }),
  contractCase("generateName makes a new name each time", function*(world) {
    const create = world.client.create(ConfigMapKind, {
      metadata: { generateName: "many-", namespace: world.namespace }
    })
    const names = namesOf(yield* Effect.all([create, create, create]))
    assert.strictEqual(new Set(names).size, 3)
    names.forEach((name) => assert.match(name, /^many-[a-z0-9]{5}$/))
  }),
  contractCase("a long generateName is cut so that the name stays within 63 characters", function*(world) {
    const metadata = { generateName: "x".repeat(70), namespace: world.namespace }
    const created = yield* world.client.create(ConfigMapKind, { metadata })
    assert.lengthOf(created.metadata.name ?? "", 63)
  }),
  contractCase("a name given wins over generateName", function*(world) {
    const created = yield* createConfigMap(world, "given", {}, { generateName: "made-" })
    assert.strictEqual(created.metadata.name, "given")
  }),
  contractCase("without a name there is no object", function*({ client, namespace }) {
    yield* invalidFields(client.create(ConfigMapKind, { metadata: { namespace } }), "metadata.name")
  }),
  ...["Upper", "under_score", "-dash", "dot.", "sp ace", "x".repeat(254)].map((name) =>
    contractCase(`the name ${name.slice(0, 12)} (${name.length}) is invalid`, function*(world) {
      yield* invalidFields(createConfigMap(world, name), "metadata.name")
    })
  ),
  contractCase("a namespace that is not there takes no objects", function*({ client }) {
    const absent = { name: "lost", namespace: "contract-namespace-that-is-not-there" }
    yield* refused(client.create(ConfigMapKind, { metadata: absent }), "NotFound")
  }),
  contractCase("labels must be labels", function*(world) {
    yield* invalidFields(createConfigMap(world, "labels", {}, { labels: { "bad key": "x" } }), "metadata.labels")
    yield* invalidFields(createConfigMap(world, "labels", {}, { labels: { key: "bad value" } }), "metadata.labels")
    yield* invalidFields(createConfigMap(world, "labels", {}, { labels: { key: "x".repeat(64) } }), "metadata.labels")
  }),
  contractCase("annotations take 256 KiB, and no more", function*(world) {
    yield* createConfigMap(world, "fits", {}, { annotations: { a: "x".repeat(256 * 1024 - 1) } })
    const more = { annotations: { a: "x".repeat(256 * 1024) } }
    yield* invalidFields(createConfigMap(world, "large", {}, more), "metadata.annotations")
  }),
  contractCase("a new object has no version to be created at", function*(world) {
    yield* refused(createConfigMap(world, "versioned", {}, { resourceVersion: "1" }), "BadRequest", "ServerError")
    yield* refused(getConfigMap(world, "versioned"), "NotFound")
  }),
  contractCase("what only the server sets is not taken from the client", function*(world) {
    const created = yield* createConfigMap(world, "forged", {}, {
      uid: "00000000-0000-4000-8000-000000000000",
      creationTimestamp: "2001-01-01T00:00:00Z",
      deletionTimestamp: "2001-01-01T00:00:00Z"
    })
    assert.notStrictEqual(created.metadata.uid, "00000000-0000-4000-8000-000000000000")
    assert.notStrictEqual(created.metadata.creationTimestamp, "2001-01-01T00:00:00Z")
    assert.isUndefined(created.metadata.deletionTimestamp)
  }),
  contractCase("a dry run answers as if, and stores nothing", function*(world) {
    const created = yield* world.client.create(ConfigMapKind, configMap(world, "dry", { a: "1" }), { dryRun: true })
    assert.deepStrictEqual([created.metadata.name, created.data], ["dry", { a: "1" }])
    assert.isString(created.metadata.uid)
    yield* refused(getConfigMap(world, "dry"), "NotFound")
    yield* createConfigMap(world, "dry")
    yield* refused(world.client.create(ConfigMapKind, configMap(world, "dry"), { dryRun: true }), "AlreadyExists")
  }),
  contractCase("a kind that is not served is not found", function*({ client, namespace }) {
    const kind = { ...CodeRunKind, group: "nobody.example.com" }
    yield* refused(client.list(kind, { namespace }), "NotFound")
  })
]
