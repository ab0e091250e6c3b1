/** Starts that go wrong in every way that a cluster knows: what the status says, how it ends, and when. */
import { assert, describe, it } from "@effect/vitest"
import type { FailureReason } from "@orchestrator/domain/Reason"
import type { ContainerState, Job, ObjectCondition, Pod } from "@orchestrator/k8s/Objects"
import { DateTime } from "effect"
import type { Observed } from "../src/Observed.ts"
import { observeJob } from "../src/ObservedJobs.ts"
import { plan } from "../src/Plan.ts"
import { pruneJob, prunePod } from "../src/Stores.ts"
import { givenDocs, givenStarted, makeConfig, presentFiles } from "./fixtures/Given.ts"
import { writtenStatus } from "./fixtures/PlanCase.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, namespace } from "./fixtures/Runs.ts"
import { afterPlan } from "./fixtures/Simulate.ts"
import { running } from "./fixtures/Statuses.ts"

const created = "2026-03-01T09:00:00Z"
const at = (seconds: number) => DateTime.makeUnsafe(Date.parse(created) + seconds * 1000)

const job = (changes: Partial<Job["spec"]> = {}, conditions: ReadonlyArray<ObjectCondition> = []): Job => ({
  metadata: {
    name: jobName,
    namespace,
    uid: "j1",
    creationTimestamp: created,
    finalizers: ["orchestrator.platform/result"],
    annotations: { "orchestrator.platform/timeout-seconds": "60" }
  },
  spec: { template: { spec: { containers: [], initContainers: [{ name: "broker", image: "x" }] } }, ...changes },
  status: { conditions }
})

const waiting = (reason: string, message?: string): ContainerState => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) }
})
const container = (name: string, state: ContainerState, ready = false) => ({ name, state, ready, restartCount: 0 })
const condition = (type: string, status: string, reason?: string, message?: string): ObjectCondition => ({
  type,
  status,
  lastTransitionTime: created,
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message })
})
const done: ContainerState = { terminated: { exitCode: 0, reason: "Completed" } }
const up: ContainerState = { running: { startedAt: created } }
const initializing = waiting("PodInitializing")

const pod = (
  { claude = initializing, conditions = [], metadata = {}, others = [], prepare = initializing, broker = initializing }:
    {
      readonly prepare?: ContainerState
      readonly broker?: ContainerState
      readonly claude?: ContainerState
      readonly others?: ReadonlyArray<ReturnType<typeof container>>
      readonly conditions?: ReadonlyArray<ObjectCondition>
      readonly metadata?: Pod["metadata"]
    } = {}
): Pod => ({
  metadata: { name: `${jobName}-x7k2p`, namespace, uid: "p1", creationTimestamp: created, ...metadata },
  spec: { containers: [] },
  status: {
    phase: "Pending",
    conditions,
    initContainerStatuses: [container("prepare", prepare), container("broker", broker)],
    containerStatuses: [container("claude", claude), ...others]
  }
})

const ready = { prepare: done, broker: up }

const unscheduled = (message: string, reason = "Unschedulable") =>
  pod({ conditions: [condition("PodScheduled", "False", reason, message)] })

/** As the stores would hold it. */
const observed = (
  seconds: number,
  seen: Pod | undefined,
  more: Partial<ReturnType<typeof observeJob>> = {},
  run = makeCodeRun({ status: running() }),
  given: Job = job()
): Observed => ({
  ...givenStarted({
    run,
    jobs: [{
      ...observeJob(pruneJob(given), seen === undefined ? undefined : { pod: prunePod(seen), gone: false }),
      ...more
    }]
  }),
  now: at(seconds)
})

interface Start {
  readonly name: string
  readonly pod: Pod | undefined
  readonly more?: Partial<ReturnType<typeof observeJob>>
  /** Words that must reach the person. */
  readonly says: string
  readonly ends: FailureReason | undefined
  /** Whether it may take three times as long. */
  readonly patient?: boolean
  readonly advice?: string
}

const warning = (reason: string, message: string) => ({ podWarning: { reason, message } })
const unprepared = pod({ conditions: [condition("PodReadyToStartContainers", "False")] })

