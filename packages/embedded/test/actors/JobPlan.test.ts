import { assert, it } from "@effect/vitest"
import type { Job, ObjectCondition, Pod } from "@orchestrator/k8s/Objects"
import { type JobPlan, planJob } from "../../src/actors/JobPlan.ts"
import { trackingFinalizer } from "../../src/actors/JobPods.ts"

const start = "1970-01-01T00:00:00Z"

const makeJob = (spec: Partial<Job["spec"]> = {}, status?: Job["status"]): Job => ({
  metadata: { name: "job", namespace: "ns", uid: "j" },
  spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [] } }, ...spec },
  ...(status === undefined ? {} : { status })
})

interface PodInputs {
  readonly uid?: string
  readonly phase?: NonNullable<Pod["status"]>["phase"]
  readonly deleting?: boolean
  readonly node?: boolean
  readonly tracked?: boolean
  readonly exitCode?: number
  readonly endedAt?: string
  readonly conditions?: ReadonlyArray<ObjectCondition>
  readonly restarts?: number
}

const makePod = (inputs: PodInputs = {}): Pod => {
  const { conditions, deleting, endedAt = start, exitCode, node = true, phase = "Running", restarts = 0 } = inputs
  return {
    metadata: {
      name: "job-abcde",
      namespace: "ns",
      uid: inputs.uid ?? "p",
      ...(inputs.tracked === false ? {} : { finalizers: [trackingFinalizer] }),
      ...(deleting === true ? { deletionTimestamp: start } : {})
    },
    spec: { containers: [], ...(node ? { nodeName: "n" } : {}) },
    status: {
      phase,
      ...(conditions === undefined ? {} : { conditions }),
      containerStatuses: [{
        name: "main",
        ready: false,
        restartCount: restarts,
        ...(exitCode === undefined ? {} : { state: { terminated: { exitCode, finishedAt: endedAt } } })
      }]
    }
  }
}

const target = (reason: string): ObjectCondition => ({ type: "FailureTarget", status: "True", reason })
const failOnDisruption = {
  podFailurePolicy: { rules: [{ action: "FailJob" as const, onPodConditions: [{ type: "DisruptionTarget" }] }] }
}
const disrupted = [{ type: "DisruptionTarget", status: "True" }]

/** What a row is about, in a form that reads well. */
const gist = (plan: JobPlan) => ({
  create: plan.create,
  remove: plan.remove.length,
  release: plan.release.length,
  ...(plan.wakeAt === undefined ? {} : { wakeAt: plan.wakeAt }),
  conditions: (plan.status?.conditions ?? []).map(({ reason, status, type }) => `${type}=${status} ${reason}`)
})

interface Row {
  readonly name: string
  readonly job?: Job
  readonly pods?: ReadonlyArray<Pod>
  readonly now?: number
  readonly want: Partial<ReturnType<typeof gist>>
}

const deleted = (job: Job): Job => ({ ...job, metadata: { ...job.metadata, deletionTimestamp: start } })
const suspended = { conditions: ["Suspended=True JobSuspended"] }
const still = { create: 0, remove: 0, release: 0, conditions: [] }

