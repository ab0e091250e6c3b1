/** A volume whose object is not there: the pod's node says so as a kubelet does, instead of waiting in silence. */
import { assert, it } from "@effect/vitest"
import { EventKind, PodKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { create, namespace, settle } from "../actors/World.ts"
import { makePod, pod, world } from "./OnePod.ts"

const prepared = Effect.map(
  pod,
  (found) => found?.status?.conditions?.find(({ type }) => type === "PodReadyToStartContainers")?.status
)

const events = Effect.flatMap(
  KubernetesClient,
  (client) => Effect.map(client.list(EventKind, { namespace }), ({ items }) => items)
)

it.effect("a Secret that is missing for some seconds is told by an event of the pod, and the pod is not ready to start", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ volumes: [{ name: "keys", secret: { secretName: "none" } }] }))
    yield* settle
    assert.lengthOf(yield* events, 0)
    yield* TestClock.adjust("3 seconds")
    yield* settle
    const [event] = yield* events
    assert.deepStrictEqual(
      [event?.type, event?.reason, event?.involvedObject.name, event?.involvedObject.uid],
      ["Warning", "FailedMount", "pod", (yield* pod)?.metadata.uid]
    )
    assert.include(event?.message, "secret \"none\" not found")
    assert.strictEqual(yield* prepared, "False")
    yield* create(SecretKind, { metadata: { name: "none", namespace } })
    yield* settle
    assert.strictEqual(yield* prepared, "True")
  }).pipe(Effect.provide(world())))

it.effect("one that comes at once is nothing to tell", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ volumes: [{ name: "keys", secret: { secretName: "none" } }] }))
    yield* create(SecretKind, { metadata: { name: "none", namespace } })
    yield* settle
    yield* TestClock.adjust("5 seconds")
    yield* settle
    assert.lengthOf(yield* events, 0)
  }).pipe(Effect.provide(world())))
