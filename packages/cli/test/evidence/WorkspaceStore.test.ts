/** Evidence on workspaces, read by real pods of the local cluster: the Job controller, the scheduler and the node of `dev`. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { tenantMarks, tenantOf } from "@orchestrator/domain/Tenant"
import { stateFolder } from "@orchestrator/embedded/node/StateFolder"
import type { EvidenceQuery } from "@orchestrator/http/services/EvidenceStore"
import { CodeRunKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, Effect, Layer, Redacted, Result, Schedule, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { runnerImage } from "../../src/dev/Agents.ts"
import { localCluster } from "../../src/dev/LocalCluster.ts"
import { openStateFolder } from "../../src/dev/StateFolder.ts"
import { workspaceStore } from "../../src/evidence/WorkspaceStore.ts"
import { installation } from "../../src/settings/Installation.ts"

const namespace = "orchestrator"
const spec = {
  taskId: 7,
  service: "payments",
  repositoryUrl: "https://github.com/example/payments",
  docsRepositoryUrl: "https://github.com/example/docs",
  docsBranch: "main",
  workingDirectory: ".",
  model: "claude-test-1",
  githubUser: "octocat",
  contextVersion: 1
}

class Folder extends Context.Service<Folder, { readonly claim: (name: string) => string }>()("test/Folder") {}

const config = Result.getOrThrow(decodeConfig({ agent: { runnerImage, image: { pullPolicy: "Never" } } }))

const Cluster = Layer.unwrap(Effect.gen(function*() {
  const root = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "workspaces-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const state = yield* openStateFolder(join(root, "state"), { reset: false })
  const parts = yield* installation
  const cluster = localCluster({
    state,
    namespace,
    images: { [runnerImage]: { pathPrepend: [dirname(process.execPath)], commands: parts.commands } },
    token: Redacted.make("fake-token-of-a-test"),
    port: 0,
    hidden: [],
    readable: parts.code
  })
  const folder = Layer.succeed(Folder, { claim: (name) => stateFolder(state.pods).claim(namespace, name) })
  return Layer.mergeAll(cluster, folder)
})).pipe(Layer.provideMerge(NodeServices.layer))

/** A run with a workspace of its tenant, or of who is named, and with these files of its first attempt. */
const made = Effect.fnUntraced(function*(
  name: string,
  files: Readonly<Record<string, string>>,
  tenant: Partial<typeof spec> = {}
) {
  const client = yield* KubernetesClient
  const { claim } = yield* Folder
  const workspace = `workspace-${name}`
  const run = yield* client.create(CodeRunKind, {
    apiVersion: "orchestrator.platform/v1",
    kind: "CodeRun",
    metadata: { name, namespace },
    spec
  })
  yield* client.create(PersistentVolumeClaimKind, {
    metadata: { name: workspace, namespace, ...tenantMarks(tenantOf({ ...spec, ...tenant })) },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
  })
  const uid = run.metadata.uid ?? ""
  const folder = join(claim(workspace), ".orchestrator", uid, "1")
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const query = (file: EvidenceQuery["file"], of: CustomObject = run): EvidenceQuery => ({
    kind: codeRun,
    run: { ...of, status: { ...of.status, workspace } },
    namespace,
    uid: of.metadata.uid ?? "",
    attempt: { contextVersion: 1, retry: 0 },
    file
  })
  return { folder, query, run }
})

const read = Effect.fnUntraced(function*(query: EvidenceQuery) {
  const store = yield* workspaceStore(config)
  const stream = yield* store.open(query)
  return stream === undefined ? undefined : yield* Stream.mkString(Stream.decodeText(stream))
}, Effect.scoped)

const jobs = Effect.flatMap(
  KubernetesClient,
  (client) => Effect.map(client.list(JobKind, { namespace }), ({ items }) => items)
)

describe("evidence on a workspace", () => {
  layer(Cluster, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect("is read by a Job that is gone a moment later", () =>
      Effect.gen(function*() {
        const { query } = yield* made("a", {
          "log.old": "one\n",
          log: "two\nthree\n",
          "transcript.jsonl": "{}\n",
          "result.json": "{\"outcome\":\"Completed\"}\n"
        })
        const texts = yield* Effect.forEach(["log.txt", "result.json"] as const, (file) => read(query(file)), {
          concurrency: 2
        })
        assert.deepStrictEqual(texts, [
          "one\ntwo\nthree\n",
          "{\"agent\":{\"outcome\":\"Completed\"},\"broker\":null}\n"
        ])
        assert.isUndefined(yield* read(query("diff.patch")))
        yield* Effect.retry(Effect.filterOrFail(jobs, (left) => left.length === 0), {
          schedule: Schedule.spaced("100 millis"),
          times: 100
        })
      }), 60_000)

    it.effect("of another tenant is not, although a status names its claim", () =>
      Effect.gen(function*() {
        const { query } = yield* made("b", { log: "not yours\n" }, { githubUser: "monalisa" })
        assert.isUndefined(yield* read(query("log.txt")))
        assert.deepStrictEqual(yield* jobs, [])
      }))

    it.effect("is no file that something there leads to, and nothing that never ends", () =>
      Effect.gen(function*() {
        const { folder, query } = yield* made("c", {})
        symlinkSync("/etc/passwd", join(folder, "log"))
        execFileSync("bash", ["-c", "mkfifo \"$1\"", "bash", join(folder, "diff.patch")])
        mkdirSync(join(folder, "result.json"))
        for (const file of ["log.txt", "diff.patch", "result.json"] as const) {
          assert.isUndefined(yield* read(query(file)), file)
        }
      }), 60_000)
  })
})
