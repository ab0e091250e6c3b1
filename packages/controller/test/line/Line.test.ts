/** The line that is kept, against one that is worked out anew: after whatever has come, changed and gone, both let in the same runs. */
import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Layer } from "effect"
import fc from "fast-check"
import type { LiveRun } from "../../src/facts/LiveRun.ts"
import type { RunFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
import { activeClaimants, admitted, couldStart, reachedLimit } from "../../src/line/Admission.ts"
import { followedLine } from "../../src/line/Line.ts"
import { isLimited, type Limits, makeSlots, takenBy } from "../../src/line/Slots.ts"
import { isBefore, type Moment } from "../../src/line/Waiting.ts"
import { withValues } from "../fixtures/EndedRuns.ts"
import { makeConfig } from "../fixtures/Given.ts"
import { complete } from "../fixtures/Jobs.ts"
import { docsRun, jobAt, lineClaim, lineRun, podAt } from "../fixtures/SnapshotOf.ts"
import { finished, now, pausedFor } from "../fixtures/Statuses.ts"

const names = ["a", "b", "c", "d", "e", "f"] as const

/** What may become of a run, its Job and its pod. */
const step = fc.record({
  name: fc.constantFrom(...names),
  what: fc.constantFrom(
    ...["run", "run", "run", "docs", "end", "pause", "delete"] as const,
    ...["job", "job", "foreignJob", "jobEnd", "jobGone", "pod", "podOver", "podGone", "claim"] as const
  ),
  service: fc.constantFrom("one", "two", "three"),
  githubUser: fc.constantFrom("ada", "bob"),
  second: fc.nat({ max: 2 }),
  dependsOn: fc.subarray([...names], { maxLength: 1 }),
  asks: fc.boolean()
})
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

const limit = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
const anyLimits = fc.record({ activeRuns: limit, activeRunsPerGithubUser: limit, activeRunsPerService: limit }).map(
  (all): Limits => Object.fromEntries(Object.entries(all).filter(([, most]) => most !== undefined))
)

const runOf = ({ dependsOn, githubUser, name, second, service, what }: Step): RunFacts => {
  const spec = { service, githubUser, dependsOn: dependsOn.filter((other) => other !== name) }
  if (what === "docs") return docsRun(`docs-${name}`, { second, spec: { githubUser } })
  if (what === "end") return lineRun(name, { second, spec, status: finished("Succeeded", "Delivered") })
  if (what === "pause") return lineRun(name, { second, spec, status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") })
  return lineRun(name, { second, spec })
}

const apply = ({ jobs, lastPods, pods, runs, workspaces }: Stores["Service"], next: Step, version: string) => {
  const { name, service, what } = next
  const run = runs.CodeRun.get({ namespace: lineRun(name).namespace, name }) ?? lineRun(name)
  const stamped = <A extends object>(facts: A): A => ({ ...facts, resourceVersion: version })
  const runKey = { kind: run.kind, namespace: run.namespace, name }
  const uid = `${run.jobName}-uid`
  const job = jobAt(run, { uid, claim: `workspace-${service}`, runs: [runKey] })
  const pod = podAt(run, { claim: `workspace-${service}`, jobs: [{ name: run.jobName, uid }] })
  if (what === "job") jobs.put(stamped(job))
  else if (what === "foreignJob") jobs.put(stamped({ ...job, uid: "foreign", runUid: "", runs: [] }))
  else if (what === "jobEnd") jobs.put(stamped({ ...job, end: complete }))
  else if (what === "jobGone") jobs.remove(stamped(jobs.get(job) ?? job))
  else if (what === "pod") pods.put(stamped(pod))
  else if (what === "podOver") pods.put(stamped({ ...pod, over: true }))
  else if (what === "podGone") {
    pods.remove(stamped(pod))
    lastPods.set(job.uid, { ...pod, over: true })
  } else if (what === "claim") workspaces.put(stamped(lineClaim({ name: `workspace-${service}`, holder: run.uid })))
  else if (what === "delete") runs[run.kind].remove(withValues(run, { resourceVersion: version }))
  else {
    const made = withValues(runOf(next), { resourceVersion: version })
    runs[made.kind].put(made)
  }
}

/** All that could start, sorted. */
const lineAnew = (moment: Moment): ReadonlyArray<LiveRun> =>
  Object.values(moment.snapshot.runs)
    .flatMap((store) => [...store.values()])
    .filter((run): run is LiveRun => couldStart(moment, run))
    .sort((left, right) => isBefore(left, right) ? -1 : 1)

const admittedAnew = (moment: Moment): ReadonlyArray<string> => {
  const { limits } = moment.config
  if (!isLimited(limits)) return []
  const { tryAcquire } = makeSlots(limits, takenBy(limits, activeClaimants(moment)))
  return lineAnew(moment).filter((run) => tryAcquire(run) === undefined).map(({ name }) => name)
}

const limitAnew = (moment: Moment, run: LiveRun): string | undefined => {
  const { limits } = moment.config
  if (!isLimited(limits) || !couldStart(moment, run)) return undefined
  const { tryAcquire } = makeSlots(limits, takenBy(limits, activeClaimants(moment)))
  for (const before of lineAnew(moment).filter((each) => isBefore(each, run))) tryAcquire(before)
  return tryAcquire(run)
}

describe("the line that is kept", () => {
  it("lets in whom one lets in that is worked out anew", () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        anyLimits,
        fc.constantFrom("Exclusive", "Shared"),
        (steps, limits, access) => {
          const stores = Context.get(Effect.runSync(Effect.scoped(Layer.build(Layer.fresh(Stores.layer)))), Stores)
          const moment: Moment = {
            snapshot: stores,
            config: makeConfig({ limits, storage: { access } }),
            now: DateTime.makeUnsafe(now)
          }
          const line = followedLine(stores, limits)
          for (const [index, next] of steps.entries()) {
            apply(stores, next, String(100 + index))
            if (!next.asks && index < steps.length - 1) continue
            const want = admittedAnew(moment)
            assert.deepStrictEqual(admitted(moment, line).map(({ name }) => name), want)
            assert.deepStrictEqual(admitted(moment).map(({ name }) => name), want)
            for (const run of Object.values(stores.runs).flatMap((store) => [...store.values()])) {
              if (run.ended) continue
              // Of several limits that are reached, either is named.
              assert.strictEqual(reachedLimit(moment, run, line) === undefined, limitAnew(moment, run) === undefined)
            }
          }
        }
      ),
      { numRuns: 400 }
    )
  })
})

