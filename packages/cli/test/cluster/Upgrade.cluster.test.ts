/** The definitions of an existing installation, with live objects, become ours; on a control plane of its own, since definitions are everybody's. */
import { assert, it } from "@effect/vitest"
import { CodeRun } from "@orchestrator/domain/CodeRun"
import { decoder } from "@orchestrator/domain/Decode"
import { DocsRun } from "@orchestrator/domain/DocsRun"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect, Layer, Result } from "effect"
import { join } from "node:path"
import { anotherPlane, kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"

const root = join(import.meta.dirname, "../../../..")
const before = join(root, "packages/domain/test/fixtures/seed/platform-crds.yaml")
const namespace = "default"

const oldCodeRun = {
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name: "old", namespace },
  spec: {
    taskId: 3,
    service: "Checkout_API",
    repositoryUrl: "https://github.com/acme/shop.git",
    docsRepositoryUrl: "https://github.com/acme/docs.git",
    docsProjectDirectory: "projects/shop",
    docsBranch: "main",
    workingDirectory: "services/checkout",
    model: "claude-sonnet-4-20250514",
    githubUser: "ada",
    localTools: "filesystem,git",
    remoteTools: "search",
    contextVersion: 2,
    promptModification: "Add tests.",
    continueSession: true,
    overwriteMemory: false,
    env: { LEVEL: "debug" },
    envFromSecrets: [{ name: "DB", secretName: "db", secretKey: "url" }]
  },
  status: {
    phase: "Succeeded",
    message: "Done.",
    lastUpdate: "2025-07-01T10:00:00Z",
    jobName: "code-old-checkout-v2",
    pullRequestUrl: "https://github.com/acme/shop/pull/7",
    retryCount: 1,
    contextVersion: 2,
    sessionId: "b5e1f2f0-0000-4000-8000-000000000000"
  }
}

const oldDocsRun = {
  apiVersion: "orchestrator.platform/v1",
  kind: "DocsRun",
  metadata: { name: "old", namespace },
  spec: {
    repositoryUrl: "https://github.com/acme/docs.git",
    workingDirectory: "projects/shop",
    sourceBranch: "main",
    model: "claude-opus-4-20250514",
    githubUser: "ada"
  },
  status: { phase: "Running", message: "It runs.", jobName: "docs-old" }
}

it.live("old objects are read as they were, kept, and take what is new", () =>
  Effect.scoped(Effect.gen(function*() {
    const kubeconfig = join(yield* anotherPlane, "kubeconfig")
    const ask = (args: ReadonlyArray<string>, input?: string) => kubectl(["--kubeconfig", kubeconfig, ...args], input)
    const apply = (object: object) => ask(["apply", "-f", "-"], JSON.stringify(object))
    ask(["apply", "-f", before])
    ask([
      "wait",
      "--for=condition=Established",
      "crd/coderuns.orchestrator.platform",
      "crd/docsruns.orchestrator.platform"
    ])
    for (const { status, ...object } of [oldCodeRun, oldDocsRun]) {
      yield* eventually(
        "the definition to be served",
        Effect.try({ try: () => apply(object), catch: String }),
        () => true
      )
      ask(["patch", object.kind, "old", "--subresource=status", "--type=merge", "-p", JSON.stringify({ status })])
    }

    ask(["apply", "-f", join(root, "crds/platform-crds.yaml")])

    yield* Effect.gen(function*() {
      const client = yield* KubernetesClient
      const ref = { name: "old", namespace }
      const selected = client.list(CodeRunKind, { namespace, fieldSelector: "status.phase=Succeeded" })
      yield* eventually("the new definition to be served", selected, ({ items }) => items.length === 1)
      const code = yield* client.get(CodeRunKind, ref)
      const docs = yield* client.get(DocsRunKind, ref)
      assert.deepInclude(code.spec, oldCodeRun.spec)
      assert.deepInclude(code.status, oldCodeRun.status)
      assert.deepInclude(docs.spec, oldDocsRun.spec)
      assert.deepInclude(docs.status, oldDocsRun.status)
      assert.isTrue(Result.isSuccess(decoder(CodeRun)(code)))
      assert.isTrue(Result.isSuccess(decoder(DocsRun)(docs)))

      const status = {
        ...code.status,
        reason: "Delivered",
        branch: "feature/task-3-implementation",
        usage: { turns: 4 }
      }
      const written = yield* client.replaceStatus(CodeRunKind, { ...code, status })
      assert.deepStrictEqual(written.status, status)
      const cancelled = yield* client.patch(CodeRunKind, ref, { type: "merge", body: { spec: { cancel: true } } })
      assert.isTrue(cancelled.spec["cancel"])
    }).pipe(Effect.provide(Layer.fresh(liveClient({ kubeconfig }))))
  })), 400_000)
