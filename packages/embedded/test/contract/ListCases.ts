import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, SecretKind } from "@orchestrator/k8s/Kinds"
import type { ListOptions } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import {
  type ContractCase,
  contractCase,
  createCodeRun,
  createConfigMap,
  namesOf,
  refused,
  versionOf,
  type World
} from "./World.ts"

/** Real clusters put a ConfigMap of their own into every namespace. */
const own = "own=yes"

const createAll = (world: World, ...names: ReadonlyArray<string>) =>
  Effect.forEach(names, (name) => createConfigMap(world, name, { early: "yes" }, { labels: { own: "yes", name } }))

const list = ({ client, namespace }: World, options: ListOptions = {}) =>
  client.list(ConfigMapKind, { namespace, labelSelector: own, ...options })

const select = (world: World, labelSelector: string) =>
  Effect.map(list(world, { labelSelector: `${own},${labelSelector}` }), ({ items }) => namesOf(items))

export const listCases: ReadonlyArray<ContractCase> = [
  contractCase("a list is sorted by name and tells its version", function*(world) {
    yield* createAll(world, "c", "a", "b")
    const { items, metadata } = yield* list(world)
    assert.deepStrictEqual(namesOf(items), ["a", "b", "c"])
    assert.isAtLeast(Number(metadata.resourceVersion), Math.max(...items.map(versionOf)))
    assert.isUndefined(metadata.continue)
  }),
  contractCase("a list is of its namespace, or of all", function*(world) {
    yield* createAll(world, "a")
    const { items } = yield* list(world, {
      namespace: undefined,
      fieldSelector: `metadata.namespace=${world.namespace}`
    })
    assert.deepStrictEqual(namesOf(items), ["a"])
    assert.lengthOf((yield* list(world, { namespace: "contract-namespace-that-is-not-there" })).items, 0)
  }),
  contractCase("pages follow each other without gaps or doubles", function*(world) {
    yield* createAll(world, "a", "b", "c", "d", "e")
    const first = yield* list(world, { limit: 2 })
    assert.deepStrictEqual(namesOf(first.items), ["a", "b"])
    const second = yield* list(world, { limit: 2, continue: first.metadata.continue })
    assert.deepStrictEqual(namesOf(second.items), ["c", "d"])
    const third = yield* list(world, { limit: 2, continue: second.metadata.continue })
    assert.deepStrictEqual(namesOf(third.items), ["e"])
    assert.isUndefined(third.metadata.continue)
  }),
  contractCase("all pages show the moment of the first", function*(world) {
    const { client, namespace } = world
    yield* createAll(world, "a", "b", "d")
    const first = yield* list(world, { limit: 1 })
    yield* createAll(world, "c")
    yield* client.delete(ConfigMapKind, { name: "d", namespace })
    yield* client.patch(ConfigMapKind, { name: "b", namespace }, { type: "merge", body: { data: { early: "no" } } })
    const second = yield* list(world, { limit: 5, continue: first.metadata.continue })
    const early = { early: "yes" }
    assert.deepStrictEqual(second.items.map(({ data, metadata }) => [metadata.name, data]), [["b", early], [
      "d",
      early
    ]])
    assert.strictEqual(second.metadata.resourceVersion, first.metadata.resourceVersion)
  }),
  contractCase("a page tells how many are left, when nothing is selected", function*({ client, namespace }) {
    const create = client.create(SecretKind, { metadata: { generateName: "many-", namespace } })
    yield* Effect.all([create, create, create])
    const { metadata } = yield* client.list(SecretKind, { namespace, limit: 1 })
    assert.strictEqual(metadata.remainingItemCount, 2)
  }),
  contractCase("a limit that is not reached leaves no token", function*(world) {
    yield* createAll(world, "a", "b")
    assert.isUndefined((yield* list(world, { limit: 3 })).metadata.continue)
  }),
  contractCase("a limit that is just reached leaves one while objects follow, selected or not", function*(world) {
    yield* createAll(world, "a", "b")
    yield* createConfigMap(world, "z", {})
    const first = yield* list(world, { limit: 2 })
    assert.deepStrictEqual(namesOf(first.items), ["a", "b"])
    assert.isNotEmpty(first.metadata.continue)
    const second = yield* list(world, { limit: 2, continue: first.metadata.continue })
    assert.deepStrictEqual([second.items, second.metadata.continue], [[], undefined])
  }),
  contractCase("a token that is none is refused", function*(world) {
    yield* refused(list(world, { limit: 1, continue: "no token" }), "BadRequest", "Gone")
  }),
  contractCase("a list at an exact version shows that moment", function*(world) {
    const { client, namespace } = world
    yield* createAll(world, "a")
    const { metadata: { resourceVersion } } = yield* list(world)
    yield* createAll(world, "b")
    yield* client.delete(ConfigMapKind, { name: "a", namespace })
    const then = yield* list(world, { resourceVersion, resourceVersionMatch: "Exact" })
    assert.deepStrictEqual(namesOf(then.items), ["a"])
  }),
  contractCase("a version to match is needed where a match is asked for", function*(world) {
    yield* refused(list(world, { resourceVersionMatch: "Exact" }), "Invalid")
    yield* refused(list(world, { resourceVersion: "0", resourceVersionMatch: "Exact" }), "Invalid")
    yield* refused(list(world, { resourceVersion: "yesterday" }), "BadRequest")
  }),
  contractCase("a list not older than a version shows at least that", function*(world) {
    const [created] = yield* createAll(world, "a")
    const resourceVersion = created?.metadata.resourceVersion
    const { items } = yield* list(world, { resourceVersion, resourceVersionMatch: "NotOlderThan" })
    assert.deepStrictEqual(namesOf(items), ["a"])
  }),
  contractCase("labels are selected by equality, set and presence", function*(world) {
    yield* createConfigMap(world, "a", {}, { labels: { own: "yes", tier: "web", old: "" } })
    yield* createConfigMap(world, "b", {}, { labels: { own: "yes", tier: "db" } })
    yield* createConfigMap(world, "c", {}, { labels: { own: "yes" } })
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["tier=web", ["a"]],
      ["tier==web", ["a"]],
      ["tier!=web", ["b", "c"]],
      ["tier in (web, db)", ["a", "b"]],
      ["tier notin (web)", ["b", "c"]],
      ["tier", ["a", "b"]],
      ["!tier", ["c"]],
      ["tier,!old", ["b"]],
      ["old=", ["a"]]
    ]
    for (const [selector, names] of cases) assert.deepStrictEqual(yield* select(world, selector), names, selector)
  }),
  contractCase("a label selector that cannot be read is refused", function*(world) {
    yield* refused(list(world, { labelSelector: "tier in web" }), "BadRequest")
    yield* refused(list(world, { labelSelector: "a=b=c" }), "BadRequest")
  }),
  contractCase("fields are selected by name and namespace", function*(world) {
    yield* createAll(world, "a", "b")
    const one = yield* list(world, { fieldSelector: "metadata.name=b" })
    assert.deepStrictEqual(namesOf(one.items), ["b"])
    const other = yield* list(world, { fieldSelector: `metadata.name!=b,metadata.namespace=${world.namespace}` })
    assert.deepStrictEqual(namesOf(other.items), ["a"])
  }),
  contractCase("fields that the kind cannot be selected by are refused", function*(world) {
    yield* refused(list(world, { fieldSelector: "data.a=1" }), "BadRequest")
    yield* refused(world.client.list(CodeRunKind, { fieldSelector: "spec.service=checkout" }), "BadRequest")
  }),
  contractCase("Secrets are selected by type", function*({ client, namespace }) {
    const metadata = { name: "a", namespace }
    yield* client.create(SecretKind, { metadata, type: "example.com/own" })
    const { items } = yield* client.list(SecretKind, { namespace, fieldSelector: "type=example.com/own" })
    assert.deepStrictEqual(namesOf(items), ["a"])
    assert.lengthOf((yield* client.list(SecretKind, { namespace, fieldSelector: "type=Opaque" })).items, 0)
  }),
  contractCase("custom resources are selected by their selectable fields; absent counts as empty", function*(world) {
    const { client, namespace } = world
    const phase = (name: string, phase: string) =>
      client.patchStatus(CodeRunKind, { name, namespace }, { type: "merge", body: { status: { phase } } })
    yield* Effect.forEach(["a", "b", "c"], (name) => createCodeRun(world, name))
    yield* phase("a", "Running")
    yield* phase("b", "Succeeded")
    const select = (fieldSelector: string) =>
      Effect.map(client.list(CodeRunKind, { namespace, fieldSelector }), ({ items }) => namesOf(items))
    assert.deepStrictEqual(yield* select("status.phase=Running"), ["a"])
    assert.deepStrictEqual(yield* select("status.phase!=Succeeded"), ["a", "c"])
    assert.deepStrictEqual(yield* select("status.phase="), ["c"])
    assert.deepStrictEqual(yield* select("status.phase!=Succeeded,status.phase!=Running"), ["c"])
  })
]
