/** Which runs may start where runs at the same time are limited. */
import { assert, describe, it } from "@effect/vitest"
import type { RunFacts } from "../../src/facts/Run.ts"
import { admitted, reachedLimit } from "../../src/line/Admission.ts"
import { complete } from "../fixtures/Jobs.ts"
import { docsRun, jobAt, lineRun, momentOf, podAt, type Things } from "../fixtures/SnapshotOf.ts"
import { finished, pausedFor } from "../fixtures/Statuses.ts"

/** Each of a service of its own, so that none waits for a workspace. */
const alone = (name: string, second = 0) => lineRun(name, { second, spec: { service: `of-${name}` } })
const b = alone("b")
const c = alone("c")
const worker = lineRun("w", { spec: { service: "web", githubUser: "bob" } })
const one = { activeRuns: 1 }

interface Case {
  readonly name: string
  readonly limits?: object
  readonly access?: "Exclusive" | "Shared"
  readonly things: Things
  readonly want: ReadonlyArray<string>
}

const configOf = ({ access = "Exclusive", limits = one }: Pick<Case, "limits" | "access">) => ({
  limits,
  storage: { access }
})

describe("of runs that could start", () => {
  it.each<Case>([
    { name: "none is named where there are no limits", limits: {}, things: { runs: [b, c] }, want: [] },
    { name: "as many are let in as there are slots, in the order of the line", things: { runs: [c, b] }, want: ["b"] },
    {
      name: "a higher priority is let in first",
      things: { runs: [b, lineRun("z", { second: 5, spec: { service: "z", priority: "high" } })] },
      want: ["z"]
    },
    {
      name: "a suspended one takes no slot",
      things: { runs: [lineRun("a", { spec: { service: "a", suspend: true } }), b] },
      want: ["b"]
    },
    {
      name: "the oldest is let in, of whichever kind",
      things: { runs: [alone("a", 2), docsRun("d", { second: 1 }), alone("e", 3)] },
      want: ["d"]
    },
    {
      name: "all are let in where there is room for all",
      limits: { activeRuns: 2 },
      things: { runs: [b, c] },
      want: ["b", "c"]
    },
    {
      name: "none is let in beside one that works",
      things: { runs: [b, worker], jobs: [jobAt(worker, { claim: "workspace-web" })] },
      want: []
    },
    {
      name: "none is let in beside a Job whose run nobody knows",
      things: { runs: [b], jobs: [jobAt(worker, { claim: "workspace-web" })] },
      want: []
    },
    {
      name: "one is let in beside a Job that is nobody's",
      things: { runs: [b], jobs: [jobAt(worker, { runUid: "", claim: "workspace-web" })] },
      want: ["b"]
    },
    {
      name: "one is let in beside a Job that has ended",
      things: {
        runs: [b, lineRun("w", { status: finished("Failed", "AgentError") })],
        jobs: [jobAt(worker, { end: complete })]
      },
      want: ["b"]
    },
    {
      name: "one is let in beside a Job whose pod is over",
      things: { runs: [b], jobs: [jobAt(worker)], pods: [podAt(worker, { over: true })] },
      want: ["b"]
    },
    {
      name: "a run with two Jobs takes one slot",
      limits: { activeRuns: 2 },
      things: { runs: [b], jobs: [jobAt(worker), jobAt(worker, { name: "former", uid: "former-job" })] },
      want: ["b"]
    },
    {
      name: "those are passed over whose user has reached a limit",
      limits: { activeRuns: 3, activeRunsPerGithubUser: 1 },
      things: {
        runs: [
          b,
          lineRun("d", { spec: { service: "web", githubUser: "bob" } }),
          lineRun("e", { spec: { githubUser: "eve" } }),
          worker
        ],
        jobs: [jobAt(worker, { claim: "workspace-web" })]
      },
      want: ["b", "e"]
    },
    {
      name: "those are passed over whose service has reached a limit",
      limits: { activeRunsPerService: 1 },
      access: "Shared",
      things: { runs: [lineRun("b"), lineRun("c"), alone("d")] },
      want: ["b", "d"]
    },
    {
      name: "those are passed over that wait for a workspace",
      limits: { activeRuns: 2 },
      things: { runs: [lineRun("b"), lineRun("c"), alone("d")] },
      want: ["b", "d"]
    },
    {
      name: "those are passed over that pause, wait for others or have ended",
      things: {
        runs: [
          lineRun("b", { status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") }),
          lineRun("c", { spec: { service: "c", dependsOn: ["none"] } }),
          lineRun("d", { status: finished("Succeeded", "Delivered") }),
          alone("e")
        ]
      },
      want: ["e"]
    }
  ])("$name", ({ things, want, ...more }) => {
    assert.deepStrictEqual(admitted(momentOf(things, configOf(more))).map(({ name }) => name), want)
  })
})

describe("a run is kept from starting by a limit", () => {
  it.each<Omit<Case, "want"> & { readonly of: RunFacts; readonly want: string | undefined }>([
    { name: "not where there is none", limits: {}, of: b, things: { runs: [b] }, want: undefined },
    { name: "not where there is room", of: b, things: { runs: [b] }, want: undefined },
    { name: "not for those after it in line", of: b, things: { runs: [c, b] }, want: undefined },
    { name: "for those before it in line", of: c, things: { runs: [c, b] }, want: "limits.activeRuns is 1" },
    {
      name: "for those that work",
      of: b,
      things: { runs: [b, worker], jobs: [jobAt(worker, { claim: "workspace-web" })] },
      want: "limits.activeRuns is 1"
    },
    {
      name: "not for one before it in line that is kept by a limit of its own",
      limits: { activeRuns: 2, activeRunsPerGithubUser: 1 },
      of: c,
      things: {
        runs: [lineRun("b", { spec: { service: "b", githubUser: "bob" } }), c, worker],
        jobs: [jobAt(worker, { claim: "workspace-web" })]
      },
      want: undefined
    },
    {
      name: "for its user's runs",
      limits: { activeRunsPerGithubUser: 1 },
      of: c,
      things: { runs: [b, c] },
      want: "limits.activeRunsPerGithubUser is 1"
    },
    {
      name: "not while it waits for its workspace anyway",
      of: lineRun("c"),
      things: { runs: [lineRun("b"), lineRun("c")] },
      want: undefined
    },
    {
      name: "not while it pauses",
      of: lineRun("c", { status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") }),
      things: { runs: [b, lineRun("c", { status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") })] },
      want: undefined
    },
    {
      name: "also without a workspace",
      of: docsRun("d"),
      things: { runs: [b, docsRun("d")] },
      want: "limits.activeRuns is 1"
    }
  ])("$name", ({ of, things, want, ...more }) => {
    if (of.ended) return assert.fail("the run has ended")
    assert.strictEqual(reachedLimit(momentOf(things, configOf(more)), of), want)
  })
})
