/** Which workspace a run gets, and whether it is its turn there. */
import { assert, describe, it } from "@effect/vitest"
import { tenantOf } from "@orchestrator/domain/Tenant"
import type { ObservedWorkspace, WorkspaceTurn } from "../../src/facts/Observed.ts"
import type { RunFacts } from "../../src/facts/Run.ts"
import { unseenClaim, workspaceOf } from "../../src/line/Turns.ts"
import { complete } from "../fixtures/Jobs.ts"
import { claimNames, docsRun, jobAt, lineClaim, lineRun, momentOf, podAt, type Things } from "../fixtures/SnapshotOf.ts"
import { finished, pausedFor } from "../fixtures/Statuses.ts"

const [plain, hashed = ""] = claimNames
const eve = tenantOf({ service: "api", repositoryUrl: "https://github.com/eve/api", githubUser: "eve" })
const ofEve = { spec: { repositoryUrl: "https://github.com/eve/api", githubUser: "eve" } }
const raised = { spec: { contextVersion: 2 }, status: finished("Failed", "AgentError") }

const workspaceIn = (things: Things, run: RunFacts): ObservedWorkspace | undefined =>
  run.ended
    ? assert.fail("the run has ended")
    : workspaceOf(momentOf({ ...things, runs: [run, ...things.runs ?? []] }), run)

const run = lineRun("m")
const older = lineRun("a")
const current = { uid: "claim-uid", resourceVersion: "41" }

describe("the workspace of a run", () => {
  it.each<{ name: string; run?: RunFacts; things: Things; want: Omit<ObservedWorkspace, "turn"> | undefined }>([
    { name: "is to be made where there is none", things: {}, want: { claim: plain, current: undefined } },
    {
      name: "is the claim that says it is its tenant's",
      things: { claims: [lineClaim()] },
      want: { claim: plain, current }
    },
    {
      name: "is the claim that says nothing, which is told whose it is",
      things: { claims: [lineClaim({ tenant: undefined })] },
      want: { claim: plain, current: { ...current, adopt: true } }
    },
    {
      name: "is not what a run of another tenant held last",
      things: { claims: [lineClaim({ tenant: undefined, holder: "a-uid" })], runs: [lineRun("a", ofEve)] },
      want: { claim: hashed, current: undefined }
    },
    {
      name: "is what a run of its tenant held last, although another works there",
      things: {
        claims: [lineClaim({ tenant: undefined, holder: "a-uid" })],
        runs: [older, lineRun("b", ofEve)],
        jobs: [jobAt(lineRun("b", ofEve))]
      },
      want: { claim: plain, current: { ...current, adopt: true } }
    },
    {
      name: "has another name where the plain one is another's",
      things: { claims: [lineClaim({ tenant: eve })] },
      want: { claim: hashed, current: undefined }
    },
    {
      name: "has another name where a Job of another tenant works in a claim that was deleted",
      things: { jobs: [jobAt(lineRun("b", ofEve))], runs: [lineRun("b", ofEve)] },
      want: { claim: hashed, current: undefined }
    },
    {
      name: "has another name where a Job of a run that nobody knows works in a claim that was deleted",
      things: { jobs: [jobAt(older)] },
      want: { claim: hashed, current: undefined }
    },
    {
      name: "has another name where a Job of a run without a tenant works in a claim that was deleted",
      things: { jobs: [jobAt(docsRun("d"))], runs: [docsRun("d")] },
      want: { claim: hashed, current: undefined }
    },
    {
      name: "has its name where a Job of its own tenant works in a claim that was deleted",
      things: { jobs: [jobAt(older)], runs: [older] },
      want: { claim: plain, current: undefined }
    },
    {
      name: "has its name where its own Job works in a claim that was deleted",
      run: lineRun("m", raised),
      things: { jobs: [jobAt(run)] },
      want: { claim: plain, current: undefined }
    },
    {
      name: "is what its Job mounts, whatever the spec says by now",
      things: { jobs: [jobAt(run, { claim: "workspace-former" })] },
      want: { claim: "workspace-former", current: undefined }
    },
    {
      name: "is chosen anew for a Job that mounts none",
      things: { jobs: [jobAt(run, { claim: undefined })] },
      want: { claim: plain, current: undefined }
    },
    { name: "is none for a run that leases none", run: docsRun("d"), things: {}, want: undefined },
    {
      name: "is none for a spec that cannot be read",
      run: lineRun("m", { spec: { taskId: "x" } }),
      things: {},
      want: undefined
    }
  ])("$name", ({ run: asked = run, things, want }) => {
    const { turn: _, ...found } = workspaceIn(things, asked) ?? { turn: undefined }
    assert.deepStrictEqual<object>(found, want ?? {})
  })
})

