/** Each invariant holds of a calm life, and fails of one in which just that is wrong. */
import { assert, describe, it } from "@effect/vitest"
import { jobFinalizer } from "@orchestrator/domain/Labels"
import type { AuditEvent, ObjectFacts } from "./AuditEvent.ts"
import { allIsSettled, endsAsAsked, type Left } from "./Ends.ts"
import {
  attemptsAreCounted,
  oneActs,
  oneJobPerAttempt,
  oneOwnerPerWorkspace,
  ratesAreBounded,
  terminalStays,
  writesAreBounded,
  writesAreOurs
} from "./Invariants.ts"
import type { Act } from "./Load.ts"

const facts = (uid: string, version: number, more: Partial<ObjectFacts> = {}): ObjectFacts => ({
  uid,
  version,
  gone: false,
  node: undefined,
  ours: true,
  finalizers: [],
  owners: [],
  run: "run-uid",
  attempt: undefined,
  claims: [],
  phase: undefined,
  contextVersion: undefined,
  attempts: [],
  holder: undefined,
  ...more
})

/** A request that took two milliseconds, answered at this time. */
const event = (answered: number, more: Partial<AuditEvent>): AuditEvent => ({
  user: "somebody",
  life: undefined,
  sentAt: answered - 2,
  received: answered - 2,
  answered,
  verb: "update",
  resource: "coderuns/status",
  namespace: "here",
  name: "first",
  code: 200,
  object: undefined,
  fenced: true,
  tells: false,
  ...more
})

const job = (at: number, uid: string, attempt: string) =>
  event(at, { life: "0.0", verb: "create", resource: "jobs", code: 201, object: facts(uid, at, { attempt }) })

const status = (at: number, more: Partial<ObjectFacts>) =>
  event(at, { life: "0.0", object: facts("run-uid", at, more) })

const lease = (at: number, life: string) =>
  event(at, { life, resource: "leases", name: "lease", object: facts("lease", at, { holder: `process ${life}` }) })

const pod = (at: number, name: string, more: Partial<ObjectFacts> = {}) =>
  event(at, {
    verb: more.phase === undefined ? "create" : "update",
    resource: more.phase === undefined ? "pods" : "pods/status",
    name,
    object: facts(name, at, { claims: ["workspace-api"], ...more })
  })

const whats = (violations: ReadonlyArray<{ readonly invariant: string; readonly what: string }>) =>
  violations.map(({ invariant, what }) => `${invariant}: ${what}`)

const attempts = (...list: ReadonlyArray<readonly [contextVersion: number, retry: number]>) => ({
  attempts: list.map(([contextVersion, retry]) => ({
    contextVersion,
    retry,
    jobName: `job-v${contextVersion}-r${retry}`
  }))
})

describe("I1: one Job for an attempt", () => {
  it("holds for an attempt and its retry", () => {
    assert.isEmpty(oneJobPerAttempt([job(1, "a", "run v1 r0"), job(2, "b", "run v1 r1")]))
  })
  it("fails for two Jobs of one attempt", () => {
    assert.deepStrictEqual(whats(oneJobPerAttempt([job(1, "a", "run v1 r0"), job(2, "b", "run v1 r0")])), [
      "I1: 2 Jobs of attempt run v1 r0"
    ])
  })
  it("holds for attempts that are counted one by one over versions", () => {
    assert.isEmpty(attemptsAreCounted([status(1, attempts([1, 0], [1, 1], [3, 0]))]))
  })
  it.each([
    ["a number that is left out", attempts([1, 0], [1, 2])],
    ["a number that is there twice", attempts([1, 0], [1, 1], [1, 1])],
    ["a version that is older than the one before", attempts([2, 0], [1, 0])],
    ["a first try that is counted as a retry", attempts([1, 1])]
  ])("fails for %s", (_, more) => {
    assert.lengthOf(attemptsAreCounted([status(1, more)]), 1)
  })
})

