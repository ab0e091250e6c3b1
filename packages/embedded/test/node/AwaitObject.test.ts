import { assert, it } from "@effect/vitest"
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer, Result } from "effect"
import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { awaitObject } from "../../src/node/AwaitObject.ts"

/** An API server that is away when an object is asked for, and back when it is watched. */
const awayAtFirst = Layer.effect(
  KubernetesClient,
  Effect.map(KubernetesClient, (client) => ({
    ...client,
    get: (_, { name }) =>
      Effect.fail(
        new KubernetesError({ operation: "get", ref: name, reason: { _tag: "Unreachable", message: "away" } })
      )
  }))
)

it.effect(
  "what need not be there is not waited for, also where the API server could not be asked at first",
  () =>
    Effect.gen(function*() {
      const missing: Array<string> = []
      const answer = yield* awaitObject({
        kind: SecretKind,
        name: "optional",
        namespace: "here",
        accept: (object) => Result.succeed(object === undefined ? "none" : "found"),
        onMissing: (what) => Effect.sync(() => void missing.push(what))
      })
      assert.strictEqual(answer, "none")
      assert.lengthOf(missing, 1)
    }).pipe(Effect.provide(awayAtFirst.pipe(Layer.provide(layerMemory)))),
  5000
)