it("a workspace has its name where a run's own Job works in a claim that was deleted, before the store has the run", () => {
  const raisedRun = lineRun("m", raised)
  if (raisedRun.ended) return assert.fail("the run has ended")
  assert.strictEqual(workspaceOf(momentOf({ jobs: [jobAt(run)] }), raisedRun)?.claim, plain)
  return undefined
})

const mine: WorkspaceTurn = { tag: "mine" }
const free: WorkspaceTurn = { tag: "free" }
const ending: WorkspaceTurn = { tag: "ending" }
const behind = (name: string): WorkspaceTurn => ({ tag: "waiting", behind: name })

interface TurnCase {
  readonly name: string
  readonly run?: RunFacts
  readonly things: Things
  readonly want: WorkspaceTurn
}

const turn = ({ run: asked = run, things, want }: TurnCase) =>
  assert.deepStrictEqual(workspaceIn(things, asked)?.turn, want)

const holder = (changes: Parameters<typeof lineRun>[1] = {}) => lineRun("z", changes)
const heldBy = (uid: string) => [lineClaim({ holder: uid })]
const failed = finished("Failed", "AgentError")

describe("a run's turn in its workspace, where somebody works", () => {
  it.each<TurnCase>([
    {
      name: "is after a Job of another run",
      things: { claims: heldBy("m-uid"), jobs: [jobAt(holder())], runs: [holder()] },
      want: behind("z")
    },
    {
      name: "is after a Job whose run is deleted",
      things: { claims: [lineClaim()], jobs: [jobAt(holder())] },
      want: behind("a deleted run")
    },
    {
      name: "is after a pod whose Job is gone",
      things: { claims: [lineClaim()], pods: [podAt(holder())], runs: [lineRun("z", { status: failed })] },
      want: behind("z")
    },
    {
      name: "is not after a pod that is over",
      things: { claims: [lineClaim()], pods: [podAt(holder(), { over: true })], runs: [holder({ status: failed })] },
      want: free
    },
    {
      name: "is not after a Job that has ended",
      things: { claims: [lineClaim()], jobs: [jobAt(holder(), { end: complete })], runs: [holder({ status: failed })] },
      want: free
    },
    {
      name: "is not after a Job whose pod is over",
      things: {
        claims: [lineClaim()],
        jobs: [jobAt(holder())],
        pods: [podAt(holder(), { over: true })],
        runs: [holder({ status: failed })]
      },
      want: free
    },
    {
      name: "is not after a Job that is being deleted and has no pod",
      things: {
        claims: [lineClaim()],
        jobs: [jobAt(holder(), { deleting: true })],
        runs: [holder({ status: failed })]
      },
      want: free
    },
    {
      name: "is not after a Job in another claim",
      things: { claims: [lineClaim()], jobs: [jobAt(holder(), { claim: "workspace-web" })], runs: [holder()] },
      want: free
    },
    {
      name: "is after its own pod of an attempt whose Job is gone",
      run: lineRun("m", raised),
      things: { claims: heldBy("m-uid"), pods: [podAt(run)] },
      want: ending
    },
    {
      name: "is not after its own pod of an earlier attempt that is over",
      run: lineRun("m", raised),
      things: { claims: heldBy("m-uid"), pods: [podAt(run, { over: true })] },
      want: mine
    },
    {
      name: "is after its own pod that no Job owns any more",
      things: { claims: heldBy("m-uid"), pods: [podAt(run, { jobs: [] })] },
      want: ending
    },
    {
      name: "is not after the pod of its own Job",
      things: { claims: heldBy("m-uid"), jobs: [jobAt(run)], pods: [podAt(run)] },
      want: mine
    },
    {
      name: "never comes in a claim that is being deleted, whoever works there",
      things: { claims: [lineClaim({ deleting: true })], jobs: [jobAt(holder())], runs: [holder()] },
      want: { tag: "deleting" }
    }
  ])("$name", turn)

  it("never comes where every name is another's", () => {
    const claims = claimNames.map((name) => lineClaim({ name, tenant: eve }))
    assert.deepStrictEqual(workspaceIn({ claims }, run), {
      claim: plain,
      current,
      turn: { tag: "taken" }
    })
  })
})

