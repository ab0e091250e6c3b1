/**
 * The whole product on a real control plane: `kubectl apply -f examples/`, `orchestrator serve`, the real scheduler and Job controller, the
 * demo agent in processes of a node of ours, a branch on a git remote, and what the real TTL and garbage collectors leave.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { join } from "node:path"
import { installation } from "../../src/settings/Installation.ts"
import { named } from "./Audit.ts"
import { kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { diagnosticsOf, git, processNode } from "./ProcessNode.ts"
import { makeSite, type Site, startReplica, verbsOf } from "./World.ts"

const { cluster, remotes, settings: agent } = processNode({ agent: "demo", pushes: true })

const settings = {
  cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 60 },
  agent,
  git: {
    allowedProtocols: ["https", "ssh", "http", "file"],
    insteadOf: { "file:///demo/": `file://${remotes}/` }
  }
}

const tell = (site: Site) => Effect.flatMap(diagnosticsOf(site), (diagnostics) => Effect.logError(diagnostics))

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
        const writes = named(site.accepted())
        assert.lengthOf(writes, 11, writes.join(", "))
        const table = kubectl(["get", "-n", namespace, "coderuns,docsruns", "-o", "wide"])
        assert.match(table, /hello-api +2 +hello-api +\S+ +Succeeded +\S+ +Delivered +1/)
      })),
    400_000
  )
})