const starts: ReadonlyArray<Start> = [
  {
    name: "an image that its registry does not have",
    pod: pod({ ...ready, claude: waiting("ErrImagePull", "manifest for ghcr.io/a/b:1 not found: manifest unknown") }),
    says: "manifest for ghcr.io/a/b:1 not found: manifest unknown",
    ends: "ImagePullFailed",
    advice: "agent.image"
  },
  {
    name: "an image in back-off, of a kubelet that says why",
    pod: pod({
      ...ready,
      claude: waiting("ImagePullBackOff", "Back-off pulling image \"a:1\": ErrImagePull: pull access denied")
    }),
    says: "pull access denied",
    ends: "ImagePullFailed",
    advice: "kubectl create secret docker-registry"
  },
  {
    name: "the orchestrator's own image, for prepare",
    pod: pod({ prepare: waiting("ImagePullBackOff", "Back-off pulling image \"o:1\"") }),
    says: "prepare",
    ends: "ImagePullFailed"
  },
  {
    name: "an image name that is none",
    pod: pod({ ...ready, claude: waiting("InvalidImageName", "couldn't parse image name \"A B\"") }),
    says: "couldn't parse image name",
    ends: "ImagePullFailed"
  },
  {
    name: "an image that may never be pulled and is not there",
    pod: pod({
      ...ready,
      claude: waiting("ErrImageNeverPull", "Container image \"a:1\" is not present with pull policy of Never")
    }),
    says: "pull policy of Never",
    ends: "ImagePullFailed"
  },
  {
    name: "an image whose signature is refused",
    pod: pod({ ...ready, claude: waiting("SignatureValidationFailed", "no signature") }),
    says: "no signature",
    ends: "ImagePullFailed"
  },
  {
    name: "a Secret that is not there",
    pod: pod({ ...ready, claude: waiting("CreateContainerConfigError", "secret \"deploy-key\" not found") }),
    says: "secret \"deploy-key\" not found",
    ends: "SecretMissing",
    advice: `kubectl create secret generic deploy-key -n ${namespace}`
  },
  {
    name: "a Secret without the key",
    pod: pod({
      ...ready,
      claude: waiting("CreateContainerConfigError", "couldn't find key TOKEN in Secret orchestrator/deploy-key")
    }),
    says: "couldn't find key TOKEN",
    ends: "SecretMissing",
    advice: `kubectl create secret generic deploy-key -n ${namespace} --from-literal=TOKEN=`
  },
  {
    name: "an image that runs as root",
    pod: pod({
      ...ready,
      claude: waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root")
    }),
    says: "image will run as root",
    ends: "SetupFailed"
  },
  {
    name: "a container that the runtime refuses",
    pod: pod({ ...ready, claude: waiting("CreateContainerError", "context deadline exceeded") }),
    says: "context deadline exceeded",
    ends: "SetupFailed"
  },
  {
    name: "an init container of somebody else that cannot be pulled",
    pod: {
      ...pod(),
      status: {
        phase: "Pending",
        initContainerStatuses: [
          container("istio-init", waiting("ErrImagePull", "denied")),
          container("prepare", initializing)
        ],
        containerStatuses: [container("claude", initializing)]
      }
    },
    says: "istio-init",
    ends: "ImagePullFailed"
  },
  {
    name: "no node with room",
    pod: unscheduled("0/3 nodes are available: 3 Insufficient memory."),
    says: "0/3 nodes are available: 3 Insufficient memory",
    ends: "Unschedulable",
    patient: true,
    advice: "kubectl describe pod"
  },
  {
    name: "no node without a taint",
    pod: unscheduled("0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}."),
    says: "untolerated taint",
    ends: "Unschedulable",
    patient: true
  },
  {
    name: "a claim that is not bound",
    pod: unscheduled("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
    says: "unbound immediate PersistentVolumeClaims",
    ends: "VolumeNotAttached",
    patient: true,
    advice: "kubectl describe pvc"
  },
  {
    name: "a claim that is being deleted",
    pod: unscheduled("persistentvolumeclaim \"workspace-api\" is being deleted"),
    says: "is being deleted",
    ends: "VolumeNotAttached",
    patient: true
  },
  {
    name: "a volume in another zone",
    pod: unscheduled("0/3 nodes are available: 3 node(s) had volume node affinity conflict."),
    says: "volume node affinity conflict",
    ends: "VolumeNotAttached",
    patient: true
  },
  {
    name: "a volume that another node still has",
    pod: unprepared,
    more: warning("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\""),
    says: "Multi-Attach error",
    ends: "VolumeNotAttached"
  },
  {
    name: "a volume that cannot be mounted",
    pod: unprepared,
    more: warning("FailedMount", "MountVolume.SetUp failed for volume \"workspace\": timed out"),
    says: "MountVolume.SetUp failed",
    ends: "VolumeNotAttached"
  },
  {
    name: "a volume of a Secret that is not there",
    pod: unprepared,
    more: warning("FailedMount", "MountVolume.SetUp failed for volume \"ssh\" : secret \"github-ssh-ada\" not found"),
    says: "secret \"github-ssh-ada\" not found",
    ends: "SecretMissing",
    advice: "kubectl create secret generic github-ssh-ada"
  },
  {
    name: "a network that gives the pod no address",
    pod: unprepared,
    more: warning("FailedCreatePodSandBox", "failed to assign an IP address"),
    says: "failed to assign an IP address",
    ends: "SetupFailed"
  },
  {
    name: "a pod that Pod Security refuses",
    pod: undefined,
    more: { podRefused: "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": hostPath" },
    says: "violates PodSecurity",
    ends: "PodRefused"
  },
  {
    name: "a pod that a webhook refuses",
    pod: undefined,
    more: { podRefused: "admission webhook \"policy.example.com\" denied the request: no labels" },
    says: "denied the request: no labels",
    ends: "PodRefused"
  },
  {
    name: "a pod beyond the quota",
    pod: undefined,
    more: { podRefused: "pods \"x\" is forbidden: exceeded quota: team, requested: cpu=2" },
    says: "exceeded quota: team",
    ends: "QuotaExceeded",
    patient: true,
    advice: "kubectl describe resourcequota"
  },
  {
    name: "an image of gigabytes, of which nobody says anything",
    pod: pod(ready),
    says: "claude is next to start",
    ends: "SetupFailed",
    patient: true
  },
  {
    name: "a Job that somebody has suspended",
    pod: undefined,
    more: { suspended: true },
    says: "is suspended",
    ends: undefined
  },
  {
    name: "a pod that a queue holds back",
    pod: unscheduled("Scheduling is blocked due to non-empty scheduling gates", "SchedulingGated"),
    says: "scheduling gate",
    ends: undefined
  },
  {
    name: "a pod that somebody deletes before it starts",
    pod: pod({ ...ready, metadata: { deletionTimestamp: created } }),
    says: "is being deleted, and not by the orchestrator",
    ends: undefined
  }
]

describe("a start that stands still", () => {
  it.each(starts)("$name: the status says Starting, and why, and never that an agent works", ({ more, pod, says }) => {
    const status = writtenStatus(plan(observed(30, pod, more)))
    assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Running", "Starting"])
    assert.include(String(status?.["message"]), says)
    assert.notInclude(String(status?.["message"]), "agent works")
  })

  it.each(starts)("$name: it is said once, whatever the time", ({ more, pod }) => {
    const first = observed(30, pod, more)
    const { run } = afterPlan(first, plan(first))
    for (const seconds of [31, 90, 500]) assert.lengthOf(plan({ ...observed(seconds, pod, more), run }).actions, 0)
  })

  it.each(starts)(
    "$name: ends as $ends after minutes, though timeoutSeconds is 60",
    ({ advice, ends, more, patient, pod }) => {
      const last = patient === true ? 1800 : 600
      assert.notStrictEqual(writtenStatus(plan(observed(last - 1, pod, more)))?.["phase"], "Failed")
      const planned = plan(observed(last, pod, more))
      const status = writtenStatus(planned)
      assert.strictEqual(ends === undefined ? undefined : status?.["reason"], ends)
      if (ends === undefined) return assert.notStrictEqual(status?.["phase"], "Failed")
      assert.include(String(status?.["message"]), advice ?? "kubectl")
      assert.include(String(status?.["message"]), `kubectl patch coderun api -n ${namespace}`)
      assert.deepStrictEqual(status?.["attempts"], [{
        ...(running()["attempts"] as ReadonlyArray<object>)[0],
        finishedAt: DateTime.formatIso(at(last)).replace(".000Z", "Z"),
        outcome: "Failed",
        reason: ends
      }])
      return undefined
    }
  )

  it.each(starts)("$name: the plan says when it wants to look again", ({ ends, more, patient, pod }) => {
    const { wakeAt } = plan(observed(100, pod, more))
    const want = ends === undefined ? undefined : at(patient === true ? 1800 : 600)
    assert.deepStrictEqual(wakeAt, want)
  })

  it.each(starts.filter(({ ends }) => ends !== undefined))(
    "$name: after its end the Job is stopped, so that workspace and place are free",
    ({ more, pod }) => {
      const failed = observed(2000, pod, more)
      const { actions } = plan(afterPlan(failed, plan(failed)))
      assert.deepStrictEqual(actions.map(({ _tag }) => _tag), ["StopJob"])
    }
  )

  it("of a DocsRun ends the same way, and names what a DocsRun can do", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "denied") })
    const docsJob = { ...observeJob(job(), { pod: seen, gone: false }), name: docsJobName }
    const given = { ...givenDocs({ run: makeDocsRun(), jobs: [docsJob], files: presentFiles }), now: at(601) }
    const status = writtenStatus(plan(given))
    assert.strictEqual(status?.["reason"], "ImagePullFailed")
    assert.notInclude(String(status?.["message"]), "contextVersion")
  })

  it("has the time that the configuration gives", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "denied") })
    const config = makeConfig({ job: { startDeadlineSeconds: 30 } })
    assert.strictEqual(writtenStatus(plan({ ...observed(30, seen), config }))?.["reason"], "ImagePullFailed")
  })
})

