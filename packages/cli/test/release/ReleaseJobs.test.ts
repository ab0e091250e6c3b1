import { assert, it } from "@effect/vitest"
import { Cleanup } from "@orchestrator/controller/act/Cleanup"
import { jobFinalizer } from "@orchestrator/domain/Labels"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { JobKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Job } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { releaseAll, releaseJobsIfNamespaceTerminating } from "../../src/release/ReleaseJobs.ts"

const namespace = "orchestrator"

const job = (name: string, labels: Record<string, string>, finalizers: ReadonlyArray<string>): Job => ({
  metadata: { name, namespace, labels, finalizers },
  spec: { suspend: true, template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } }
})

const ours = { app: "orchestrator", "app.kubernetes.io/managed-by": "orchestrator" }

it.effect("our Jobs can be deleted afterwards; other finalizers, other Jobs and the Jobs themselves stay", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* client.create(JobKind, job("one", ours, [jobFinalizer]))
    yield* client.create(JobKind, job("two", ours, ["example.com/theirs", jobFinalizer]))
    yield* client.create(JobKind, job("foreign", {}, [jobFinalizer]))
    yield* releaseAll(namespace)
    const { items } = yield* client.list(JobKind, { namespace })
    assert.deepStrictEqual(
      Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.finalizers ?? []])),
      { one: [], two: ["example.com/theirs"], foreign: [jobFinalizer] }
    )
  }).pipe(Effect.provide(Layer.provideMerge(Cleanup.layer, layerMemory))))

it.effect("at the end of the program, Jobs are let go when their namespace is being deleted, and only then", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const finalizers = Effect.map(
      client.get(JobKind, { name: "one", namespace }),
      ({ metadata }) => metadata.finalizers ?? []
    )
    yield* Effect.ignore(client.create(NamespaceKind, { metadata: { name: namespace } }))
    yield* client.patch(NamespaceKind, { name: namespace }, {
      type: "merge",
      body: { metadata: { finalizers: ["example.com/stay"] } }
    })
    yield* client.create(JobKind, job("one", ours, [jobFinalizer]))
    yield* releaseJobsIfNamespaceTerminating(namespace)
    assert.deepStrictEqual(yield* finalizers, [jobFinalizer])
    yield* client.delete(NamespaceKind, { name: namespace })
    yield* releaseJobsIfNamespaceTerminating(namespace)
    assert.deepStrictEqual(yield* finalizers, [])
  }).pipe(Effect.provide(layerMemory)))