describe("I3: what has ended stays so", () => {
  it("holds for another version that begins", () => {
    assert.isEmpty(terminalStays([
      status(1, { phase: "Running", contextVersion: 1 }),
      status(2, { phase: "Failed", contextVersion: 1 }),
      status(3, { phase: "Pending", contextVersion: 2 })
    ]))
  })
  it("fails for an end that becomes another, in the order of the server's versions and not of its answers", () => {
    const [first, second] = [
      status(5, { phase: "Failed", contextVersion: 1 }),
      status(6, { phase: "Running", contextVersion: 1 })
    ]
    assert.lengthOf(terminalStays([second, first]), 1)
  })
  it("fails for a version that goes back", () => {
    assert.lengthOf(
      terminalStays([status(1, { contextVersion: 2, phase: "Running" }), status(2, { contextVersion: 1 })]),
      1
    )
  })
})

describe("I6: one acts", () => {
  it("holds where each writes while it has the Lease", () => {
    assert.isEmpty(oneActs([lease(10, "0.0"), job(20, "a", "x"), lease(30, "1.0"), event(40, { life: "1.0" })], []))
  })
  it("holds for what was on its way when another took the Lease", () => {
    assert.isEmpty(oneActs([lease(10, "0.0"), lease(30, "1.0"), event(50, { life: "0.0", sentAt: 25 })], []))
  })
  it("fails for what is sent after another has acted with the Lease", () => {
    const lost = [lease(10, "0.0"), lease(30, "1.0"), event(50, { life: "0.0" })]
    assert.isEmpty(oneActs(lost, []))
    assert.lengthOf(oneActs([...lost, event(45, { life: "1.0" })], []), 1)
  })
  it("holds for runs that a process makes or changes for somebody who asks it, and fails for their status", () => {
    const asked = [lease(10, "0.0"), job(20, "a", "x")]
    assert.isEmpty(oneActs([...asked, event(50, { life: "1.0", resource: "coderuns" })], []))
    assert.lengthOf(oneActs([...asked, event(50, { life: "1.0", resource: "coderuns/status" })], []), 1)
  })
  it("fails for the next process in the place of one that had the Lease", () => {
    assert.lengthOf(oneActs([lease(10, "0.0"), event(50, { life: "0.1" })], []), 1)
  })
  it("does not judge a Lease that was taken in the last moment of an API server", () => {
    const found = [lease(10, "0.0"), event(3000, { life: "1.0" }), lease(3500, "1.0")]
    assert.lengthOf(oneActs(found, []), 1)
    assert.isEmpty(oneActs(found, [{ from: 1000, to: 2000 }]))
  })
})

describe("I7: one pod in a workspace", () => {
  it("holds for pods that follow each other", () => {
    assert.isEmpty(oneOwnerPerWorkspace([pod(1, "a"), pod(20, "a", { phase: "Succeeded" }), pod(30, "b")], []))
  })
  it.each([
    ["that still runs", [pod(1, "a"), pod(20, "b"), pod(30, "a", { phase: "Succeeded" })]],
    ["that nobody saw to end", [pod(1, "a"), pod(20, "b")]]
  ])("fails for a second beside one %s", (_, events) => {
    assert.lengthOf(oneOwnerPerWorkspace(events, []), 1)
  })
  it("holds where the node has let go of the first", () => {
    assert.isEmpty(
      oneOwnerPerWorkspace([pod(1, "a"), pod(20, "a", { phase: "Running", gone: true }), pod(30, "b")], [])
    )
    assert.isEmpty(oneOwnerPerWorkspace([
      pod(1, "a"),
      event(20, { verb: "delete", resource: "pods", name: "a", code: 404 }),
      pod(30, "b")
    ], []))
  })
  it("does not take a pod for live whose end may be missing in the log of an API server that died", () => {
    assert.isEmpty(oneOwnerPerWorkspace([pod(1, "a"), pod(40, "b")], [{ from: 10, to: 30 }]))
    assert.lengthOf(
      oneOwnerPerWorkspace([pod(1, "a"), pod(40, "b"), pod(50, "a", { phase: "Running" })], [{ from: 10, to: 30 }]),
      1
    )
  })
})