describe("words that change from try to try", () => {
  it.each([
    {
      name: "the scheduler counts other nodes",
      first: unscheduled("0/3 nodes are available: 3 Insufficient memory."),
      then: unscheduled("0/12 nodes are available: 12 Insufficient memory.")
    },
    {
      name: "the kubelet alternates between error and back-off",
      first: pod({ ...ready, claude: waiting("ErrImagePull", "manifest unknown") }),
      then: pod({ ...ready, claude: waiting("ImagePullBackOff", "Back-off pulling image \"a:1\"") })
    },
    {
      name: "the runtime names another id",
      first: pod({ ...ready, claude: waiting("CreateContainerError", "name in use by 4f1dc0ffee00") }),
      then: pod({ ...ready, claude: waiting("CreateContainerError", "name in use by 77abc0ffee11") })
    }
  ])("$name: the status is not written again", ({ first, then }) => {
    const before = observed(30, first)
    assert.lengthOf(plan({ ...observed(40, then), run: afterPlan(before, plan(before)).run }).actions, 0)
  })

  it("that cannot be seen or steer a terminal do not reach the status", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "denied\u001b]0;owned\u0007\u202e \u200bfor you") })
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(String(writtenStatus(plan(observed(30, seen)))?.["message"]), /[\u0000-\u001f\u202e\u200b]/)
  })

  it("and are long are cut", () => {
    const seen = pod({ ...ready, claude: waiting("ErrImagePull", "x".repeat(50_000)) })
    assert.isBelow(String(writtenStatus(plan(observed(30, seen)))?.["message"]).length, 600)
  })
})