/** How many runs are compared by age while somebody asks. */
const looksWhile = (runs: ReadonlyArray<RunFacts>, ask: () => void, stores: Stores["Service"]): number => {
  let looks = 0
  for (const run of runs) {
    stores.runs[run.kind].put(
      Object.defineProperty({ ...run }, "createdAt", { get: () => (looks += 1, run.createdAt) })
    )
  }
  ask()
  looks = 0
  ask()
  return looks
}

describe("of thousands of runs in line", () => {
  it.each<{ readonly name: string; readonly limits: Limits }>([
    { name: "all together", limits: { activeRuns: 3 } },
    { name: "by user", limits: { activeRuns: 3, activeRunsPerGithubUser: 2 } },
    { name: "by service", limits: { activeRuns: 3, activeRunsPerService: 1 } }
  ])("few are looked at to let the next one in: $name", ({ limits }) => {
    const stores = Context.get(Effect.runSync(Effect.scoped(Layer.build(Layer.fresh(Stores.layer)))), Stores)
    const line = followedLine(stores, limits)
    const moment: Moment = { snapshot: stores, config: makeConfig({ limits }), now: DateTime.makeUnsafe(now) }
    const run = lineRun("a")
    const many = Array.from({ length: 3000 }, (_, index): RunFacts => ({
      ...run,
      name: `run-${index}`,
      uid: `run-${index}`,
      jobName: `job-${index}`,
      service: `service-${index}`,
      tenant: undefined
    }))
    const looks = looksWhile(many, () => admitted(moment, line), stores)
    assert.isAtMost(looks, 100)
  })
})
