/**
 * `node bench/plan.ts [--operations 100000] [--rounds 7]`: plans per second on one core, for runs that are running, finished, waiting, about to start and about to end in
 * equal shares, and for each of these alone. Statuses are those that the controller itself has written. Prints the spread over rounds.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Action } from "@orchestrator/controller/decide/Action"
import { plan } from "@orchestrator/controller/decide/Plan"
import { jobFacts } from "@orchestrator/controller/facts/Job"
import type { Observed, ObservedWorkspace } from "@orchestrator/controller/facts/Observed"
import { observeJob } from "@orchestrator/controller/facts/ObserveJob"
import { podFacts } from "@orchestrator/controller/facts/Pod"
import { runFacts } from "@orchestrator/controller/facts/Run"
import { jobFinalizer } from "@orchestrator/domain/Labels"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { CustomObject, Job, Pod } from "@orchestrator/k8s/Objects"
import { Console, DateTime, Effect, Result, Schema } from "effect"
import { flags } from "./parts/Flags.ts"
import { formatRate, measure } from "./Rounds.ts"

const target = 150_000
const { operations, rounds } = flags({ operations: 100_000, rounds: 7 })

/** Different runs of each sort; more than fit in any cache that plans could live off. */
const runs = 4000

const config = Schema.decodeSync(OrchestratorConfig)({})
const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
const files = Result.succeed({ "container.sh": "exec runner\n", "prompt.md": "Do it.\n" })

const makeRun = (index: number): CustomObject => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: {
    name: `task-${index}`,
    namespace: "orchestrator",
    uid: `3f9c2a1b-7d4e-4c1a-9b2f-${index.toString(16).padStart(12, "0")}`,
    resourceVersion: String(1000 + index),
    generation: 1,
    creationTimestamp: "2026-03-01T09:00:00Z"
  },
  spec: {
    taskId: index,
    repositoryUrl: "https://github.com/acme/api.git",
    docsRepositoryUrl: "https://github.com/acme/docs.git",
    service: `service-${index % 100}`,
    workingDirectory: ".",
    model: "claude-sonnet-4-20250514",
    githubUser: "ada"
  }
})

const workspaceOf = (index: number, turn: ObservedWorkspace["turn"]): ObservedWorkspace => ({
  claim: `workspace-service-${index % 100}`,
  current: { uid: `claim-${index}`, resourceVersion: "41" },
  turn
})

/** Nothing is there yet, and it is this run's turn. */
const absent = (index: number): Observed => ({
  now,
  config,
  run: runFacts("CodeRun", makeRun(index)),
  jobs: [],
  orphans: [],
  workspace: workspaceOf(index, { tag: "free" }),
  files: { present: false, rendered: files },
  nonce: "0123456789abcdef",
  lastSession: undefined,
  contested: false,
  obstacle: undefined,
  hold: undefined,
  reachedLimit: undefined,
  fullBudget: undefined
})

const withStatusOf = (index: number, observed: Observed): Observed => {
  const write = plan(observed).actions.find(Action.$is("WriteStatus"))
  return write === undefined
    ? observed
    : { ...observed, run: runFacts("CodeRun", { ...makeRun(index), status: write.status }) }
}

const waiting = (index: number) =>
  withStatusOf(index, { ...absent(index), workspace: workspaceOf(index, { tag: "waiting", behind: "task-0" }) })

const containerOf = (name: string, message: string | undefined) => ({
  name,
  ready: message === undefined,
  restartCount: 0,
  state: message === undefined ? { running: {} } : { terminated: { exitCode: 0, reason: "Completed", message } }
})

const makePod = (phase: "Running" | "Succeeded", runnerReport?: string, brokerReport?: string): Pod => ({
  metadata: { name: "pod" },
  spec: { containers: [] },
  status: {
    phase,
    initContainerStatuses: [containerOf("broker", brokerReport)],
    containerStatuses: [containerOf("claude", runnerReport)]
  }
})

const started = (index: number, pod: Pod): Observed => {
  const observed = absent(index)
  const job = plan(observed).actions.find(Action.$is("CreateJob"))?.job
  const stored: ReadonlyArray<Job> = job === undefined
    ? []
    : [{ ...job, metadata: { ...job.metadata, uid: `job-${index}`, finalizers: [jobFinalizer] } }]
  return {
    ...withStatusOf(index, observed),
    jobs: stored.map((object) => observeJob(jobFacts(object), podFacts(pod))),
    workspace: workspaceOf(index, { tag: "mine" }),
    files: { present: true, rendered: undefined }
  }
}

const runnerReport = JSON.stringify({
  outcome: "Completed",
  message: "Added the endpoint.",
  usage: { costUsd: 0.25, turns: 4 }
})

const brokerReport = JSON.stringify({
  delivery: {
    branch: "feature/task-1-implementation",
    headCommit: "0123456789abcdef0123456789abcdef01234567",
    changed: true,
    verifiedAt: "2026-03-01T09:59:00Z"
  },
  forgeKnown: false,
  models: { "claude-sonnet-4-20250514": { answers: 4, input: 900, output: 700, cacheRead: 0, cacheWrite: 0 } },
  costUsd: 0.25,
  costComplete: true
})

const running = (index: number) => started(index, makePod("Running"))
const ended = (index: number) => started(index, makePod("Succeeded", runnerReport, brokerReport))
const terminal = (index: number) => withStatusOf(index, ended(index))

const planAll = (given: ReadonlyArray<Observed>) =>
  Effect.sync(() => {
    let actions = 0
    for (let index = 0; index < operations; index++) {
      const observed = given[index % given.length]
      if (observed !== undefined) actions += plan(observed).actions.length
    }
    return actions
  })

const sorts = { running, terminal, waiting, absent, ended }

const program = Effect.gen(function*() {
  const made = Object.entries(sorts).map(([name, make]) =>
    [name, Array.from({ length: runs }, (_, index) => make(index))] as const
  )
  const mix = Array.from({ length: runs }, (_, index) => made.flatMap(([, each]) => each.slice(index, index + 1)))
    .flat()
  yield* Console.log(formatRate(yield* measure(planAll(mix), { operations, rounds }), "plans", target))
  for (const [name, each] of made) {
    const { perSecond, variation } = yield* measure(planAll(each), { operations, rounds })
    const figure = Math.round(perSecond).toLocaleString("en")
    yield* Console.log(`  ${name}: ${figure} plans/s (±${(variation * 100).toFixed(1)} %)`)
  }
})

NodeRuntime.runMain(program)
