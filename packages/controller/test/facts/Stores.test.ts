import { assert, describe, it } from "@effect/vitest"
import type { Job, Metadata, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Result } from "effect"
import { claimFacts } from "../../src/facts/Claim.ts"
import { filesFacts } from "../../src/facts/Files.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { podFacts } from "../../src/facts/Pod.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
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
  it("of a Job: a later version takes over what its template said, another Job of the name does not", () => {
    const claimed = (claimName: string): Job["spec"] => ({
      template: { spec: { containers: [], volumes: [{ name: "workspace", persistentVolumeClaim: { claimName } }] } }
    })
    const before = jobFacts({ ...job, spec: claimed("one") })
    assert.strictEqual(jobFacts({ ...job, spec: claimed("one") }, before).files, before.files)
    const other = { ...job, metadata: { ...job.metadata, uid: "j2" }, spec: claimed("two") }
    assert.strictEqual(jobFacts(other, before).claim, "two")
  })

  it("of a pod that is over: its reports are read again only when they are others", () => {
    const before = podFacts(pod)
    const labelled = { ...pod, metadata: { ...pod.metadata, resourceVersion: "9" } }
    assert.strictEqual(podFacts(labelled, before).ended, before.ended)
    const said = (message: string): Pod => ({
      ...pod,
      status: {
        phase: "Failed",
        containerStatuses: [{
          name: "claude",
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 1, message } }
        }]
      }
    })
    const other = podFacts(said("{\"outcome\":\"Failed\",\"message\":\"y\"}"), before)
    assert.deepStrictEqual(other.ended?.result, Result.succeed({ outcome: "Failed", message: "y" }))
  })

  it("of a run: a later version takes over what its spec said, an edit is read", () => {
    const before = liveRun("CodeRun", makeCodeRun())
    const later = { ...makeCodeRun(), status: running() }
    assert.strictEqual(liveRun("CodeRun", later, before).spec, before.spec)
    const edited = makeCodeRun({ metadata: { generation: 2 }, spec: { service: "web" } })
    assert.strictEqual(liveRun("CodeRun", edited, before).service, "web")
  })

  it("of a status is everything that the next one needs, also what is none of ours", () => {
    const status = running({ theirs: "x", usage: "none" })
    const facts = liveRun("CodeRun", makeCodeRun({ status }))
    assert.deepStrictEqual<object>({ ...facts.otherStatus, ...facts.status }, status)
  })

  it.each([
    { kind: "run", kept: runFacts("CodeRun", makeCodeRun({ status: running(), metadata: managed })), bytes: 5000 },
    {
      kind: "finished run",
      kept: runFacts("CodeRun", makeCodeRun({ status: finished("Succeeded", "Delivered"), metadata: managed })),
      bytes: 1400
    },
    { kind: "Job", kept: jobFacts(job), bytes: 400 },
    { kind: "pod", kept: podFacts(pod), bytes: 600 },
    {
      kind: "ConfigMap",
      kept: filesFacts({ metadata: { name: "x", ...managed }, data: { a: "b".repeat(9999) } }),
      bytes: 100
    },
    {
      kind: "claim",
      kept: claimFacts({
        metadata: { name: "x", ...managed },
        spec: { volumeName: "pv" },
        status: { phase: "Bound" }
      }),
      bytes: 200
    }
  ])("is small, and has no managed fields: $kind", ({ bytes, kept }) => {
    assert.isBelow(JSON.stringify(kept).length, bytes)
    assert.notInclude(JSON.stringify(kept), "managedFields")
  })
})

describe("the workspaces that a run is listed under", () => {
  it.each([
    { name: "of a CodeRun, its service's first", run: makeCodeRun(), want: "orchestrator/workspace-api" },
    { name: "of a DocsRun, none", run: makeDocsRun(), want: undefined },
    { name: "of a run with a broken service, none", run: makeCodeRun({ spec: { service: 7 } }), want: undefined }
  ])(
    "$name",
    ({ run, want }) =>
      assert.strictEqual(runFacts(run.kind === "DocsRun" ? "DocsRun" : "CodeRun", run).tenant?.workspaces[0], want)
  )
})

it.effect("everything is found by what it is asked for", () =>
  Effect.gen(function*() {
    const stores = yield* Stores
    const owned = { ownerReferences: [{ apiVersion: "v1", kind: "CodeRun", name: "api", uid }] }
    const run = runFacts("CodeRun", makeCodeRun())
    stores.runs.CodeRun.put(run)
    const mounting = {
      containers: [],
      volumes: [{ name: "workspace", persistentVolumeClaim: { claimName: "workspace-api" } }]
    }
    stores.jobs.put(
      jobFacts({ ...job, metadata: { ...job.metadata, ...owned }, spec: { template: { spec: mounting } } })
    )
    stores.pods.put(podFacts({
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
      stores.runs.CodeRun.by("tenant", run.tenant?.key ?? "").length,
      stores.runs.CodeRun.by("active", `${namespace}/workspace-api`).length,
      stores.jobs.by("owner", uid).length,
      stores.jobs.by("ownerName", `CodeRun/${namespace}/api`).length,
      stores.pods.by("job", "j1").length,
      stores.pods.by("run", uid).length,
      stores.jobs.by("claim", `${namespace}/workspace-api`).length,
      stores.pods.by("claim", `${namespace}/workspace-api`).length
    ], [1, 1, 1, 1, 1, 1, 1, 1, 1])
  }).pipe(Effect.provide(Stores.layer)))
