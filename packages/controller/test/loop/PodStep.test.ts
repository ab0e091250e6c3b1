/** A step of a pod that wakes nobody leaves nothing undone: what is planned with the pod before it is what is planned with the pod after it. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import fc from "fast-check"
import { currentJob } from "../../src/attempt/CurrentAttempt.ts"
import { isLast, plan } from "../../src/decide/Plan.ts"
import type { Observed, ObservedJob } from "../../src/facts/Observed.ts"
import type { PodFacts } from "../../src/facts/Pod.ts"
import { isMereStep } from "../../src/loop/PodStep.ts"
import { anyObserved, anyPod } from "../fixtures/AnyObserved.ts"
import { presentFiles, workspace } from "../fixtures/Given.ts"
import { endWith, makeJob, makePod } from "../fixtures/Jobs.ts"
import { completed } from "../fixtures/Results.ts"
import { afterPlan } from "../fixtures/Simulate.ts"

const begun = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
const mine = workspace({ tag: "mine" })
const seconds = (count: number) => DateTime.add(begun, { seconds: count })

const anyChange: fc.Arbitrary<Partial<PodFacts>> = fc.oneof(
  fc.record({
    node: fc.constantFrom(undefined, "node-2"),
    onNode: fc.boolean(),
    prepared: fc.boolean(),
    filesPlaced: fc.boolean()
  }, { requiredKeys: [] }),
  fc.record({
    begunAt: fc.constantFrom(undefined, "2026-01-01T00:00:07Z"),
    worked: fc.constant({ from: "2026-01-01T00:00:02Z", until: "2026-01-01T00:00:07Z" }),
    words: fc.constant({ agent: undefined, broker: undefined })
  }, { requiredKeys: [] }),
  fc.constantFrom<Partial<PodFacts>>(
    { begun: true },
    { deleting: true },
    { leftovers: ["istio-proxy"] },
    { unreachable: true },
    { over: true, ended: endWith(completed()) },
    { stuck: { reason: "ErrImagePull", message: "no", container: "claude" } }
  ),
  anyPod
)

interface Case {
  readonly now: DateTime.Utc
  readonly job: ObservedJob
  readonly before: PodFacts
  readonly after: PodFacts
  /** What is observed with a pod, at a time. */
  readonly observe: (pod: PodFacts, now: DateTime.Utc) => Observed
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  observed: anyObserved,
  usual: fc.record({ job: fc.boolean(), start: fc.boolean(), warned: fc.boolean() }),
  pod: anyPod,
  change: anyChange,
  age: fc.integer({ min: 0, max: 900 })
}).map(({ age, change, observed, pod, usual }) => {
  const known = observed.run === undefined ? undefined : currentJob(observed.run, observed.jobs)
  const own = { name: observed.run?.jobName ?? "none", createdAt: "2026-01-01T00:00:00Z" }
  const job = usual.job || known === undefined
    ? makeJob(usual.warned ? { ...own, podWarning: { reason: "FailedMount", message: "no" } } : own)
    : { ...known, createdAt: own.createdAt }
  const start = { begun: false, over: false, deleting: false, stuck: undefined, createdAt: "2026-01-01T00:00:01Z" }
  const before = usual.start ? makePod(start) : pod
  const others = usual.job ? [] : observed.jobs.filter(({ name }) => name !== job.name)
  const things = usual.job ? { ...observed, orphans: [], files: presentFiles, workspace: mine } : observed
  return {
    now: seconds(age / 10),
    job,
    before,
    after: { ...before, resourceVersion: "9", ...change },
    observe: (pod, now) => ({ ...things, now, jobs: [{ ...job, pod }, ...others] })
  }
})

const isStep = ({ after, before, job, now }: Case) =>
  isMereStep({ job, before, after, hasWarning: job.podWarning !== undefined }, now)

const moments = (now: DateTime.Utc, until: DateTime.Utc | undefined): ReadonlyArray<DateTime.Utc> => [
  now,
  ...(until === undefined ? [1, 60, 100_000].map((more) => DateTime.add(now, { seconds: more })) : []),
  ...(until !== undefined && DateTime.isGreaterThan(until, now) ? [DateTime.subtract(until, { milliseconds: 1 })] : [])
]

describe("a step that wakes nobody", () => {
  it("leaves nothing to do before the time at which the run is looked at anyway", () => {
    let steps = 0
    let idle = 0
    fc.assert(
      fc.property(anyCase, (given) => {
        if (!isStep(given)) return
        steps++
        const first = given.observe(given.before, given.now)
        const decided = plan(first)
        // What acts is looked at again, with the pod as it is then, unless it says that there is nothing more to see.
        if (decided.actions.length > 0 && !isLast(decided)) return
        idle++
        const { jobs, ...rest } = afterPlan(first, decided)
        for (const now of moments(given.now, decided.wakeAt)) {
          const then = {
            ...rest,
            now,
            jobs: jobs.map((job) => job.name === given.job.name ? { ...job, pod: given.after } : job)
          }
          assert.deepStrictEqual(plan(then).actions, [])
        }
      }),
      { numRuns: 1500, seed: 20261130 }
    )
    assert.isAtLeast(steps, 120)
    assert.isAtLeast(idle, 60)
  })
})

const starting = makePod({
  begun: false,
  begunAt: undefined,
  onNode: false,
  node: undefined,
  createdAt: "2026-01-01T00:00:01Z"
})
const working = makePod({ begunAt: "2026-01-01T00:00:05Z" })
const worked = { from: "2026-01-01T00:00:05Z", until: "2026-01-01T00:00:07Z" }

describe("whether a change of a pod is no more than a step", () => {
  const job = makeJob({ createdAt: "2026-01-01T00:00:00Z" })

  it.each<
    { name: string; before?: PodFacts; change: Partial<PodFacts>; age?: number; hasWarning?: boolean; want: boolean }
  >([
    { name: "a node takes it", change: { node: "node-1", onNode: true }, want: true },
    { name: "its files are placed", change: { filesPlaced: true }, want: true },
    { name: "its files are refused", change: { filesRefused: true }, want: false },
    { name: "its agent's container begins", change: { begun: true, begunAt: "2026-01-01T00:00:05Z" }, want: false },
    { name: "it is deleted", change: { deleting: true }, want: false },
    { name: "it is over", change: { over: true }, want: false },
    { name: "a node takes it when that took longer than usual", change: { onNode: true }, age: 11, want: false },
    { name: "its node has something against it", change: { prepared: false }, hasWarning: true, want: false },
    {
      name: "an image cannot be pulled",
      change: { stuck: { reason: "ErrImagePull", message: "no", container: "claude" } },
      want: false
    },
    { name: "its agent has ended", before: working, change: { begunAt: undefined, worked }, want: true },
    {
      name: "its agent has ended and a mesh's proxy has not",
      before: working,
      change: { begunAt: undefined, worked, leftovers: ["istio-proxy"] },
      want: false
    },
    { name: "its node does not answer", before: working, change: { unreachable: true }, want: false }
  ])("$name: $want", ({ age = 3, before = starting, change, hasWarning = false, want }) => {
    assert.strictEqual(isMereStep({ job, before, after: { ...before, ...change }, hasWarning }, seconds(age)), want)
  })
})