describe("an agent that works", () => {
  it("is not said to when its node does not answer", () => {
    const seen: Pod = {
      ...pod({ ...ready }),
      status: {
        phase: "Running",
        conditions: [condition("Ready", "False")],
        initContainerStatuses: [container("prepare", done, true), container("broker", up, true)],
        containerStatuses: [container("claude", up, true)]
      }
    }
    assert.include(String(writtenStatus(plan(observed(30, seen)))?.["message"]), "does not answer")
  })

  it("is not said to when somebody deletes its pod", () => {
    const seen = pod({ ...ready, claude: up, metadata: { deletionTimestamp: created } })
    assert.include(String(writtenStatus(plan(observed(30, seen)))?.["message"]), "is being deleted")
  })

  it("is not said to while the run is being cancelled", () => {
    const seen = pod({ ...ready, claude: up })
    const run = makeCodeRun({ spec: { cancel: true }, status: running() })
    assert.include(String(writtenStatus(plan(observed(30, seen, {}, run)))?.["message"]), "is being cancelled")
  })

  it("has its whole time, counted from when its container began", () => {
    const began: ContainerState = { running: { startedAt: "2026-03-01T09:08:20Z" } }
    const seen = pod({ ...ready, claude: began })
    assert.deepStrictEqual(plan(observed(559, seen)).rule, "jobRunning")
    assert.deepStrictEqual(plan(observed(559, seen)).wakeAt, at(560))
    const { actions, rule } = plan(observed(560, seen))
    assert.strictEqual(rule, "overtime")
    assert.deepInclude(actions[0], { reason: "DeadlineExceeded", resume: false })
  })

  it("and whose Job an older installation made has the Job's own deadline alone", () => {
    const seen = pod({ ...ready, claude: up })
    assert.notStrictEqual(plan(observed(100_000, seen, { timeoutSeconds: undefined })).rule, "overtime")
  })
})

