/** What fences an action, and what it carries: all of it, for one of each. */
import { assert, describe, it } from "@effect/vitest"
import { tenantMarks, tenantOf } from "@orchestrator/domain/Tenant"
import { Action } from "../../src/decide/Action.ts"
import { plan } from "../../src/decide/Plan.ts"
import { Feedback } from "../../src/facts/Feedback.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { given, givenStarted, noWorkspace, workspace } from "../fixtures/Given.ts"
import { complete, makeJob, makePod, released } from "../fixtures/Jobs.ts"
import { jobName, makeCodeRun, namespace, uid } from "../fixtures/Runs.ts"
import { ended, finished, finishedFact, now, readyFact, running } from "../fixtures/Statuses.ts"

const actionIn = (observed: Observed, tag: Action["_tag"]) => plan(observed).actions.find(({ _tag }) => _tag === tag)
const run = makeCodeRun({ status: running() })
const over = makeCodeRun({ status: finished("Succeeded", "Delivered") })
const job = { namespace, name: jobName, uid: "j1" }
const nonce = "0123456789abcdef"
const ours = tenantMarks(
  tenantOf({ service: "api", repositoryUrl: "https://github.com/acme/api", githubUser: "ada" })
)
const labels = {
  app: "orchestrator",
  "app.kubernetes.io/managed-by": "orchestrator",
  "orchestrator.platform/run": "api",
  "orchestrator.platform/run-uid": uid
}
const lease = { namespace, claim: "workspace-api", uid: "pvc1", resourceVersion: "41", holder: uid }

describe("an action", () => {
  it.each<{ name: string; observed: Observed; want: Action }>([
    {
      name: "that leases a claim names this lease",
      observed: given(),
      want: Action.LeaseWorkspace({ ...lease, marks: { annotations: { "orchestrator.platform/lease": nonce } } })
    },
    {
      name: "that leases a claim of an older version makes it its tenant's as well",
      observed: given({
        workspace: { ...workspace({ tag: "free" }), current: { uid: "pvc1", resourceVersion: "41", adopt: true } }
      }),
      want: Action.LeaseWorkspace({
        ...lease,
        marks: {
          labels: ours.labels,
          annotations: { ...ours.annotations, "orchestrator.platform/lease": nonce }
        }
      })
    },
    {
      name: "that stops a Job names it, and why",
      observed: givenStarted({ run: makeCodeRun({ status: running(), spec: { cancel: true } }), jobs: [makeJob()] }),
      want: Action.StopJob({ ...job, reason: "Cancelled", resume: false })
    },
    {
      name: "that stops a Job that is suspended lets it go on",
      observed: givenStarted({
        run: makeCodeRun({ status: running(), spec: { cancel: true } }),
        jobs: [makeJob({ suspended: true })]
      }),
      want: Action.StopJob({ ...job, reason: "Cancelled", resume: true })
    },
    {
      name: "that lets a Job go says where the finalizer stands, and how long the Job stays",
      observed: given({ run: over, jobs: [makeJob({ end: complete, finalizerIndex: 2 })] }),
      want: Action.ReleaseJob({ ...job, finalizerIndex: 2, ttlSeconds: 300 })
    },
    {
      name: "that marks a Job has all that it lacks",
      observed: givenStarted({ run, jobs: [makeJob({ ...released, labelled: false, owners: [], pod: makePod() })] }),
      want: Action.MarkJob({
        ...job,
        resourceVersion: "7",
        labels,
        owner: {
          apiVersion: "orchestrator.platform/v1",
          kind: "CodeRun",
          name: "api",
          uid,
          controller: true,
          blockOwnerDeletion: true
        },
        finalizer: true
      })
    },
    {
      name: "that marks a Job takes nothing from what it has",
      observed: givenStarted({ run, jobs: [makeJob({ labelled: false, pod: makePod() })] }),
      want: Action.MarkJob({ ...job, resourceVersion: "7", labels, owner: undefined, finalizer: false })
    },
    {
      name: "that reads a run names the one that was seen",
      observed: given({
        run: makeCodeRun({ status: finished("Failed", "AgentError"), metadata: { generation: 2 } })
      }),
      want: Action.ReadRun({ kind: "CodeRun", namespace, name: "api", uid })
    }
  ])("$name", ({ observed, want }) => assert.deepStrictEqual(actionIn(observed, want._tag), want))

  it("that makes a claim makes it for this run", () => {
    const made = plan(given({ workspace: noWorkspace })).actions.find(Action.$is("CreateWorkspace"))
    assert.strictEqual(made?.claim.metadata.name, "workspace-api")
    assert.strictEqual(made?.claim.metadata.annotations?.["orchestrator.platform/holder"], uid)
  })
})

describe("what is still to be said of a run that has ended", () => {
  const settledWith = (status: object, metadata: object = {}) => {
    const whole = makeCodeRun({ status: { ...status }, metadata: { generation: 2, ...metadata } })
    const { actions } = plan(given({ run: over, feedback: Feedback.WholeRun({ run: whole }) }))
    return actions.map((action) => action._tag === "SettleStatus" ? action.object.status : action)
  }
  const told = finished("Succeeded", "Delivered")
  const silent = { ...told, conditions: [readyFact("True", "Delivered", "The end.", ended)] }

  it.each<{ name: string; status: object; metadata?: object; want: ReadonlyArray<object> }>([
    { name: "is nothing, where all is said", status: told, metadata: { generation: 1 }, want: [] },
    { name: "is nothing of a run that has not ended", status: running(), want: [] },
    { name: "is that its edit was seen", status: told, want: [{ ...told, observedGeneration: 2 }] },
    {
      name: "is that it has ended, since when it did",
      status: silent,
      metadata: { generation: 1 },
      want: [{
        ...silent,
        conditions: [...silent.conditions, finishedFact("Succeeded", "Delivered", ended)],
        observedGeneration: 1
      }]
    },
    {
      name: "is that it has ended, since now where nobody knows since when",
      status: { phase: "Failed", contextVersion: 1 },
      metadata: { generation: 1 },
      want: [{
        phase: "Failed",
        contextVersion: 1,
        conditions: [finishedFact("Failed", "Failed", now)],
        observedGeneration: 1
      }]
    }
  ])("$name", ({ metadata, status, want }) => assert.deepStrictEqual<unknown>(settledWith(status, metadata), want))
})
