/** What proves that nobody is at work in a claim any more. */
import { assert, describe, it } from "@effect/vitest"
import type { ClaimFacts } from "../../src/facts/Claim.ts"
import { isVacant } from "../../src/line/Possession.ts"
import { complete } from "../fixtures/Jobs.ts"
import { jobAt, lineClaim, lineRun, podAt, snapshotOf, type Things } from "../fixtures/SnapshotOf.ts"

const next = lineRun("next")

const vacant = (things: Things, claim: ClaimFacts, run = next) =>
  run.ended ? assert.fail("the run has ended") : isVacant(snapshotOf(things), run, claim)

const fields = { sessionId: "s", startedAt: "2026-03-01T08:30:00Z" }
const attempt = (contextVersion: number, more: object = {}) => ({
  contextVersion,
  jobName: `code-before-v${contextVersion}`,
  ...fields,
  ...more
})

/** The run that the claim names, with the attempts that its status tells of. */
const before = (...attempts: ReadonlyArray<object>) =>
  lineRun("before", {
    spec: { contextVersion: 2 },
    status: { phase: "Failed", reason: "AgentError", contextVersion: 2, attempts }
  })

const held = lineClaim({ holder: "before-uid" })
const lastJob = (changes: Parameters<typeof jobAt>[1] = {}) =>
  jobAt(before(), { name: "code-before-v2", claim: undefined, ...changes })
const over = podAt(before(), { over: true })

describe("a claim", () => {
  it.each<{ name: string; things: Things; claim?: typeof held; want: boolean }>([
    {
      name: "whose last holder is seen to have ended, by its exit code",
      things: { runs: [before(attempt(2, { exitCode: 0 }))] },
      want: true
    },
    {
      name: "whose last holder's pod is seen to be over",
      things: { runs: [before(attempt(2))], jobs: [lastJob()], pods: [over] },
      want: true
    },
    {
      name: "whose last holder's pod was over before it was gone",
      things: { runs: [before(attempt(2))], jobs: [lastJob()], lastPods: { "before-job": over } },
      want: true
    },
    {
      name: "whose last holder's pod is not over",
      things: { runs: [before(attempt(2))], jobs: [lastJob()], pods: [podAt(before())] },
      want: false
    },
    {
      name: "whose last holder's pod was never seen",
      things: { runs: [before(attempt(2))], jobs: [lastJob()] },
      want: false
    },
    {
      name: "whose last holder's Job is gone, without an exit code",
      things: { runs: [before(attempt(2))] },
      want: false
    },
    {
      name: "of whose holder only an older attempt has an exit code",
      things: { runs: [before(attempt(1, { exitCode: 0 }), attempt(2))] },
      want: false
    },
    {
      name: "of whose holder an exit code of an older version is all that is known",
      things: { runs: [before(attempt(1, { exitCode: 0 }))] },
      want: false
    },
    { name: "whose holder has never had an attempt", things: { runs: [before()] }, want: false },
    { name: "whose holder has no history at all", things: { runs: [lineRun("before")] }, want: false },
    { name: "whose holder nobody knows", things: {}, want: false },
    {
      name: "that names nobody",
      things: { runs: [before(attempt(2, { exitCode: 0 }))] },
      claim: lineClaim(),
      want: false
    }
  ])("$name, is vacant: $want", ({ claim = held, things, want }) => {
    assert.strictEqual(vacant(things, claim), want)
  })

  it.each<{ name: string; attempts: ReadonlyArray<object>; want: boolean }>([
    {
      name: "its attempt before has ended",
      attempts: [attempt(1, { jobName: "former", exitCode: 0 }), attempt(1, { jobName: next.jobName })],
      want: true
    },
    { name: "it has had no other attempt", attempts: [attempt(1, { jobName: next.jobName, exitCode: 0 })], want: false }
  ])("that is the run's own already, is vacant when $name", ({ attempts, want }) => {
    const own = lineRun("next", { status: { phase: "Pending", reason: "Accepted", contextVersion: 1, attempts } })
    assert.strictEqual(vacant({ runs: [own] }, lineClaim({ holder: "next-uid" }), own), want)
  })

  const left = before(attempt(2, { exitCode: 0 }))
  const other = lineRun("other")

  it.each<{ name: string; things: Things; want: boolean }>([
    {
      name: "that is deleted and whose pod was not seen",
      things: { jobs: [jobAt(other, { deleting: true })] },
      want: false
    },
    {
      name: "that is deleted and whose pod still works",
      things: { jobs: [jobAt(other, { deleting: true })], pods: [podAt(other)] },
      want: false
    },
    {
      name: "that is deleted and whose pod is over",
      things: { jobs: [jobAt(other, { deleting: true })], pods: [podAt(other, { over: true })] },
      want: true
    },
    {
      name: "that is over and whose pod was not seen",
      things: { jobs: [jobAt(other, { end: complete })] },
      want: false
    },
    { name: "that works there, which is told elsewhere", things: { jobs: [jobAt(other)] }, want: true },
    {
      name: "that is over and whose pod is",
      things: { jobs: [jobAt(other, { end: complete })], pods: [podAt(other, { over: true })] },
      want: true
    },
    {
      name: "that is over and never had a pod",
      things: { jobs: [jobAt(other, { end: { ...complete, hadPod: false } })] },
      want: true
    },
    {
      name: "that is over beside another one of which that is in doubt",
      things: {
        jobs: [
          jobAt(other, { end: { ...complete, hadPod: false } }),
          jobAt(lineRun("third"), { deleting: true })
        ]
      },
      want: false
    },
    {
      name: "of another claim, whatever became of it",
      things: { jobs: [jobAt(other, { deleting: true, claim: "workspace-web" })] },
      want: true
    }
  ])("whose last holder has ended, with another's Job $name: $want", ({ things, want }) => {
    assert.strictEqual(vacant({ ...things, runs: [left] }, held), want)
  })
})
