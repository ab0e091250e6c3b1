import { assert, it } from "@effect/vitest"
import { restoredAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Result } from "effect"
import { restoreAll } from "../../src/restore/Restore.ts"
import { readBackup } from "../../src/restore/Restored.ts"

const namespace = "orchestrator"
const uid = "3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01"

const run: CustomObject = {
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name: "api", namespace, uid, generation: 1 },
  spec: {
    taskId: 1,
    service: "api",
    repositoryUrl: "https://github.com/acme/api.git",
    docsRepositoryUrl: "https://github.com/acme/docs.git",
    workingDirectory: ".",
    model: "claude-sonnet-4-20250514",
    githubUser: "ada"
  },
  status: { phase: "Succeeded", reason: "Delivered", contextVersion: 1 }
}

const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "workspace-api", namespace, annotations: { [tenantAnnotation]: "{}" } },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, volumeName: "v" }
}

const backup = (...items: ReadonlyArray<object>) =>
  Result.getOrThrow(readBackup([{ kind: "List", items }], "backup.json", { namespace, storageClass: undefined }))

const stored = Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, { name: "api", namespace }))

it.effect("what is missing is made, with its status, and a second time changes nothing", () =>
  Effect.gen(function*() {
    const all = backup(run, claim)
    yield* restoreAll(all, false)
    const first = yield* stored
    assert.deepStrictEqual(first.status, { ...run.status, originalUid: uid })
    assert.notStrictEqual(first.metadata.uid, uid)
    const client = yield* KubernetesClient
    const { spec } = yield* client.get(PersistentVolumeClaimKind, { name: "workspace-api", namespace })
    assert.isUndefined(spec.volumeName)
    yield* restoreAll(all, false)
    assert.deepStrictEqual(yield* stored, first)
  }).pipe(Effect.provide(layerMemory)))

it.effect("a restore that was interrupted between a run and its status goes on", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* client.create(CodeRunKind, {
      ...run,
      metadata: { name: "api", namespace, annotations: { [restoredAnnotation]: uid } }
    })
    yield* restoreAll(backup(run), false)
    assert.strictEqual((yield* stored).status?.["originalUid"], uid)
  }).pipe(Effect.provide(layerMemory)))

it.effect("another run of the name stays, what else there is is restored, and the command fails", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const other = yield* client.create(CodeRunKind, { ...run, metadata: { name: "api", namespace } })
    const next = { ...run, metadata: { ...run.metadata, name: "next" } }
    const { message } = yield* Effect.flip(restoreAll(backup(run, next), false))
    assert.include(message, "1 restored")
    assert.include(message, "1 not restored")
    assert.deepStrictEqual(yield* stored, other)
  }).pipe(Effect.provide(layerMemory)))

it.effect("a field that the definitions do not know is refused, and a trial changes nothing", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* restoreAll(backup(run, claim), true)
    yield* Effect.flip(restoreAll(backup({ ...run, spec: { ...run.spec, unheard: true } }), true))
    assert.lengthOf((yield* client.list(CodeRunKind, { namespace })).items, 0)
    assert.lengthOf((yield* client.list(PersistentVolumeClaimKind, { namespace })).items, 0)
  }).pipe(Effect.provide(layerMemory)))
