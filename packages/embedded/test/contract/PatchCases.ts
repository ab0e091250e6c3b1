import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { JsonPatchOperation } from "@orchestrator/k8s/KubernetesClient"
import {
  type ContractCase,
  contractCase,
  createCodeRun,
  createConfigMap,
  getConfigMap,
  invalidFields,
  pod,
  podSpec,
  refused,
  versionOf,
  type World
} from "./World.ts"

const merge = ({ client, namespace }: World, name: string, body: object) =>
  client.patch(ConfigMapKind, { name, namespace }, { type: "merge", body })

const json = ({ client, namespace }: World, name: string, ...body: ReadonlyArray<JsonPatchOperation>) =>
  client.patch(ConfigMapKind, { name, namespace }, { type: "json", body })

export const patchCases: ReadonlyArray<ContractCase> = [
  contractCase("a merge patch sets, adds and, with null, removes", function*(world) {
    yield* createConfigMap(world, "a", { keep: "1", change: "1", remove: "1" })
    const { data } = yield* merge(world, "a", { data: { change: "2", remove: null, add: "3" } })
    assert.deepStrictEqual(data, { keep: "1", change: "2", add: "3" })
  }),
  contractCase("a merge patch replaces lists as a whole", function*(world) {
    yield* createConfigMap(world, "a", {}, { finalizers: ["example.com/one", "example.com/two"] })
    const { metadata } = yield* merge(world, "a", { metadata: { finalizers: ["example.com/three"] } })
    assert.deepStrictEqual(metadata.finalizers, ["example.com/three"])
    yield* merge(world, "a", { metadata: { finalizers: null } })
  }),
  contractCase("a patch that changes nothing keeps the version", function*(world) {
    const created = yield* createConfigMap(world, "a", { a: "1" })
    assert.strictEqual(versionOf(yield* merge(world, "a", { data: { a: "1" } })), versionOf(created))
    assert.strictEqual(versionOf(yield* merge(world, "a", {})), versionOf(created))
  }),
  contractCase("a version in a patch is a precondition", function*(world) {
    const created = yield* createConfigMap(world, "a", { a: "1" })
    const { resourceVersion } = created.metadata
    yield* merge(world, "a", { metadata: { resourceVersion }, data: { a: "2" } })
    yield* refused(merge(world, "a", { metadata: { resourceVersion }, data: { a: "3" } }), "Conflict")
  }),
  contractCase("a patch changes no object's identity", function*(world) {
    yield* createConfigMap(world, "a")
    const uid = "00000000-0000-4000-8000-000000000000"
    yield* invalidFields(merge(world, "a", { metadata: { uid }, data: { a: "1" } }), "metadata.uid")
    yield* refused(merge(world, "a", { metadata: { name: "b" } }), "BadRequest")
    yield* refused(merge(world, "a", { metadata: { namespace: "other" } }), "BadRequest")
    yield* refused(merge(world, "a", { kind: "Secret" }), "Invalid")
  }),
  contractCase("a patch that leaves a wrong type is invalid", function*(world) {
    yield* createConfigMap(world, "a")
    yield* refused(merge(world, "a", { data: { a: 5 } }), "Invalid")
    yield* refused(merge(world, "a", { data: "text" }), "Invalid")
  }),
  contractCase("what is not there cannot be patched", function*(world) {
    yield* refused(merge(world, "absent", {}), "NotFound")
  }),
  contractCase("a patched object is validated like any other", function*(world) {
    yield* createConfigMap(world, "a")
    yield* invalidFields(merge(world, "a", { metadata: { labels: { "bad key": "x" } } }), "metadata.labels")
  }),
  contractCase("a JSON patch adds, replaces, removes, copies and moves", function*(world) {
    yield* createConfigMap(world, "a", { a: "1", b: "2", c: "3" })
    const { data } = yield* json(
      world,
      "a",
      { op: "add", path: "/data/new", value: "4" },
      { op: "replace", path: "/data/a", value: "5" },
      { op: "remove", path: "/data/b" },
      { op: "copy", from: "/data/c", path: "/data/copied" },
      { op: "move", from: "/data/c", path: "/data/moved" }
    )
    assert.deepStrictEqual(data, { a: "5", new: "4", copied: "3", moved: "3" })
  }),
  contractCase("a JSON patch reads ~1 as / and ~0 as ~", function*(world) {
    yield* createConfigMap(world, "a", {}, { annotations: { "example.com/x": "1" } })
    const { metadata } = yield* json(world, "a", {
      op: "replace",
      path: "/metadata/annotations/example.com~1x",
      value: "2"
    })
    assert.deepStrictEqual(metadata.annotations, { "example.com/x": "2" })
  }),
  contractCase("a failed test leaves everything as it was", function*(world) {
    yield* createConfigMap(world, "a", { a: "1" })
    const patch = json(
      world,
      "a",
      { op: "replace", path: "/data/a", value: "2" },
      { op: "test", path: "/data/a", value: "1" }
    )
    yield* refused(patch, "Invalid")
    assert.deepStrictEqual((yield* getConfigMap(world, "a")).data, { a: "1" })
  }),
  contractCase("a JSON patch of what is not there is refused", function*(world) {
    yield* createConfigMap(world, "a", { a: "1" })
    yield* refused(json(world, "a", { op: "remove", path: "/data/absent" }), "Invalid")
    yield* refused(json(world, "a", { op: "add", path: "/data/absent/deep", value: "x" }), "Invalid")
  }),
  contractCase("a strategic patch merges containers by name", function*(world) {
    const { client, namespace } = world
    const containers = [{ name: "main", image: "example.com/agent:1" }, { name: "side", image: "example.com/side:1" }]
    yield* client.create(PodKind, pod(world, "a", { containers }))
    const body = { spec: { containers: [{ name: "side", image: "example.com/side:2" }] } }
    const { spec } = yield* client.patch(PodKind, { name: "a", namespace }, { type: "strategic", body })
    assert.deepStrictEqual(spec.containers.map(({ image }) => image), ["example.com/agent:1", "example.com/side:2"])
  }),
  contractCase("a strategic patch merges finalizers as a set, and removes by directive", function*(world) {
    const { client, namespace } = world
    yield* createConfigMap(world, "a", {}, { finalizers: ["example.com/one"] })
    const patch = (body: object) => client.patch(ConfigMapKind, { name: "a", namespace }, { type: "strategic", body })
    const added = yield* patch({ metadata: { finalizers: ["example.com/two"] } })
    assert.sameMembers([...added.metadata.finalizers ?? []], ["example.com/one", "example.com/two"])
    const removed = yield* patch({ metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/one"] } })
    assert.deepStrictEqual(removed.metadata.finalizers, ["example.com/two"])
    yield* merge(world, "a", { metadata: { finalizers: null } })
  }),
  contractCase("a strategic patch replaces an object by directive", function*(world) {
    const { client, namespace } = world
    yield* createConfigMap(world, "a", { a: "1", b: "2" })
    const body = { data: { $patch: "replace", c: "3" } }
    const { data } = yield* client.patch(ConfigMapKind, { name: "a", namespace }, { type: "strategic", body })
    assert.deepStrictEqual(data, { c: "3" })
  }),
  contractCase("custom resources take no strategic patch", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a")
    const patch = client.patch(CodeRunKind, { name: "a", namespace }, { type: "strategic", body: {} })
    const { reason } = yield* refused(patch, "Refused")
    assert.strictEqual(reason._tag === "Refused" ? reason.status : 0, 415)
  }),
  contractCase("patching status leaves the spec alone, and the other way round", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a")
    const ref = { name: "a", namespace }
    const body = { spec: { taskId: 2 }, status: { phase: "Running" } }
    const status = yield* client.patchStatus(CodeRunKind, ref, { type: "merge", body })
    assert.deepStrictEqual([status.spec["taskId"], status.status?.["phase"]], [1, "Running"])
    const other = { spec: { taskId: 3 }, status: { phase: "Failed" } }
    const spec = yield* client.patch(CodeRunKind, ref, { type: "merge", body: other })
    assert.deepStrictEqual([spec.spec["taskId"], spec.status?.["phase"]], [3, "Running"])
  }),
  contractCase("a dry-run patch stores nothing", function*(world) {
    const { client, namespace } = world
    const created = yield* createConfigMap(world, "a", { a: "1" })
    const body = { data: { a: "2" } }
    const patched = yield* client.patch(ConfigMapKind, { name: "a", namespace }, { type: "merge", body }, {
      dryRun: true
    })
    assert.deepStrictEqual(patched.data, { a: "2" })
    assert.strictEqual(versionOf(yield* getConfigMap(world, "a")), versionOf(created))
  }),
  contractCase("of a pod's spec only little can be patched", function*(world) {
    const { client, namespace } = world
    yield* client.create(PodKind, pod(world, "a"))
    const patch = (body: object) => client.patch(PodKind, { name: "a", namespace }, { type: "strategic", body })
    yield* patch({ spec: { activeDeadlineSeconds: 60 } })
    yield* invalidFields(patch({ spec: { restartPolicy: "Always" } }), "spec")
    yield* invalidFields(patch({ spec: { containers: [{ ...podSpec.containers[0], command: ["x"] }] } }), "spec")
  })
]
