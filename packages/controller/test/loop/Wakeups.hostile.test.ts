/** Changes that take a run out of a line: whoever stands behind it is looked at at once, not when the sweep comes by. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { claimFacts } from "../../src/facts/Claim.ts"
import type { FilesFacts } from "../../src/facts/Files.ts"
import type { JobFacts } from "../../src/facts/Job.ts"
import type { RunFacts } from "../../src/facts/Run.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
import { wakeups } from "../../src/loop/Wakeups.ts"
import { withValues } from "../fixtures/EndedRuns.ts"
import { makeJob, makePod, released } from "../fixtures/Jobs.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { finished } from "../fixtures/Statuses.ts"

interface Version {
  readonly spec?: object
  readonly metadata?: object
  readonly status?: Readonly<Record<string, unknown>>
}

const version = (name: string, { metadata, spec, status }: Version = {}): RunFacts =>
  runFacts("CodeRun", makeCodeRun({ metadata: { name, uid: name, ...metadata }, spec: { ...spec }, status }))

const edited = { generation: 2, resourceVersion: "9" }
const behind = [version("behind"), version("elsewhere", { spec: { service: "web" } })]
const done = finished("Succeeded", "Delivered")

describe("whoever waits in the same workspace is woken", () => {
  it.each<{ change: string; before: Version; after: Version; want: ReadonlyArray<string> }>([
    {
      change: "a run in line is edited to wait for another",
      before: {},
      after: { metadata: edited, spec: { dependsOn: ["x"] } },
      want: ["behind", "moved"]
    },
    {
      change: "a run turns to another service",
      before: {},
      after: { metadata: edited, spec: { service: "web" } },
      want: ["behind", "elsewhere", "moved"]
    },
    {
      change: "a run is being deleted, and something holds it",
      before: {},
      after: { metadata: { resourceVersion: "9", deletionTimestamp: "2026-03-01T09:00:00Z" } },
      want: ["behind", "moved"]
    },
    {
      change: "what another in line depends on is to be done again",
      before: { spec: { service: "base" }, status: done, metadata: { name: "base", uid: "base" } },
      after: {
        spec: { service: "base", contextVersion: 2 },
        status: done,
        metadata: { ...edited, name: "base", uid: "base" }
      },
      want: ["base", "behind", "dependent"]
    }
  ])("$change", ({ after, before, want }) => {
    const stores = Effect.runSync(Effect.provide(Stores, Stores.layer))
    const dependent = version("dependent", { spec: { dependsOn: ["base"] } })
    for (const run of behind) stores.runs.CodeRun.put(run)
    if (want.includes("dependent")) stores.runs.CodeRun.put(dependent)
    const run = version("moved", after)
    stores.runs.CodeRun.put(run)
    const { runs, slotsFreed } = wakeups(stores, () => DateTime.makeUnsafe(0)).run(run, "set", version("moved", before))
    assert.deepStrictEqual([...new Set(runs.map(({ name }) => name))].sort(), [...want])
    assert.isTrue(slotsFreed)
  })

  it("a change of its status alone wakes nobody else", () => {
    const stores = Effect.runSync(Effect.provide(Stores, Stores.layer))
    for (const run of behind) stores.runs.CodeRun.put(run)
    const run = version("moved", { metadata: { resourceVersion: "9" } })
    const { runs, slotsFreed } = wakeups(stores, () => DateTime.makeUnsafe(0)).run(run, "set", version("moved"))
    assert.deepStrictEqual([runs.map(({ name }) => name), slotsFreed], [["moved"], false])
  })
})

describe("a run that has ended", () => {
  const place = { namespace: "orchestrator", name: "moved" }
  const ended = version("moved", { status: done })
  const held = makeJob({ runs: [{ kind: "CodeRun", ...place }], runUid: "moved" })
  const letGo = { ...held, ...released }
  const pod = makePod({ runUid: "moved", over: true })
  const files: FilesFacts = { ...place, uid: "f", resourceVersion: "7", runUid: "moved" }

  const wokenBy = (run: RunFacts, job: JobFacts, strays: ReadonlyArray<string> = []) => {
    const stores = Effect.runSync(Effect.provide(Stores, Stores.layer))
    stores.runs.CodeRun.put(run)
    stores.jobs.put(job)
    for (const stray of strays) stores.strays.add(stray)
    const wakes = wakeups(stores, () => DateTime.makeUnsafe(0))
    return {
      run: wakes.run(run, "set").runs.length,
      job: wakes.job(job, "set").runs.length,
      pod: wakes.pod(pod, "removed").runs.length,
      files: wakes.files(files).runs.length
    }
  }

  it.each([
    { name: "whose Job is let go of is not looked at", run: ended, job: letGo, want: 0 },
    { name: "is looked at while its Job is held", run: ended, job: held, want: 1 },
    {
      name: "is looked at where its spec was changed",
      run: withValues(ended, { editedAfterEnd: true }),
      job: letGo,
      want: 1
    },
    {
      name: "is looked at where its pull request has news",
      run: withValues(ended, { hasUnsaidPullRequest: true }),
      job: letGo,
      want: 1
    },
    { name: "is looked at while a Job is lost sight of", run: ended, job: letGo, strays: ["a/b"], want: 1 },
    { name: "and has begun again is looked at", run: version("moved"), job: letGo, want: 1 }
  ])("$name", ({ job, run, strays, want }) => {
    assert.deepStrictEqual(wokenBy(run, job, strays), { run: want, job: want, pod: want, files: want })
  })
})

describe("of thousands that wait in one workspace", () => {
  const count = 2000
  const stores = Effect.runSync(Effect.provide(Stores, Stores.layer))
  const claim = claimFacts({ metadata: { name: "workspace-api", namespace: "orchestrator" } })
  const wakes = wakeups(stores, () => DateTime.makeUnsafe(0))
  const namesOf = (runs: ReadonlyArray<{ readonly name: string }>) => [...new Set(runs.map(({ name }) => name))].sort()
  const numbered = (index: number, rest: Version = {}) =>
    version(`run-${String(index).padStart(4, "0")}`, {
      ...rest,
      metadata: { creationTimestamp: new Date(Date.UTC(2026, 2, 1, 8, 0, index)).toISOString(), ...rest.metadata }
    })
  for (let index = count - 1; index >= 0; index--) stores.runs.CodeRun.put(numbered(index))
  const pause = { phase: "Pending", contextVersion: 1, resumesAt: "2026-03-01T12:00:00Z" }
  stores.runs.CodeRun.put(numbered(1200, { status: pause, metadata: { resourceVersion: "9" } }))

  it("the end of one wakes the oldest that could start, and those whose pause may be over", () => {
    const ended = version("done", { status: done })
    assert.deepStrictEqual(namesOf(wakes.run(ended, "set", version("done")).runs), ["run-0000", "run-1200"])
  })

  it("a change of the claim wakes no more", () => {
    assert.deepStrictEqual(namesOf(wakes.claim(claim, "set").runs), ["run-0000", "run-1200"])
  })

  it("a claim that goes, or is gone, is told to all of them", () => {
    assert.lengthOf(namesOf(wakes.claim({ ...claim, deleting: true }, "set").runs), count)
    assert.lengthOf(namesOf(wakes.claim(claim, "removed").runs), count)
  })
})
