/**
 * The whole product on a real control plane: `kubectl apply -f examples/`, `orchestrator serve`, the real scheduler and Job controller, the
 * demo agent in processes of a node of ours, a branch on a git remote, and what the real TTL and garbage collectors leave.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { layerPodLogsMemory } from "@orchestrator/k8s/embedded/EmbeddedPodLogs"
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Kubelet } from "@orchestrator/k8s/node/Kubelet"
import { layer as processRuntime } from "@orchestrator/k8s/node/ProcessRuntime"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Layer, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { agentImage, imageTable, runnerImage } from "../../src/dev/Agents.ts"
import { makeDemoRepositories } from "../../src/dev/DemoRepositories.ts"
import { installation } from "../../src/Installation.ts"
import { named } from "./Audit.ts"
import { kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { admin, joined, makeSite, onNode, type Site, startReplica, verbsOf } from "./World.ts"

const folder = mkdtempSync(join(tmpdir(), "orchestrator-product-"))
const remotes = join(folder, "git")
const nodeName = `node-${randomBytes(3).toString("hex")}`

const removed = Layer.effectDiscard(
  Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
)

const runtime = Layer.unwrap(Effect.gen(function*() {
  const parts = yield* installation
  yield* makeDemoRepositories(join(parts.examples, "demo"), remotes)
  const images = yield* imageTable("demo", parts)
  return processRuntime({
    stateFolder: join(folder, "node"),
    images,
    readable: [...parts.code, parts.demoAgent],
    writable: [remotes]
  })
}))

const cluster = Layer.mergeAll(Kubelet.layer({ nodeName }), joined(nodeName), provisioner).pipe(
  Layer.provide(runtime),
  Layer.provideMerge(layerPodLogsMemory),
  Layer.provideMerge(admin),
  Layer.provide(removed),
  Layer.provide(NodeServices.layer)
)

const settings = {
  cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 60 },
  agent: {
    image: agentImage,
    runnerImage,
    terminationGracePeriodSeconds: 20,
    nodeSelector: onNode(nodeName)
  },
  git: {
    allowedProtocols: ["https", "ssh", "http", "file"],
    insteadOf: { "file:///demo/": `file://${remotes}/` }
  }
}

const git = (...args: ReadonlyArray<string>) => execFileSync("git", args, { encoding: "utf8" }).trim()

/** What the pods have to say, for whoever reads of a failure. */
const tell = Effect.fnUntraced(function*({ namespace }: Site) {
  const client = yield* KubernetesClient
  const logs = yield* PodLogs
  const { items } = yield* client.list(PodKind, { namespace })
  for (const { metadata, spec, status } of items) {
    yield* Effect.logError(metadata.name, JSON.stringify(status, null, 1))
    for (const container of [...spec.initContainers ?? [], ...spec.containers].map(({ name }) => name)) {
      const lines = yield* Stream.runCollect(logs.read({ podUid: metadata.uid ?? "", container }, { follow: false }))
      yield* Effect.logError(`${container} printed`, lines.map(({ text }) => text).join("\n"))
    }
  }
})

layer(cluster, { excludeTestServices: true, timeout: "4 minutes" })("the product on a real control plane", (it) => {
  it.effect(
    "kubectl apply of the examples becomes branches on the remotes, and nothing stays but the record",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const site = yield* makeSite("product", settings)
        const { all, docs, run, untilGone } = yield* verbsOf(site)
        yield* startReplica(site)
        const { examples } = yield* Effect.provide(installation, NodeServices.layer)
        const { namespace } = site
        kubectl(["apply", "-n", namespace, "-f", examples])
        const done = (kind: string, name: string) =>
          kubectl(["get", "-n", namespace, kind, name, "-o", "jsonpath={.status.phase}"])
        yield* eventually(
          "both to succeed",
          Effect.sync(() => [done("coderun", "hello-api"), done("docsrun", "hello-api-docs")]),
          (phases) => phases.every((phase) => phase === "Succeeded" || phase === "Failed"),
          240
        ).pipe(Effect.onError(() => Effect.ignore(tell(site))))
        for (
          const [found, remote] of [[yield* run("hello-api"), "hello-api"], [
            yield* docs("hello-api-docs"),
            "docs"
          ]] as const
        ) {
          const { branch, headCommit, message, phase } = found.status ?? {}
          if (phase !== "Succeeded") yield* tell(site)
          assert.strictEqual(phase, "Succeeded", String(message))
          assert.strictEqual(
            git("-C", join(remotes, `${remote}.git`), "rev-parse", `refs/heads/${String(branch)}`),
            headCommit
          )
        }
        for (const kind of [JobKind, PodKind, ConfigMapKind]) yield* untilGone(kind)
        assert.lengthOf(yield* all(PersistentVolumeClaimKind), 1)
        assert.lengthOf(named(site.accepted()), 11)
        const table = kubectl(["get", "-n", namespace, "coderuns,docsruns", "-o", "wide"])
        assert.match(table, /hello-api +2 +hello-api +\S+ +Succeeded +\S+ +Delivered +1/)
      })),
    400_000
  )
})