describe("a Job that ends by its own deadline, with nobody looking after it", () => {
  const end = { succeeded: false, reason: "DeadlineExceeded", message: "" }

  it.each(starts.filter(({ ends, pod }) => ends !== undefined && pod !== undefined))(
    "$name: the cause is $ends, not the time",
    ({ ends, more, pod }) => {
      assert.strictEqual(writtenStatus(plan(observed(5000, pod, { ...more, end })))?.["reason"], ends)
    }
  )

  it("is DeadlineExceeded where the agent had begun", () => {
    const seen = pod({ ...ready, claude: up })
    assert.strictEqual(writtenStatus(plan(observed(5000, seen, { end })))?.["reason"], "DeadlineExceeded")
  })
})

describe("a suspended Job", () => {
  it("that is cancelled goes on to end: suspended it never would", () => {
    const run = makeCodeRun({ spec: { cancel: true }, status: running() })
    assert.deepInclude(plan(observed(30, undefined, { suspended: true }, run)).actions[0], { resume: true })
  })

  it("that is let go on has its start counted from then", () => {
    const seen = job({}, [{ type: "Suspended", status: "False", lastTransitionTime: "2026-03-01T12:00:00Z" }])
    const given = observed(3 * 3600 + 10, undefined, { podRefused: "denied the request: no" }, undefined, seen)
    assert.notStrictEqual(writtenStatus(plan(given))?.["phase"], "Failed")
  })
})

describe("containers that others put into the pod", () => {
  const ended: ContainerState = { terminated: { exitCode: 0, reason: "Completed", message: "{}" } }
  const proxy = (state: ContainerState) => [container("istio-proxy", state, true)]

  it("do not keep a pod whose agent has ended", () => {
    const { actions, rule } = plan(observed(30, pod({ ...ready, claude: ended, others: proxy(up) })))
    assert.strictEqual(rule, "leftovers")
    assert.deepInclude(actions[0], { reason: "Finished" })
  })

  it.each([
    { name: "that have ended as well", pod: pod({ ...ready, claude: ended, others: proxy(ended) }) },
    { name: "while the agent works", pod: pod({ ...ready, claude: up, others: proxy(up) }) },
    { name: "of which there are none", pod: pod({ ...ready, claude: ended }) }
  ])("$name: nothing is stopped", ({ pod }) => assert.notStrictEqual(plan(observed(30, pod)).rule, "leftovers"))

  it("and do not start keep nothing: the agent works", () => {
    const seen = pod({ ...ready, claude: up, others: proxy(waiting("ImagePullBackOff", "denied")) })
    assert.lengthOf(plan(observed(30, seen)).actions, 0)
  })
})
