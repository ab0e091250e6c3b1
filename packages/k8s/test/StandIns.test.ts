/** What never changes in an object is sent and read once: see `fixed` of a kind. */
import { assert, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, Layer, Stream } from "effect"
import { JobKind } from "../src/Kinds.ts"
import { KubernetesClient, type WatchEvent } from "../src/KubernetesClient.ts"
import type { Job, KubernetesObject } from "../src/Objects.ts"
import { reflect } from "../src/Reflector.ts"
import { makeStore } from "../src/Store.ts"

const settle = Effect.replicateEffect(Effect.yieldNow, 200)
const namespace = "default"

it.effect("of an object that it has read only what changes is sent again, and of one that is gone meanwhile the whole", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const job = (name: string): Job => ({
      metadata: { name, namespace },
      spec: {
        suspend: true,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "image" }] } }
      }
    })
    const store = makeStore<Job>()
    const read: Array<readonly [string | undefined, number]> = []
    /** By the time that its event is taken, what was known when it came is gone. */
    const forgets = (event: WatchEvent<KubernetesObject>) =>
      Effect.sync(() => {
        if (event.object.metadata.labels?.["value"] === "2") store.reset([], store.revision())
      })
    const reflected = reflect(JobKind, {
      namespace,
      store,
      readsFixedOnce: true,
      project: (object) => {
        read.push([object.metadata.name, object.spec.template.spec.containers.length])
        return object
      },
      onChange: () => Effect.void,
      onSynced: Effect.void
    })
    yield* Effect.forkScoped(Effect.provideService(reflected, KubernetesClient, {
      ...client,
      watch: (kind, options) => Stream.tap(client.watch(kind, options), forgets)
    }))
    yield* settle
    yield* client.create(JobKind, job("a"))
    const label = (value: string) =>
      client.patch(JobKind, { name: "a", namespace }, { type: "merge", body: { metadata: { labels: { value } } } })
    yield* label("1")
    yield* settle
    yield* label("2")
    yield* settle
    assert.deepStrictEqual(read, [["a", 1], ["a", 0], ["a", 1]])
  }).pipe(Effect.provide(Layer.fresh(layerMemory))))