it.each<Row>([
  { name: "a new Job gets a pod", want: { create: 1 } },
  { name: "a Job with a live pod is left alone", pods: [makePod()], want: {} },
  { name: "a Job that is being deleted gets no pod", job: deleted(makeJob()), want: {} },
  {
    name: "a Job that is being deleted lets its pods go",
    job: deleted(makeJob()),
    pods: [makePod(), makePod({ uid: "q", phase: "Succeeded" })],
    want: { release: 2 }
  },
  { name: "a suspended Job gets no pod", job: makeJob({ suspend: true }), want: suspended },
  {
    name: "a suspended Job's pods leave without being counted",
    job: makeJob({ suspend: true }),
    pods: [makePod()],
    want: { ...suspended, remove: 1, release: 1 }
  },
  {
    name: "success is announced before the pod is counted",
    pods: [makePod({ phase: "Succeeded", exitCode: 0 })],
    want: { release: 1, conditions: ["SuccessCriteriaMet=True CompletionsReached"] }
  },
  {
    name: "success is true when the pod has been counted",
    job: makeJob({}, {
      uncountedTerminatedPods: { succeeded: ["p"] },
      conditions: [{ type: "SuccessCriteriaMet", status: "True", reason: "CompletionsReached" }]
    }),
    pods: [makePod({ phase: "Succeeded", exitCode: 0, tracked: false })],
    want: {
      conditions: ["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"]
    }
  },
  {
    name: "a pod that is gone after it was listed is counted all the same",
    job: makeJob({}, { uncountedTerminatedPods: { succeeded: ["p"] } }),
    want: { conditions: ["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"] }
  },
  {
    name: "a failure beyond the limit ends the Job",
    pods: [makePod({ phase: "Failed", exitCode: 1 })],
    want: { release: 1, conditions: ["FailureTarget=True BackoffLimitExceeded"] }
  },
  {
    name: "a failure within the limit waits for its back-off",
    job: makeJob({ backoffLimit: 1 }),
    pods: [makePod({ phase: "Failed", exitCode: 1 })],
    want: { release: 1, wakeAt: 10_000 }
  },
  {
    name: "after the back-off the next pod is made",
    job: makeJob({ backoffLimit: 1 }),
    pods: [makePod({ phase: "Failed", exitCode: 1, tracked: false })],
    now: 10_000,
    want: { create: 1 }
  },
  {
    name: "the back-off doubles with every failure since the last success",
    job: makeJob({ backoffLimit: 5 }, { failed: 3 }),
    pods: ["a", "b", "c"].map((uid) => makePod({ uid, phase: "Failed", exitCode: 1, tracked: false })),
    now: 39_000,
    want: { wakeAt: 40_000 }
  },
  {
    name: "a success starts the back-off anew",
    job: makeJob({ backoffLimit: 5, completions: 2 }, { failed: 1, succeeded: 1 }),
    pods: [
      makePod({ uid: "a", phase: "Failed", exitCode: 1, tracked: false }),
      makePod({ uid: "b", phase: "Succeeded", exitCode: 0, tracked: false, endedAt: "1970-01-01T00:00:05Z" })
    ],
    now: 5000,
    want: { create: 1 }
  },
  {
    name: "a running deadline is waited for",
    job: makeJob({ activeDeadlineSeconds: 60 }, { startTime: start }),
    pods: [makePod()],
    now: 1000,
    want: { wakeAt: 60_000 }
  },
  {
    name: "a passed deadline removes the pod",
    job: makeJob({ activeDeadlineSeconds: 60 }, { startTime: start }),
    pods: [makePod()],
    now: 60_000,
    want: { remove: 1, conditions: ["FailureTarget=True DeadlineExceeded"] }
  },
  {
    name: "a deadline that passes with the success does not undo it",
    job: makeJob({ activeDeadlineSeconds: 60 }, { startTime: start }),
    pods: [makePod({ phase: "Succeeded", exitCode: 0 })],
    now: 60_000,
    want: { release: 1, conditions: ["SuccessCriteriaMet=True CompletionsReached"] }
  },
  {
    name: "a suspended Job has no deadline",
    job: makeJob({ activeDeadlineSeconds: 60, suspend: true }, { startTime: start }),
    now: 90_000,
    want: suspended
  },
  {
    name: "a Job that was announced to fail waits for its terminating pod",
    job: makeJob({ podReplacementPolicy: "Failed" }, { conditions: [target("DeadlineExceeded")] }),
    pods: [makePod({ deleting: true })],
    want: { conditions: ["FailureTarget=True DeadlineExceeded"] }
  },
  {
    name: "a Job that was announced to fail has failed when no pod is left",
    job: makeJob({}, { conditions: [target("DeadlineExceeded")] }),
    want: { conditions: ["FailureTarget=True DeadlineExceeded", "Failed=True DeadlineExceeded"] }
  },
  {
    name: "a finished Job gets no pod, whatever becomes of its old one",
    job: makeJob({}, { conditions: [{ type: "Failed", status: "True" }] }),
    want: {}
  },
  {
    name: "a pod policy that fails the Job wins over the limit",
    job: makeJob({ ...failOnDisruption, backoffLimit: 6 }),
    pods: [makePod({ phase: "Failed", exitCode: 137, conditions: disrupted })],
    want: { release: 1, conditions: ["FailureTarget=True PodFailurePolicy"] }
  },
  {
    name: "a disrupted pod that has not ended fails nothing yet",
    job: makeJob(failOnDisruption),
    pods: [makePod({ deleting: true, conditions: disrupted })],
    want: {}
  },
  {
    name: "with policy Failed a terminating pod blocks its successor",
    job: makeJob({ podReplacementPolicy: "Failed", backoffLimit: 6 }),
    pods: [makePod({ deleting: true })],
    want: {}
  },
  {
    name: "without it a terminating pod is counted as failed at once",
    job: makeJob(),
    pods: [makePod({ deleting: true })],
    want: { release: 1, conditions: ["FailureTarget=True BackoffLimitExceeded"] }
  },
  {
    name: "a pod deleted before it had a node is no node's to end",
    job: makeJob({ podReplacementPolicy: "Failed" }),
    pods: [makePod({ deleting: true, node: false, phase: "Pending" })],
    want: { release: 1, conditions: ["FailureTarget=True BackoffLimitExceeded"] }
  },
  {
    name: "too many pods: the last ones leave",
    job: makeJob({ parallelism: 1, completions: 5 }),
    pods: [makePod({ uid: "a" }), makePod({ uid: "b" })],
    want: { remove: 1, release: 1 }
  },
  {
    name: "several completions are worked on as many at a time as allowed",
    job: makeJob({ parallelism: 3, completions: 4 }, { succeeded: 2 }),
    want: { create: 2 }
  },
  {
    name: "a work queue is complete with one success and no pod at work",
    job: makeJob({ parallelism: 2 }, { succeeded: 1 }),
    want: { conditions: ["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"] }
  },
  {
    name: "a work queue with a success makes no more pods",
    job: makeJob({ parallelism: 2 }, { succeeded: 1 }),
    pods: [makePod()],
    want: {}
  },
  {
    name: "with OnFailure the restarts inside the pod count",
    job: makeJob({ template: { spec: { restartPolicy: "OnFailure", containers: [] } } }),
    pods: [makePod({ restarts: 1 })],
    want: { remove: 1, conditions: ["FailureTarget=True BackoffLimitExceeded"] }
  },
  {
    name: "a resumed Job says so and starts its clock anew",
    job: makeJob({ activeDeadlineSeconds: 60 }, {
      startTime: start,
      conditions: [{ type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" }]
    }),
    pods: [makePod()],
    now: 30_000,
    want: { wakeAt: 60_000, conditions: ["Suspended=False JobResumed"] }
  }
])("$name", ({ job = makeJob(), now = 0, pods = [], want }) => {
  assert.deepStrictEqual(gist(planJob({ job, pods, now })), { ...still, ...want })
})

it("the numbers are those of the pods", () => {
  const job = makeJob({ parallelism: 5, completions: 9, backoffLimit: 6 }, {
    succeeded: 2,
    failed: 1,
    startTime: start
  })
  const { status } = planJob({
    job,
    now: 0,
    pods: [
      { ...makePod({ uid: "a", conditions: [{ type: "Ready", status: "True" }] }) },
      makePod({ uid: "b", phase: "Pending" }),
      makePod({ uid: "c", phase: "Succeeded", exitCode: 0 })
    ]
  })
  assert.deepStrictEqual(status, {
    active: 5,
    ready: 1,
    terminating: 0,
    succeeded: 2,
    failed: 1,
    startTime: start,
    uncountedTerminatedPods: { succeeded: ["c"] }
  })
})

it("deciding again on what was written changes nothing", () => {
  const pods = [makePod({ phase: "Failed", exitCode: 1, tracked: false })]
  const first = planJob({ job: makeJob({}, { uncountedTerminatedPods: { failed: ["p"] } }), pods, now: 0 })
  const job = { ...makeJob(), ...(first.status === undefined ? {} : { status: first.status }) }
  const again = planJob({ job, pods, now: 5000 })
  assert.deepStrictEqual(again, { create: 0, status: undefined, release: [], remove: [], wakeAt: undefined })
})
