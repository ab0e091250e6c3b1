/** A cluster with its actors and one scripted node, and the questions that tests ask of it. */
import { JobKind, type Kind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Container, Job, KubernetesObject, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Actors from "../../src/actors/Actors.ts"
import { conditionOf } from "../../src/actors/Conditions.ts"
import * as GarbageCollector from "../../src/actors/GarbageCollector.ts"
import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { Kubelet } from "../../src/node/Kubelet.ts"
import { layerTest, type Script } from "../../src/node/ScriptedRuntime.ts"

export const namespace = "default"

/** Fresh for every test: the layer is built where it is provided. */
export const world = (script?: Script) =>
  Layer.mergeAll(Actors.layer, GarbageCollector.layer, Kubelet.layer({ nodeName: "node-1" })).pipe(
    Layer.provideMerge(layerTest(script)),
    Layer.provideMerge(layerMemory),
    Layer.fresh
  )

/** A cluster with a scripted node, and nobody who makes or binds pods. */
export const nodeOnly = (script?: Script) =>
  Kubelet.layer({ nodeName: "node-1" }).pipe(
    Layer.provideMerge(layerTest(script)),
    Layer.provideMerge(layerMemory),
    Layer.fresh
  )

/** Lets every fiber run until it waits. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 400 })

/** Time passes, and what it wakes is done. */
export const pass = (duration: `${number} ${"seconds" | "millis"}`) =>
  settle.pipe(Effect.andThen(TestClock.adjust(duration)), Effect.andThen(settle))

export const main: Container = { name: "main", image: "example", command: ["true"] }

export const makeJob = (changes: Partial<Job["spec"]> = {}, pod: Partial<Pod["spec"]> = {}): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "job", namespace },
  spec: {
    backoffLimit: 0,
    template: {
      metadata: { labels: { app: "test" } },
      spec: { restartPolicy: "Never", containers: [main], ...pod }
    },
    ...changes
  }
})

export const create = <A extends KubernetesObject>(kind: Kind<A>, object: A) =>
  KubernetesClient.pipe(Effect.flatMap((client) => client.create(kind, object)), Effect.tap(() => settle))

/** The object, or undefined when there is none. */
export const find = <A extends KubernetesObject>(kind: Kind<A>, name: string) =>
  KubernetesClient.pipe(
    Effect.flatMap((client) => client.get(kind, { name, namespace })),
    Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
  )

export const job = find(JobKind, "job")

export const pods = KubernetesClient.pipe(
  Effect.flatMap((client) => client.list(PodKind, { namespace })),
  Effect.map(({ items }) => items)
)

/** `Failed/DeadlineExceeded` and the like: the True conditions of the Job in order. */
export const conditions = Effect.map(
  job,
  (found) =>
    (found?.status?.conditions ?? []).filter(({ status }) => status === "True")
      .map(({ reason, type }) => `${type}/${reason}`)
)

export const conditionIn = (pod: Pod | undefined, type: string) => conditionOf(pod?.status?.conditions, type)
