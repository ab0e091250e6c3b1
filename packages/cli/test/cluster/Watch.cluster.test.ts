/** Watches of a real API server in bad times and in quiet ones. */
import { assert, layer } from "@effect/vitest"
import { ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { ConfigMap } from "@orchestrator/k8s/Objects"
import { reflect } from "@orchestrator/k8s/Reflector"
import { makeStore } from "@orchestrator/k8s/Store"
import { Effect, Layer } from "effect"
import { eventually } from "./Eventually.ts"
import { makeProxy } from "./Proxy.ts"
import { admin, makeSite } from "./World.ts"

const name = "seen"

/** A store of the site's ConfigMaps behind a proxy, kept by watches that the server ends after a while. */
const reflecting = Effect.fnUntraced(function*(site: string, watchSeconds: number) {
  const { asked, namespace, users: [user] } = yield* makeSite(site)
  if (user === undefined) return yield* Effect.die("no user")
  const proxy = yield* Effect.acquireRelease(
    Effect.promise(() => makeProxy(user)),
    ({ close }) => Effect.sync(close)
  )
  const store = makeStore<ConfigMap>()
  yield* reflect(ConfigMapKind, {
    namespace,
    store,
    watchSeconds,
    project: (object) => object,
    onChange: () => Effect.void,
    onSynced: Effect.void
  }).pipe(
    Effect.provide(Layer.fresh(liveClient({ kubeconfig: proxy.kubeconfig }))),
    Effect.forkScoped
  )
  yield* eventually("the first list", Effect.sync(store.revision), (revision) => revision !== "")
  const watches = () => asked().filter(({ code, resource }) => resource === "configmaps" && code === 200)
  const client = yield* KubernetesClient
  return {
    proxy,
    watches: () => watches().length,
    /** How often everything was asked for. */
    lists: () => watches().filter(({ all }) => all).length,
    create: client.create(ConfigMapKind, { metadata: { name, namespace } }),
    untilSeen: eventually(
      "it to be seen",
      Effect.sync(() => store.get({ name, namespace })),
      (found) => found !== undefined
    )
  }
})

layer(admin, { excludeTestServices: true, timeout: "4 minutes" })("watches", (it) => {
  it.effect("after many quiet watches one list is enough, and what comes is seen at once", () =>
    Effect.scoped(Effect.gen(function*() {
      const { create, lists, untilSeen, watches } = yield* reflecting("quiet", 1)
      yield* eventually("four watches to end", Effect.sync(watches), (begun) => begun >= 5)
      const begin = performance.now()
      yield* create
      yield* untilSeen
      yield* Effect.logInfo(`seen after ${Math.round(performance.now() - begin)} ms`)
      assert.strictEqual(lists(), 1)
    })))

  it.effect(
    "a watch whose connection has died is noticed and taken up where it was",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { create, lists, proxy, untilSeen } = yield* reflecting("hole", 2)
        yield* Effect.sleep("500 millis")
        proxy.blackHole = true
        yield* create
        yield* Effect.sleep("3 seconds")
        proxy.blackHole = false
        yield* untilSeen
        assert.strictEqual(lists(), 1)
      })),
    200_000
  )
})