describe("a run's turn in its workspace, where the claim names a holder", () => {
  it.each<TurnCase>([
    { name: "is now, where it is the holder itself", things: { claims: heldBy("m-uid") }, want: mine },
    {
      name: "has to be leased anew, where another may have leased it meanwhile",
      things: { claims: heldBy("m-uid"), runs: [holder({ status: failed })] },
      want: free
    },
    {
      name: "is now, where its Job is there, however many others there are",
      things: { claims: heldBy("m-uid"), jobs: [jobAt(run)], runs: [older, holder()] },
      want: mine
    },
    {
      name: "is after a younger run that is about to start",
      things: { claims: heldBy("z-uid"), runs: [holder()] },
      want: behind("z")
    },
    {
      name: "is after a run that pauses",
      things: { claims: heldBy("z-uid"), runs: [holder({ status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") })] },
      want: behind("z")
    },
    {
      name: "is not after a run that waits for others",
      things: { claims: heldBy("z-uid"), runs: [holder({ spec: { dependsOn: ["none"] } })] },
      want: free
    },
    {
      name: "is not after a run that has ended",
      things: { claims: heldBy("z-uid"), runs: [holder({ status: failed })] },
      want: free
    },
    {
      name: "is not after a run that has turned to another workspace",
      things: { claims: heldBy("z-uid"), runs: [holder({ spec: { service: "web" } })] },
      want: free
    },
    {
      name: "is not after a run that leases no workspace",
      things: { claims: heldBy("d-uid"), runs: [docsRun("d")] },
      want: free
    },
    { name: "is not after a run that nobody knows", things: { claims: heldBy("z-uid") }, want: free },
    {
      name: "is after a run whose Job mounts nobody knows what",
      things: { claims: heldBy("z-uid"), jobs: [jobAt(holder(), { claim: undefined })] },
      want: behind("a deleted run")
    },
    {
      name: "is not after a run whose Job of that kind has ended",
      things: { claims: heldBy("z-uid"), jobs: [jobAt(holder(), { claim: undefined, end: complete })] },
      want: free
    },
    {
      name: "is not after a run whose Job works in another claim",
      things: { claims: heldBy("z-uid"), jobs: [jobAt(holder(), { claim: "workspace-web" })] },
      want: free
    },
    {
      name: "is after a run whose pod mounts nobody knows what",
      things: { claims: heldBy("z-uid"), pods: [podAt(holder(), { claim: undefined })] },
      want: behind("a deleted run")
    },
    {
      name: "is not after a run whose pod of that kind is over",
      things: { claims: heldBy("z-uid"), pods: [podAt(holder(), { claim: undefined, over: true })] },
      want: free
    },
    {
      name: "is not after a run whose pod works in another claim",
      things: { claims: heldBy("z-uid"), pods: [podAt(holder(), { claim: "workspace-web" })] },
      want: free
    }
  ])("$name", turn)
})

describe("a run's turn in its workspace, where nobody has it", () => {
  it.each<TurnCase>([
    { name: "is now, where it is alone", things: {}, want: free },
    { name: "is after an older one of its tenant", things: { runs: [older] }, want: behind("a") },
    {
      name: "is after the oldest of several, in whatever order they are known",
      things: { runs: [lineRun("b"), older, lineRun("c")] },
      want: behind("a")
    },
    { name: "is before a younger one", things: { runs: [lineRun("z")] }, want: free },
    { name: "is not after an older one of another tenant", things: { runs: [lineRun("a", ofEve)] }, want: free },
    {
      name: "is not after an older one that has ended",
      things: { runs: [lineRun("a", { status: failed })] },
      want: free
    },
    {
      name: "is not after an older one that pauses",
      things: { runs: [lineRun("a", { status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") })] },
      want: free
    },
    {
      name: "is not asked for while it waits for others",
      run: lineRun("m", { spec: { dependsOn: ["none"] } }),
      things: { runs: [older] },
      want: free
    },
    {
      name: "is asked for once its Job is there, whatever it depends on",
      run: lineRun("m", { spec: { dependsOn: ["none"] } }),
      things: { runs: [older], jobs: [jobAt(run)] },
      want: behind("a")
    }
  ])("$name", turn)
})

describe("a claim that may be there although the store does not have it", () => {
  it.each<{ name: string; things: Things; want: string | undefined }>([
    { name: "is the one in which somebody works whom nobody knows", things: { jobs: [jobAt(older)] }, want: plain },
    { name: "is none where nobody works", things: {}, want: undefined },
    { name: "is none that is seen", things: { claims: [lineClaim()], jobs: [jobAt(older)] }, want: undefined },
    { name: "is none of a run that is known", things: { jobs: [jobAt(older)], runs: [older] }, want: undefined }
  ])("$name", ({ things, want }) =>
    run.ended
      ? assert.fail("the run has ended")
      : assert.strictEqual(unseenClaim(momentOf({ ...things, runs: [run, ...things.runs ?? []] }).snapshot, run), want))
})
