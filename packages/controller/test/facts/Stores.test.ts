import { assert, describe, it } from "@effect/vitest"
import type { Job, Metadata, Pod } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { observeJob, observePod } from "../../src/facts/ObservedJobs.ts"
import { pruneRun } from "../../src/facts/StoredRun.ts"
import {
  pruneFiles,
  pruneJob,
  prunePod,
  pruneWorkspace,
  Stores,
  tenantIn,
  tenantIndex,
  workspacesOf
} from "../../src/facts/Stores.ts"
import { makeCodeRun, makeDocsRun, namespace, uid } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

const managed: Metadata = {
  managedFields: [{
    manager: "kubectl",
    operation: "Update",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": { "f:template": {} } }
  }]
}

const job: Job = {
  metadata: {
    name: "job",
    namespace,
    uid: "j1",
    resourceVersion: "3",
    finalizers: ["orchestrator.platform/result"],
    ...managed
  },
  spec: { backoffLimit: 0, template: { spec: { containers: [{ name: "claude", image: "claude" }] } } },
  status: { active: 1, conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }] }
}

const pod: Pod = {
  metadata: { name: "pod", namespace, uid: "p1", ...managed },
  spec: { containers: [{ name: "claude", image: "claude" }] },
  status: {
    phase: "Failed",
    podIP: "10.0.0.1",
    containerStatuses: [{
      name: "claude",
      image: "claude",
      imageID: "sha256:0",
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode: 1, reason: "Error", message: "{\"outcome\":\"Failed\",\"message\":\"x\"}" } }
    }]
  }
}

describe("what is kept of an object", () => {
  it("says the same of a Job", () => {
    assert.deepStrictEqual(observeJob(pruneJob(job), undefined), observeJob(job, undefined))
  })

  it("says the same of a pod", () => {
    assert.deepStrictEqual(
      observePod({ pod: prunePod(pod), gone: false }),
      observePod({ pod, gone: false })
    )
  })

  it("of a run is everything that a status write needs", () => {
    const run = makeCodeRun({ status: running(), metadata: managed })
    assert.deepStrictEqual(pruneRun("CodeRun")(run), makeCodeRun({ status: running() }))
  })

  it.each([
    { kind: "run", kept: pruneRun("CodeRun")(makeCodeRun({ status: running(), metadata: managed })), bytes: 2048 },
    {
      kind: "finished run",
      kept: pruneRun("CodeRun")(makeCodeRun({ status: finished("Succeeded", "Delivered"), metadata: managed })),
      bytes: 640
    },
    { kind: "Job", kept: pruneJob(job), bytes: 400 },
    { kind: "pod", kept: prunePod(pod), bytes: 500 },
    {
      kind: "ConfigMap",
      kept: pruneFiles({ metadata: { name: "x", ...managed }, data: { a: "b".repeat(9999) } }),
      bytes: 100
    },
    {
      kind: "claim",
      kept: pruneWorkspace({
        metadata: { name: "x", ...managed },
        spec: { volumeName: "pv" },
        status: { phase: "Bound" }
      }),
      bytes: 100
    }
  ])("is small, and has no managed fields: $kind", ({ bytes, kept }) => {
    assert.isBelow(JSON.stringify(kept).length, bytes)
    assert.notProperty(kept.metadata, "managedFields")
  })
})

describe("the workspaces that a run is listed under", () => {
  it.each([
    { name: "of a CodeRun, its service's first", run: makeCodeRun(), want: "orchestrator/workspace-api" },
    { name: "of a DocsRun, none", run: makeDocsRun(), want: undefined },
    { name: "of a run with a broken service, none", run: makeCodeRun({ spec: { service: 7 } }), want: undefined }
  ])("$name", ({ run, want }) => assert.strictEqual(workspacesOf(run)[0], want))
})

it.effect("everything is found by what it is asked for", () =>
  Effect.gen(function*() {
    const stores = yield* Stores
    const owned = { ownerReferences: [{ apiVersion: "v1", kind: "CodeRun", name: "api", uid }] }
    const tenant = tenantIn(makeCodeRun())
    assert.isDefined(tenant)
    stores.runs.CodeRun.put(makeCodeRun())
    const mounting = {
      containers: [],
      volumes: [{ name: "workspace", persistentVolumeClaim: { claimName: "workspace-api" } }]
    }
    stores.jobs.put(
      pruneJob({ ...job, metadata: { ...job.metadata, ...owned }, spec: { template: { spec: mounting } } })
    )
    stores.pods.put(prunePod({
      ...pod,
      spec: mounting,
      metadata: {
        ...pod.metadata,
        labels: { "orchestrator.platform/run-uid": uid },
        ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "job", uid: "j1" }]
      }
    }))
    assert.deepStrictEqual([
      stores.runs.CodeRun.by("uid", uid).length,
      stores.runs.CodeRun.by("tenant", tenantIndex(namespace, tenant)).length,
      stores.runs.CodeRun.by("active", `${namespace}/workspace-api`).length,
      stores.jobs.by("owner", uid).length,
      stores.jobs.by("ownerName", `CodeRun/${namespace}/api`).length,
      stores.pods.by("job", "j1").length,
      stores.pods.by("run", uid).length,
      stores.jobs.by("claim", `${namespace}/workspace-api`).length,
      stores.pods.by("claim", `${namespace}/workspace-api`).length
    ], [1, 1, 1, 1, 1, 1, 1, 1, 1])
  }).pipe(Effect.provide(Stores.layer)))