describe("I8, I10, I11: writes", () => {
  it("hold for what is fenced, silent and ours", () => {
    assert.isEmpty(writesAreOurs([job(1, "a", "x")]))
  })
  it.each([
    ["I8", { fenced: false }],
    ["I10", { tells: true }],
    ["I11", { object: facts("other", 1, { ours: false, run: undefined }) }]
  ])("%s fails", (invariant, more) => {
    const found = writesAreOurs([event(1, { life: "0.0", object: facts("a", 1), ...more })])
    assert.deepStrictEqual(found.map((each) => each.invariant as string), [invariant])
  })
})

describe("I5, I9: how much is written", () => {
  const many = (count: number, every: number, more: (index: number) => Partial<AuditEvent> = () => ({})) =>
    Array.from(
      { length: count },
      (_, index) => event(index * every, { life: "0.0", object: facts("run-uid", index), ...more(index) })
    )

  it("a rate that is bounded may go on for ever", () => {
    assert.isEmpty(ratesAreBounded(many(500, 1000)))
  })
  it("fails for one object that is asked for over and over, also where it is refused", () => {
    assert.lengthOf(ratesAreBounded(many(60, 50, () => ({ code: 409, object: undefined }))), 1)
  })
  it("fails for a process that floods the server with all sorts", () => {
    assert.lengthOf(ratesAreBounded(many(700, 10, (index) => ({ name: `run-${index}` }))), 1)
  })
  it("six writes are a run, twenty are not, unless faults were many or it was changed often", () => {
    const window = { from: 0, to: Infinity }
    assert.isEmpty(writesAreBounded(many(6, 100), [], new Map()))
    assert.lengthOf(writesAreBounded(many(20, 100), [], new Map()), 1)
    assert.isEmpty(writesAreBounded(many(20, 100), [window, window, window, window], new Map()))
    assert.isEmpty(writesAreBounded(many(20, 100), [], new Map([["first", 4]])))
  })
})

describe("I2, I4, I9: the end", () => {
  const run: Left = {
    kind: "CodeRun",
    name: "first",
    uid: "run-uid",
    finalizers: [],
    owners: [],
    phase: "Succeeded",
    reason: "Delivered",
    attempts: 1,
    versions: [1, 1]
  }
  const owned = { ...run, name: "of first", phase: undefined, owners: ["run-uid"] }

  it("holds for a run that has ended and its files", () => {
    assert.isEmpty(allIsSettled([run, { ...owned, kind: "ConfigMap" }]))
  })
  it.each<readonly [string, string, Left]>([
    ["a run that still runs", "I4", { ...run, phase: "Running" }],
    ["a version that nobody began", "I4", { ...run, versions: [2, 1] }],
    ["a Job that is held", "I2", { ...owned, kind: "Job", finalizers: [jobFinalizer] }],
    ["a pod that is still there", "I4", { ...owned, kind: "Pod" }],
    ["files whose owner is gone", "I2", { ...owned, kind: "ConfigMap", owners: ["nobody"] }]
  ])("fails for %s", (_, invariant, left) => {
    assert.deepStrictEqual(allIsSettled([run, left]).map((each) => each.invariant as string), [invariant])
  })

  const create: Act = {
    at: 0,
    act: "create",
    name: "first",
    run: "CodeRun",
    service: "api",
    githubUser: "ada",
    dependsOn: [],
    script: "deliver 300"
  }
  const onNode = [pod(1, "a", { node: "node-0" }), pod(500, "a", { node: "node-0", phase: "Running" })]
  const away = (from: number, to: number) => [{ kind: "node away" as const, node: "node-0", from, to }]

  it("a run ends as its agent did, whatever happened to replicas and API servers", () => {
    assert.isEmpty(endsAsAsked([run], [create], onNode, []))
    assert.lengthOf(
      endsAsAsked([{ ...run, phase: "Failed", reason: "InfraLost" }], [create], onNode, away(9000, 9999)),
      1
    )
    assert.lengthOf(endsAsAsked([{ ...run, attempts: 2 }], [create], onNode, []), 1)
  })
  it("nothing is asked where its node was in trouble, or somebody changed it", () => {
    const lost = [{ ...run, phase: "Failed" }]
    assert.isEmpty(endsAsAsked(lost, [create], onNode, away(100, 200)))
    assert.isEmpty(endsAsAsked(lost, [create, { at: 1, act: "cancel", name: "first" }], onNode, []))
  })
})
