/** Claims under the hands of people and of strangers, on the real control plane: its admission, pvc-protection and scheduler. */
import { assert, layer } from "@effect/vitest"
import { holderAnnotation } from "@orchestrator/domain/Labels"
import { tenantOf, workspaceNames } from "@orchestrator/domain/Tenant"
import { NodeKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { agent, codeRun, makeSite, phaseOf, reasonOf, scripted, startReplica, verbsOf } from "./World.ts"

const nodeName = agent.nodeSelector["kubernetes.io/hostname"]
const plain = "workspace-api"

const started = Effect.fnUntraced(function*(name: string) {
  const site = yield* makeSite(name)
  const replica = yield* startReplica(site)
  yield* Effect.promise(() => replica.logged(/caches are synced/))
  const verbs = yield* verbsOf(site)
  const { all, client } = verbs
  const { namespace } = site
  const ref = { name: plain, namespace }
  return {
    site,
    ...verbs,
    claim: client.get(PersistentVolumeClaimKind, ref).pipe(
      Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
    ),
    drop: client.delete(PersistentVolumeClaimKind, ref),
    forget: client.patch(PersistentVolumeClaimKind, ref, {
      type: "merge",
      body: { metadata: { annotations: { [holderAnnotation]: null } } }
    }),
    cordon: (unschedulable: boolean) =>
      client.patch(NodeKind, { name: nodeName }, { type: "merge", body: { spec: { unschedulable } } }),
    /** Agents at work now, and the claims that pods mount, by run. */
    pods: Effect.map(all(PodKind), (pods) => ({
      live: pods.filter(({ status }) => status?.phase === "Running").length,
      mounted: Object.fromEntries(
        pods.map(({ metadata, spec }) => [
          metadata.labels?.["orchestrator.platform/run"] ?? "",
          spec.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined)?.persistentVolumeClaim
            ?.claimName
        ])
      )
    }))
  }
})

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "claims",
  (it) => {
    it.effect(
      "deleted under a queued pod: made again for its run, and the next run waits until that has ended",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const { claim, cordon, create, drop, pods, run, site, untilPhase } = yield* started("deleted")
          yield* cordon(true)
          yield* create(codeRun(site, "a"))
          yield* eventually("a pod without a node", pods, ({ mounted }) => mounted["a"] === plain)
          const before = yield* eventually("the claim", claim, (found) => found !== undefined)
          assert.deepStrictEqual(before?.metadata.finalizers, ["kubernetes.io/pvc-protection"])
          yield* drop
          yield* create(codeRun(site, "b", { taskId: 2 }))
          yield* eventually("b to wait", run("b"), (found) => reasonOf(found) === "WaitingForWorkspace")
          yield* eventually(
            "another claim",
            claim,
            (found) => found !== undefined && found.metadata.uid !== before?.metadata.uid
          )
          yield* cordon(false)
          let most = 0
          yield* eventually(
            "b to have ended",
            Effect.all([run("b"), pods]),
            ([found, { live }]) => {
              most = Math.max(most, live)
              return phaseOf(found) === "Succeeded"
            }
          )
          yield* untilPhase("a", "Succeeded")
          assert.strictEqual(most, 1)
        })),
      400_000
    )

    it.effect(
      "deleted while an agent works: Terminating until that has ended, and then made for the next run",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const { claim, create, drop, pods, run, site, untilPhase, untilRunning } = yield* started("terminating")
          yield* create(codeRun(site, "a", {}, "deliver 3000"))
          yield* untilRunning("a")
          const before = yield* claim
          yield* drop
          assert.isDefined((yield* claim)?.metadata.deletionTimestamp)
          yield* create(codeRun(site, "b", { taskId: 2 }))
          yield* eventually("b to wait", run("b"), (found) => reasonOf(found) === "WaitingForWorkspace")
          assert.strictEqual((yield* pods).live, 1)
          yield* untilPhase("a", "Succeeded")
          yield* untilPhase("b", "Succeeded")
          assert.notStrictEqual((yield* claim)?.metadata.uid, before?.metadata.uid)
        })),
      400_000
    )

    it.effect(
      "without its holder lets no second agent in, and a stranger works in another one",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const { create, forget, pods, run, site, untilPhase, untilRunning } = yield* started("strangers")
          const stranger = { githubUser: "eve", repositoryUrl: "https://github.com/eve/api.git" }
          const [, theirs = ""] = workspaceNames(tenantOf({ service: "api", ...stranger }))
          yield* create(codeRun(site, "mine", {}, "deliver 4000"))
          yield* untilRunning("mine")
          yield* forget
          yield* create(codeRun(site, "waits", { taskId: 2 }))
          yield* create(codeRun(site, "theirs", stranger, "deliver 2000"))
          yield* untilRunning("theirs")
          assert.deepStrictEqual(reasonOf(yield* run("waits")), "WaitingForWorkspace")
          const { mounted } = yield* pods
          assert.deepStrictEqual([mounted["mine"], mounted["theirs"], mounted["waits"]], [plain, theirs, undefined])
          assert.strictEqual((yield* run("theirs")).status?.["workspace"], theirs)
          yield* untilPhase("waits", "Succeeded")
        })),
      400_000
    )
  }
)
