/** Whatever anybody writes into objects that the controller follows, what is kept of each is small, and reading it fails nothing. */
import { assert, describe, it } from "@effect/vitest"
import { runUidLabel } from "@orchestrator/domain/Labels"
import type { CustomObject, Job, Metadata, Pod } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { isSmall } from "../../src/facts/Bounds.ts"
import { claimFacts } from "../../src/facts/Claim.ts"
import { filesFacts } from "../../src/facts/Files.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { podFacts } from "../../src/facts/Pod.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { warningFacts } from "../../src/facts/Warning.ts"
import { runKinds } from "../../src/kinds/RunKinds.ts"
import { makeCodeRun, makeDocsRun, namespace } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

const megabyte = "x".repeat(1_000_000)
const many = <A>(count: number, make: (index: number) => A) => Array.from({ length: count }, (_, index) => make(index))
const map = (count: number, size: number) => Object.fromEntries(many(count, (index) => [`V${index}`, "x".repeat(size)]))
const deep = (levels: number): unknown => JSON.parse(`${"{\"a\":".repeat(levels)}1${"}".repeat(levels)}`)

const runs: ReadonlyArray<{ readonly attack: string; readonly run: CustomObject }> = [
  { attack: "a megabyte in a variable", run: makeCodeRun({ spec: { env: { BIG: megabyte } } }) },
  { attack: "the largest legal variables", run: makeCodeRun({ spec: { env: map(60, 1000) } }) },
  { attack: "the largest legal prompt", run: makeCodeRun({ spec: { promptModification: "x".repeat(100_000) } }) },
  {
    attack: "ten thousand secrets",
    run: makeCodeRun({ spec: { envFromSecrets: many(10_000, (index) => ({ name: `A${index}` })) } })
  },
  {
    attack: "a hundred thousand dependencies",
    run: makeCodeRun({ spec: { dependsOn: many(100_000, (index) => `run-${index}`) } })
  },
  { attack: "a dependency of a megabyte", run: makeCodeRun({ spec: { dependsOn: [megabyte] } }) },
  { attack: "a service of a megabyte", run: makeCodeRun({ spec: { service: megabyte } }) },
  { attack: "a user of a megabyte", run: makeCodeRun({ spec: { githubUser: megabyte } }) },
  { attack: "a repository's address of a megabyte", run: makeCodeRun({ spec: { repositoryUrl: megabyte } }) },
  { attack: "a model of a megabyte, in a DocsRun", run: makeDocsRun({ spec: { model: megabyte } }) },
  { attack: "fields that no definition knows", run: makeCodeRun({ spec: map(1000, 1000) }) },
  { attack: "a field's name of a megabyte", run: makeCodeRun({ spec: { [megabyte]: 1 } }) },
  { attack: "JSON of many levels", run: makeCodeRun({ spec: { env: deep(5000) } }) },
  {
    attack: "lists in lists",
    run: makeCodeRun({ spec: { dependsOn: JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) } })
  },
  { attack: "annotations of 256 KiB", run: makeCodeRun({ metadata: { annotations: map(250, 1000) } }) },
  {
    attack: "a trace of a megabyte",
    run: makeCodeRun({ metadata: { annotations: { "orchestrator.platform/traceparent": megabyte } } })
  },
  { attack: "labels without number", run: makeCodeRun({ metadata: { labels: map(5000, 63) } }) },
  {
    attack: "finalizers without number",
    run: makeCodeRun({ metadata: { finalizers: many(10_000, (index) => `example.com/${index}`) } })
  },
  {
    attack: "owners without number",
    run: makeCodeRun({
      metadata: {
        ownerReferences: many(
          10_000,
          (index) => ({ apiVersion: "v1", kind: "ConfigMap", name: `a${index}`, uid: `${index}` })
        )
      }
    })
  },
  {
    attack: "managed fields",
    run: makeCodeRun({
      metadata: {
        managedFields: [{
          manager: megabyte,
          operation: "Update",
          apiVersion: "v1",
          fieldsType: "FieldsV1",
          fieldsV1: {}
        }]
      }
    })
  },
  { attack: "a status message of a megabyte", run: makeCodeRun({ status: { ...running(), message: megabyte } }) },
  { attack: "a status of unknown fields", run: makeCodeRun({ status: { ...running(), ...map(1000, 1000) } }) },
  {
    attack: "conditions without number",
    run: makeCodeRun({
      status: { ...running(), conditions: many(10_000, (index) => ({ type: `T${index}`, status: "True" })) }
    })
  },
  {
    attack: "attempts without number",
    run: makeCodeRun({
      status: { ...running(), attempts: many(10_000, (index) => ({ contextVersion: 1, jobName: `j${index}` })) }
    })
  },
  {
    attack: "an attempt of a megabyte",
    run: makeCodeRun({
      status: { ...running(), attempts: [{ contextVersion: 1, jobName: megabyte, reason: megabyte }] }
    })
  },
  {
    attack: "a finished run with a service of a megabyte",
    run: makeCodeRun({ spec: { service: megabyte }, status: finished("Succeeded", "Delivered") })
  },
  {
    attack: "a finished run with a reason of a megabyte",
    run: makeCodeRun({ status: { ...finished("Failed", "AgentError"), reason: megabyte } })
  },
  {
    attack: "a finished run with a session of a megabyte",
    run: makeCodeRun({
      status: {
        ...finished("Succeeded", "Delivered"),
        attempts: [{ contextVersion: 1, jobName: "j", sessionId: megabyte }]
      }
    })
  }
]

