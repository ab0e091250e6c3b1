import { assert, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Exit, Layer, Scope, Stream } from "effect"
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { collect } from "../src/actors/GarbageCollector.ts"
import { layerWith } from "../src/EmbeddedCluster.ts"
import { EmbeddedStore } from "../src/EmbeddedStore.ts"
import { PersistenceError } from "../src/Persistence.ts"
import { layerSqlite } from "../src/PersistenceSqlite.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-state-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const cluster = (file: string) => layerWith({ persistence: layerSqlite(file) })

/** Runs it against the cluster of this file, which then stops. */
const during = <A, E>(file: string, effect: Effect.Effect<A, E, KubernetesClient | EmbeddedStore>) =>
  Effect.provide(effect, Layer.fresh(cluster(file)))

const namespace = "default"
const configMap = (name: string, data = {}) => ({ metadata: { name, namespace }, data })

const use = <A, E>(f: (client: KubernetesClient["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(KubernetesClient, f)

const refusal = (file: string) =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(during(file, Effect.void))
    assert.instanceOf(error, PersistenceError)
    assert.include(error.message, file)
    return error.reason
  })

it.effect("objects, revision and definitions outlive the process; the history does not", () =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    const before = yield* during(
      file,
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        yield* client.create(ConfigMapKind, configMap("kept", { a: "1" }))
        yield* client.create(ConfigMapKind, configMap("gone"))
        yield* client.delete(ConfigMapKind, { name: "gone", namespace })
        return yield* Effect.flatMap(EmbeddedStore, ({ revision }) => revision)
      })
    )
    yield* during(
      file,
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        const { items, metadata } = yield* client.list(ConfigMapKind, { namespace })
        assert.deepStrictEqual(items.map(({ data, metadata }) => [metadata.name, data]), [["kept", { a: "1" }]])
        assert.strictEqual(metadata.resourceVersion, String(before))
        assert.lengthOf((yield* client.list(CodeRunKind)).items, 0)
        const next = yield* client.create(ConfigMapKind, configMap("next"))
        assert.strictEqual(next.metadata.resourceVersion, String(before + 1))
        const old = client.watch(ConfigMapKind, { namespace, resourceVersion: String(before - 1) })
        assert.isTrue(hasReason("Gone")(yield* Effect.flip(Stream.runDrain(old))))
      })
    )
  }))

it.effect("a start on an existing file writes nothing", () =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    const revision = Effect.flatMap(EmbeddedStore, ({ revision }) => revision)
    assert.strictEqual(yield* during(file, revision), yield* during(file, revision))
  }))

it.effect("namespaces that a person made outlive the process", () =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    yield* during(file, use((client) => client.create(NamespaceKind, { metadata: { name: "team" } })))
    const names = yield* during(file, use((client) => client.list(NamespaceKind)))
    assert.include(names.items.map(({ metadata }) => metadata.name), "team")
  }))

it.effect("a file in use is refused, and free again afterwards", () =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    const scope = yield* Scope.make()
    yield* Layer.buildWithScope(Layer.fresh(cluster(file)), scope)
    assert.strictEqual(yield* refusal(file), "Locked")
    yield* Scope.close(scope, Exit.void)
    yield* during(file, Effect.void)
  }))

const damages: ReadonlyArray<readonly [string, (file: string) => void]> = [
  ["text", (file) => writeFileSync(file, "this is no database, whatever its name says, and it is long enough")],
  ["half of it", (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ["zeros in the middle", (file) => {
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0, 4096, Math.min(bytes.length, 4 * 4096)))
  }]
]

for (const [what, damage] of damages) {
  it.effect(`a file that holds ${what} is damaged, and stays as it is`, () =>
    Effect.gen(function*() {
      const file = join(yield* folder, "state.db")
      yield* during(file, use((client) => client.create(ConfigMapKind, configMap("kept"))))
      damage(file)
      const before = readFileSync(file)
      assert.strictEqual(yield* refusal(file), "Damaged")
      assert.isTrue(before.equals(readFileSync(file)))
    }))
}

it.effect("a folder that is not there is said to be", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* refusal(join(yield* folder, "absent", "state.db")), "Unwritable")
  }))

it.effect("only the owner may read it, since it holds secrets", () =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    yield* during(file, Effect.void)
    assert.strictEqual(statSync(file).mode & 0o077, 0)
  }))

it.effect("dependents that lost their owner while nobody collected are collected after the start", () =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    yield* during(
      file,
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        const { metadata: { name = "", uid = "" } } = yield* client.create(ConfigMapKind, configMap("owner"))
        const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name, uid }]
        yield* client.create(ConfigMapKind, { metadata: { name: "child", namespace, ownerReferences } })
        yield* client.delete(ConfigMapKind, { name, namespace })
      })
    )
    const left = yield* during(
      file,
      Effect.andThen(collect, use((client) => client.list(ConfigMapKind, { namespace })))
    )
    assert.deepStrictEqual(left.items, [])
  }))
