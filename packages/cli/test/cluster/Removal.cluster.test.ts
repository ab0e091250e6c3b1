/** What the controller deletes for its age, on a real API server: only as it was when that was decided, by the server's own clock. */
import { assert, layer } from "@effect/vitest"
import { Removal } from "@orchestrator/controller/act/Removal"
import { claimFacts } from "@orchestrator/controller/facts/Claim"
import { runFacts } from "@orchestrator/controller/facts/Run"
import { workspaceLabels } from "@orchestrator/domain/Labels"
import { CodeRunKind, ConfigMapKind, NamespaceKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Duration, Effect, Layer } from "effect"
import { controlPlane } from "./ControlPlane.ts"
import { codeRun } from "./World.ts"

const cluster = Layer.provideMerge(Removal.layer, liveClient({ kubeconfig: controlPlane().kubeconfig }))

const ended = (run: CustomObject) => {
  const facts = runFacts("CodeRun", run)
  if (!facts.ended) throw new Error("expected the run to have ended")
  return facts
}

layer(cluster, { excludeTestServices: true })("deletion for age", (it) => {
  it.effect(
    "a run or a workspace that has changed since stays, and the time costs no object",
    () =>
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        const removal = yield* Removal
        const { metadata: { name: namespace = "" } } = yield* client.create(NamespaceKind, {
          metadata: { generateName: "removal-" }
        })
        const { spec } = codeRun({ namespace, config: "", users: [], asked: () => [], accepted: () => [] }, "old")
        const made = yield* client.create(CodeRunKind, { metadata: { name: "old", namespace }, spec })
        const run = yield* client.replaceStatus(CodeRunKind, { ...made, status: { phase: "Failed" } })
        const claim = yield* client.create(PersistentVolumeClaimKind, {
          metadata: { name: "workspace-api", namespace, labels: workspaceLabels("api") },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
        })

        const time = yield* removal.serverTime(namespace)
        assert.isBelow(Duration.toSeconds(DateTime.distance(time ?? DateTime.makeUnsafe(0), yield* DateTime.now)), 60)
        const { items } = yield* client.list(ConfigMapKind, { namespace })
        assert.notInclude(items.map(({ metadata }) => metadata.name?.slice(0, 12)).join(), "orchestrator")

        const marks = { type: "merge", body: { metadata: { annotations: { "example.com/seen": "1" } } } } as const
        const runNow = yield* client.patch(CodeRunKind, { name: "old", namespace }, marks)
        const claimNow = yield* client.patch(PersistentVolumeClaimKind, { name: "workspace-api", namespace }, marks)
        for (const tooLate of [removal.run(ended(run)), removal.workspace(claimFacts(claim))]) {
          assert.isTrue(hasReason("Conflict")(yield* Effect.flip(tooLate)))
        }
        assert.isUndefined((yield* client.get(CodeRunKind, { name: "old", namespace })).metadata.deletionTimestamp)

        yield* removal.run(ended(runNow))
        assert.deepStrictEqual(yield* removal.podsIn(claimFacts(claimNow)), [])
        yield* removal.workspace(claimFacts(claimNow))
        assert.lengthOf((yield* client.list(CodeRunKind, { namespace })).items, 0)
        yield* client.delete(NamespaceKind, { name: namespace })
      }),
    300_000
  )
})
