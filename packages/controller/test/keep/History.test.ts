/** Which finished runs are past a limit, and what keeps one all the same. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import type { RunFacts } from "../../src/facts/Run.ts"
import { keptBecause, pastRuns } from "../../src/keep/History.ts"
import { deliveredCondition, endedDocs, type EndedParts, endedRun, finishedCondition } from "../fixtures/EndedRuns.ts"
import { complete } from "../fixtures/Jobs.ts"
import { jobAt, lineClaim, lineRun, momentOf, podAt, type Things } from "../fixtures/SnapshotOf.ts"

const at = (things: Things, config: object, time = "2026-03-10T08:00:00Z") => ({
  ...momentOf(things, config),
  now: DateTime.makeUnsafe(time)
})

const past = (runs: ReadonlyArray<RunFacts>, history: object, time?: string) =>
  pastRuns(at({ runs }, { history }, time)).map(({ limit, run }) => `${run.name} ${limit}`)

describe("past a limit", () => {
  const three = [0, 1, 2].map((minute) => endedRun(`run-${minute}`, { minute }))

  const cases: ReadonlyArray<{ name: string; runs: ReadonlyArray<RunFacts>; history: object; want: Array<string> }> = [
    { name: "nothing without a limit", runs: three, history: {}, want: [] },
    { name: "nothing while there are no more than that", runs: three, history: { succeeded: 3 }, want: [] },
    {
      name: "those that ended before the newest, the oldest first",
      runs: three.toReversed(),
      history: { succeeded: 1 },
      want: ["run-0 history.succeeded", "run-1 history.succeeded"]
    },
    {
      name: "of each outcome for itself, and cancelled ones with those that failed",
      runs: [
        endedRun("good", { minute: 0 }),
        endedRun("bad", { phase: "Failed", minute: 1 }),
        endedRun("stopped", { phase: "Cancelled", minute: 2 })
      ],
      history: { succeeded: 1, failed: 1 },
      want: ["bad history.failed"]
    },
    {
      name: "of each service for itself",
      runs: [endedRun("a"), endedRun("b", { spec: { service: "other" } })],
      history: { succeeded: 1 },
      want: []
    },
    {
      name: "of each kind for itself, and of each repository where there are no services",
      runs: [
        endedRun("code"),
        endedDocs("docs"),
        endedDocs("same", { minute: 1, spec: { repositoryUrl: "git@github.com:acme/docs.git" } }),
        endedDocs("other", { spec: { repositoryUrl: "https://github.com/acme/other" } })
      ],
      history: { succeeded: 1 },
      want: ["docs history.succeeded"]
    },
    {
      name: "those of one second by their names",
      runs: ["c", "a", "b"].map((name) => endedRun(name)),
      history: { succeeded: 1 },
      want: ["a history.succeeded", "b history.succeeded"]
    },
    {
      name: "those that are older than so many days, however many there are",
      runs: [endedRun("old", { phase: "Failed" }), endedRun("young", { minute: 7 * 24 * 60 })],
      history: { days: 8 },
      want: ["old history.days"]
    },
    {
      name: "never one that has yet to end, or is being deleted; neither counts",
      runs: [endedRun("old"), lineRun("live"), endedRun("going", { minute: 5, deleting: true })],
      history: { succeeded: 1 },
      want: []
    }
  ]
  it.each(cases)("$name", ({ history, runs, want }) => {
    assert.deepStrictEqual(past(runs, history), want)
  })

  it("a time that is no time makes no run old, and none of the others", () => {
    const runs = [endedRun("new"), endedRun("odd", { status: { finishedAt: "soon", lastUpdate: "later" } })]
    assert.deepStrictEqual(past(runs, { succeeded: 1, days: 1 }, "2026-03-01T09:00:00Z"), [])
  })

  it("one that says it ended before it was made is as old as its making", () => {
    const run = endedRun("set-back", { createdAt: "2026-03-09T08:00:00Z", minute: -60 * 24 * 400 })
    assert.deepStrictEqual(past([run], { days: 2 }), [])
  })
})

describe("whatever limit it is past, a run is kept", () => {
  const claim = lineClaim({ holder: "another-uid" })
  const sessionOf = (startedAt: string) => ({
    attempts: [{
      contextVersion: 1,
      jobName: "job",
      sessionId: "8c6a2a86-9d5c-5c0e-8a8e-0b8a4dc9a3f1",
      startedAt,
      outcome: "Succeeded"
    }]
  })
  const newer = endedRun("newer", { status: sessionOf("2026-03-02T09:00:00Z") })
  const unpushed = {
    phase: "Failed",
    status: { reason: "AgentError", headCommit: undefined, conditions: [finishedCondition] }
  } as const

  interface Case {
    readonly name: string
    readonly run?: EndedParts
    readonly beside?: (run: RunFacts) => Things
    readonly config?: object
    readonly time?: string
    readonly want: RegExp | undefined
  }

  const cases: ReadonlyArray<Case> = [
    { name: "by nothing", want: undefined },
    {
      name: "while somebody wants it kept",
      run: { annotations: { "orchestrator.platform/keep": "true" } },
      want: /annotation/
    },
    {
      name: "not where the annotation says no",
      run: { annotations: { "orchestrator.platform/keep": "false" } },
      want: undefined
    },
    {
      name: "while it is restored",
      run: { annotations: { "orchestrator.platform/restored-from": "uid" } },
      want: /being restored/
    },
    { name: "while it is suspended", run: { spec: { suspend: true } }, want: /suspended/ },
    { name: "while its status is to say more", run: { status: { conditions: [deliveredCondition] } }, want: /status/ },
    {
      name: "while events wait on it",
      run: { annotations: { "orchestrator.platform/waiting-events": "[]" } },
      want: /events/
    },
    { name: "for an hour", run: { minute: 60 }, time: "2026-03-01T09:59:00Z", want: /just ended/ },
    { name: "where it ends in the future", run: { minute: 60 * 24 * 40 }, want: /just ended/ },
    {
      name: "for three days where a trigger made it",
      run: { labels: { "orchestrator.platform/trigger": "nightly" } },
      time: "2026-03-03T08:00:00Z",
      want: /come again/
    },
    {
      name: "not for longer than that",
      run: { labels: { "orchestrator.platform/trigger": "nightly" } },
      want: undefined
    },
    { name: "while its Job is there", beside: (run) => ({ jobs: [jobAt(run, { held: false })] }), want: /Job/ },
    {
      name: "not for a Job that is let go and that nothing removes",
      beside: (run) => ({ jobs: [jobAt(run, { held: false, end: complete })] }),
      config: { cleanup: { enabled: false } },
      want: undefined
    },
    {
      name: "for a Job that is not let go yet",
      beside: (run) => ({ jobs: [jobAt(run, { end: complete })] }),
      config: { cleanup: { enabled: false } },
      want: /Job/
    },
    { name: "while a pod of it is there", beside: (run) => ({ pods: [podAt(run)] }), want: /Job/ },
    {
      name: "while a run that has yet to end depends on it",
      beside: () => ({ runs: [lineRun("next", { spec: { dependsOn: ["done"] } })] }),
      want: /depends/
    },
    {
      name: "not for a run that has ended",
      beside: () => ({ runs: [endedRun("next", { spec: { dependsOn: ["done"] } })] }),
      want: undefined
    },
    {
      name: "while its pull request is open, where webhooks would tell",
      run: { status: { pullRequestUrl: "https://github.com/acme/api/pull/7" } },
      config: { events: { folder: "/secrets/events" } },
      want: /pull request/
    },
    {
      name: "not where nobody would ever tell",
      run: { status: { pullRequestUrl: "https://github.com/acme/api/pull/7" } },
      want: undefined
    },
    {
      name: "not once it is merged",
      run: {
        status: {
          pullRequestUrl: "https://github.com/acme/api/pull/7",
          conditions: [finishedCondition, deliveredCondition, {
            ...finishedCondition,
            type: "Merged",
            reason: "Merged"
          }]
        }
      },
      config: { events: { folder: "/secrets/events" } },
      want: undefined
    },
    {
      name: "as the last holder of a workspace",
      beside: () => ({ claims: [lineClaim({ holder: "done-uid" })], runs: [newer] }),
      want: /last one of its workspace/
    },
    {
      name: "with the newest session of a workspace",
      run: { status: sessionOf("2026-03-01T09:00:00Z") },
      beside: () => ({ claims: [claim] }),
      want: /session/
    },
    {
      name: "not with an older session",
      run: { status: sessionOf("2026-03-01T09:00:00Z") },
      beside: () => ({ claims: [claim], runs: [newer] }),
      want: undefined
    },
    {
      name: "with work that was not pushed",
      run: unpushed,
      beside: () => ({ claims: [claim], runs: [newer] }),
      want: /nowhere/
    },
    {
      name: "not for work that is gone with its workspace",
      run: unpushed,
      beside: () => ({ runs: [newer] }),
      want: undefined
    }
  ]
  it.each(cases)("$name", ({ beside = (): Things => ({}), config = {}, run: parts = {}, time, want }) => {
    const run = endedRun("done", parts)
    const others = beside(run)
    const kept = keptBecause(at({ ...others, runs: [run, ...others.runs ?? []] }, config, time), run)
    if (want === undefined) assert.isUndefined(kept)
    else assert.match(String(kept), want)
  })
})