describe("a run that is planted, as a store keeps it", () => {
  it.each(runs)("takes few bytes: $attack", ({ run }) => {
    const kind = run.kind === "DocsRun" ? "DocsRun" : "CodeRun"
    const kept = runFacts(kind, run)
    assert.isTrue(isSmall(kept, 24_000), `${JSON.stringify(kept).length}`)
  })

  it.each(runs)("is looked at like any other: $attack", ({ run }) => {
    const kind = run.kind === "DocsRun" ? "DocsRun" : "CodeRun"
    const view = runFacts(kind, run)
    assert.strictEqual(view.uid, run.metadata.uid)
    assert.strictEqual(view.contextVersion, 1)
    // Valid or not is what it was.
    if (view.ended) return
    assert.strictEqual(Result.isSuccess(view.spec), Result.isSuccess(runKinds[kind].decodeSpec(run)))
  })
})

describe("a large run that is legal, as a store keeps it", () => {
  const spec = {
    env: map(60, 1000),
    promptModification: "x".repeat(100_000),
    dependsOn: ["one", "two"],
    cancel: true,
    contextVersion: 3,
    maxCostUsd: 5
  }
  const kept = liveRun("CodeRun", makeCodeRun({ spec }))

  it("has what decisions read before it starts", () => {
    const { cancel, contextVersion, spec } = kept
    assert.deepStrictEqual([cancel, contextVersion], [true, 3])
    const { githubUser, maxCostUsd, run, workspace } = Result.getOrThrow(spec)
    assert.deepStrictEqual([githubUser, maxCostUsd, workspace?.service], ["ada", 5, "api"])
    assert.deepStrictEqual(run.kind === "CodeRun" ? run.spec.dependsOn : [], ["one", "two"])
  })

  it("says that it is not whole", () => {
    assert.deepStrictEqual([kept.isWhole, kept.specDigest], [false, "b64a1223"])
    assert.isTrue(liveRun("CodeRun", makeCodeRun({ spec: { env: { LEVEL: "debug" } } })).isWhole)
  })
})

const ours: Metadata = {
  name: "planted",
  namespace,
  uid: "p1",
  labels: {
    app: "orchestrator",
    "app.kubernetes.io/managed-by": "orchestrator",
    [runUidLabel]: "u1",
    ...map(4000, 60)
  },
  annotations: { "orchestrator.platform/holder": megabyte, "orchestrator.platform/retry": megabyte, ...map(200, 1000) },
  finalizers: many(10_000, (index) => `example.com/${index}`),
  ownerReferences: many(
    10_000,
    (index) => ({ apiVersion: megabyte.slice(0, 9000), kind: "Job", name: megabyte.slice(0, 9000), uid: `${index}` })
  )
}

const condition = { type: "Failed", status: "True", reason: megabyte, message: megabyte }

const plantedJob: Job = {
  metadata: ours,
  spec: {
    template: { spec: { containers: many(1000, (index) => ({ name: `c${index}`, image: megabyte.slice(0, 900) })) } }
  },
  status: { conditions: [condition, ...many(10_000, (index) => ({ type: `T${index}`, status: "True" }))] }
}

const container = (name: string) => ({
  name,
  image: megabyte,
  imageID: megabyte,
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode: 1, reason: megabyte, message: megabyte } },
  lastState: { terminated: { exitCode: 1, reason: megabyte, message: megabyte } }
})

const plantedPod: Pod = {
  metadata: ours,
  spec: {
    containers: [{
      name: "claude",
      image: "claude",
      env: many(1000, (index) => ({ name: `V${index}`, value: megabyte.slice(0, 900) }))
    }]
  },
  status: {
    phase: "Failed",
    reason: megabyte,
    conditions: many(10_000, () => ({ ...condition, status: "False", message: megabyte.slice(0, 9000) })),
    initContainerStatuses: [container("broker"), {
      ...container("prepare"),
      state: { waiting: { reason: megabyte, message: megabyte } }
    }],
    containerStatuses: [container("claude"), ...many(5000, (index) => container(`c${index}`))]
  }
}

describe("an object that is planted with our labels, as a store keeps it", () => {
  const most = 64_000
  it.each([
    { what: "a Job", kept: jobFacts(plantedJob) },
    { what: "a pod", kept: podFacts(plantedPod) },
    { what: "a ConfigMap of a megabyte", kept: filesFacts({ metadata: ours, data: { a: megabyte } }) },
    {
      what: "a claim",
      kept: claimFacts({
        metadata: ours,
        spec: { volumeName: megabyte },
        status: { phase: "Bound", accessModes: [megabyte] }
      })
    },
    {
      what: "an Event",
      kept: warningFacts({
        metadata: ours,
        involvedObject: { kind: megabyte, name: megabyte, uid: megabyte },
        message: megabyte
      })
    }
  ])("$what takes few bytes", ({ kept }) => {
    assert.isTrue(isSmall(kept, most), `${JSON.stringify(kept).length}`)
  })

  it("a Job and a pod are read all the same", () => {
    assert.strictEqual(jobFacts(plantedJob).end?.succeeded, false)
    assert.isTrue(podFacts(plantedPod).over)
  })

  it("a text of which a part is kept does not keep the whole alive", () => {
    const { end } = jobFacts(plantedJob)
    assert.isAtMost(end?.message.length ?? 0, 1024)
    assert.isAtMost(end?.reason.length ?? 0, 317)
  })
})
