import { assert, describe, it } from "@effect/vitest"
import { type BrokerResult, emptyBrokerResult, formatBrokerResult } from "@orchestrator/domain/BrokerResult"
import type { ContainerState, ObjectCondition, Pod } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { goneFacts, podFacts } from "../../src/facts/Pod.ts"

const condition = (type: string, status: string, reason?: string): ObjectCondition => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason })
})

const pod = (
  phase: NonNullable<Pod["status"]>["phase"],
  state: ContainerState = {},
  more: Pod["status"] = {}
): Pod => ({
  metadata: { name: "pod" },
  spec: { containers: [] },
  status: {
    ...(phase === undefined ? {} : { phase }),
    containerStatuses: [{ name: "claude", ready: false, restartCount: 0, state }],
    ...more
  }
})
const terminated = {
  terminated: { exitCode: 1, reason: "Error", message: "{\"outcome\":\"Failed\",\"message\":\"x\"}" }
}
const waiting = (reason: string, message?: string): ContainerState => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) }
})

describe("a pod", () => {
  it.each<{ name: string; pod: Pod; gone?: true; want: { over: boolean; ended: boolean } }>([
    { name: "that is pending", pod: pod("Pending"), want: { over: false, ended: false } },
    { name: "that runs", pod: pod("Running", { running: {} }), want: { over: false, ended: false } },
    {
      name: "whose agent has ended, and something else has not",
      pod: pod("Running", terminated),
      want: { over: false, ended: false }
    },
    { name: "that has failed", pod: pod("Failed", terminated), want: { over: true, ended: true } },
    { name: "that has failed before its agent started", pod: pod("Failed"), want: { over: true, ended: false } },
    { name: "that is gone while it ran", pod: pod("Running"), gone: true, want: { over: true, ended: false } },
    {
      name: "that is gone, and told its end before it told its phase",
      pod: pod("Running", terminated),
      gone: true,
      want: { over: true, ended: true }
    },
    {
      name: "of which nothing is known",
      pod: { metadata: {}, spec: { containers: [] } },
      want: { over: false, ended: false }
    }
  ])("$name: over $want.over, told $want.ended", ({ gone = false, pod, want }) => {
    const observed = gone ? goneFacts(podFacts(pod)) : podFacts(pod)
    assert.deepStrictEqual({ over: observed.over, ended: observed.ended !== undefined }, want)
  })

  it.each<{ name: string; status: object; want: string | undefined }>([
    { name: "says nothing of an end that nobody made", status: {}, want: undefined },
    { name: "tells the node's words", status: { reason: "Evicted", message: "low on memory" }, want: "low on memory" },
    {
      name: "tells the words of who evicted it",
      status: { conditions: [{ type: "DisruptionTarget", status: "True", message: "preempting to fit another" }] },
      want: "preempting to fit another"
    },
    {
      name: "holds nothing against one that is no target any more",
      status: { conditions: [{ type: "DisruptionTarget", status: "False", message: "was one" }] },
      want: undefined
    },
    { name: "shows no more of them than can be read", status: { message: "\u202e\u0007low" }, want: "low" }
  ])("$name", ({ status, want }) => {
    const { metadata, spec } = pod("Failed", terminated)
    const { disruption } = podFacts({ metadata, spec, status: { phase: "Failed", ...status } })
    assert.strictEqual(disruption, want)
  })

  it("reads the agent's container and no other", () => {
    const spoilt = pod("Failed", terminated, {
      containerStatuses: [{ name: "sidecar", ready: false, restartCount: 0, state: terminated }]
    })
    assert.isUndefined(podFacts(spoilt).ended)
  })

  it("takes a termination message for what its schema says", () => {
    const { ended } = podFacts(pod("Failed", terminated))
    assert.deepStrictEqual(ended?.result, Result.succeed({ outcome: "Failed", message: "x" }))
  })

  it.each<{ name: string; pod: Pod; want: string | undefined }>([
    { name: "that creates its containers", pod: pod("Pending", waiting("ContainerCreating")), want: undefined },
    { name: "whose init containers run", pod: pod("Pending", waiting("PodInitializing")), want: undefined },
    { name: "whose image cannot be pulled", pod: pod("Pending", waiting("ErrImagePull")), want: "ErrImagePull" },
    {
      name: "whose init container's image cannot be pulled",
      pod: pod("Pending", waiting("PodInitializing"), {
        initContainerStatuses: [{ name: "prepare", ready: false, restartCount: 0, state: waiting("ImagePullBackOff") }]
      }),
      want: "ImagePullBackOff"
    },
    {
      name: "that fits no node",
      pod: pod("Pending", {}, { conditions: [condition("PodScheduled", "False", "Unschedulable")] }),
      want: "Unschedulable"
    },
    {
      name: "that waits for a quota of somebody else",
      pod: pod("Pending", {}, { conditions: [condition("PodScheduled", "False", "SchedulingGated")] }),
      want: "SchedulingGated"
    },
    {
      name: "that has a node",
      pod: pod("Running", { running: {} }, { conditions: [condition("PodScheduled", "True")] }),
      want: undefined
    },
    {
      name: "that is over, and whose agent never began, for whoever asks why",
      pod: pod("Failed", waiting("ErrImagePull")),
      want: "ErrImagePull"
    },
    { name: "whose agent has ended", pod: pod("Failed", terminated), want: undefined },
    {
      name: "whose agent works beside a container of others that does not start",
      pod: pod("Running", { running: {} }, {
        containerStatuses: [
          { name: "claude", ready: true, restartCount: 0, state: { running: {} } },
          { name: "istio-proxy", ready: false, restartCount: 0, state: waiting("ImagePullBackOff") }
        ]
      }),
      want: undefined
    }
  ])(
    "$name is stuck on $want",
    ({ pod, want }) => assert.strictEqual(podFacts(pod).stuck?.reason, want)
  )
})

const brokerReport: BrokerResult = { ...emptyBrokerResult, forgeKnown: true, problem: "cannot read the repository" }
const said = (message?: string): ContainerState => ({
  terminated: { exitCode: 0, ...(message === undefined ? {} : { message }) }
})
const words = formatBrokerResult(brokerReport)
const withBroker = (
  phase: "Pending" | "Running" | "Failed",
  broker: { readonly state?: ContainerState; readonly lastState?: ContainerState },
  agent: ContainerState = terminated
): Pod => pod(phase, agent, { initContainerStatuses: [{ name: "broker", ready: false, restartCount: 0, ...broker }] })

describe("a broker", () => {
  it.each<{ name: string; pod: Pod; gone?: true; want: BrokerResult | "invalid" | undefined }>([
    { name: "that has ended has reported", pod: withBroker("Failed", { state: said(words) }), want: brokerReport },
    {
      name: "that works has not reported yet",
      pod: withBroker("Running", { state: { running: {} } }),
      want: undefined
    },
    {
      name: "that was started again has reported before",
      pod: withBroker("Failed", { state: { running: {} }, lastState: said(words) }),
      want: brokerReport
    },
    {
      name: "that was killed without a word counts by the one before it",
      pod: withBroker("Failed", { state: said(" "), lastState: said(words) }),
      want: brokerReport
    },
    {
      name: "has the last word, not the first",
      pod: withBroker("Failed", { state: said(words), lastState: said(formatBrokerResult(emptyBrokerResult)) }),
      want: brokerReport
    },
    { name: "that never spoke has not reported", pod: withBroker("Failed", { state: said() }), want: "invalid" },
    {
      name: "that spoke nonsense has not either",
      pod: withBroker("Failed", { state: said("Killed") }),
      want: "invalid"
    },
    {
      name: "whose pod is gone before it spoke has not either",
      pod: withBroker("Running", { state: { running: {} } }),
      gone: true,
      want: "invalid"
    },
    { name: "that is not there is not asked", pod: pod("Failed", terminated), want: undefined }
  ])("$name", ({ gone = false, pod, want }) => {
    const seen = (gone ? goneFacts(podFacts(pod)) : podFacts(pod)).brokerReport
    assert.deepStrictEqual(seen === undefined ? undefined : Result.getOrElse(seen, () => "invalid"), want)
  })

  it("cannot be played by the agent's container", () => {
    const forged = pod("Failed", said(words), {
      initContainerStatuses: [{ name: "broker", ready: false, restartCount: 0, state: said() }]
    })
    assert.isTrue(Result.isFailure(podFacts(forged).brokerReport ?? Result.succeed(undefined)))
  })

  it.each<{ name: string; pod: Pod; want: object | undefined }>([
    {
      name: "that ends as often as it is started says why",
      pod: withBroker(
        "Pending",
        { state: waiting("CrashLoopBackOff"), lastState: said(words) },
        waiting("PodInitializing")
      ),
      want: { reason: "BrokerFailed", message: "cannot read the repository", container: "broker" }
    },
    {
      name: "that cannot say why is told in the kubelet's words",
      pod: withBroker("Pending", { state: waiting("CrashLoopBackOff") }, waiting("PodInitializing")),
      want: { reason: "CrashLoopBackOff", message: "CrashLoopBackOff", container: "broker" }
    },
    {
      name: "that is started again while the agent works is nothing to tell",
      pod: withBroker("Running", { state: waiting("CrashLoopBackOff"), lastState: said(words) }, { running: {} }),
      want: undefined
    }
  ])("$name", ({ pod, want }) => {
    assert.deepStrictEqual<unknown>(podFacts(pod).stuck, want)
  })
})

it("what never changes is taken over from the version before, and only from that pod's", () => {
  const claimed = (uid: string, volumes: NonNullable<Pod["spec"]["volumes"]>): Pod => ({
    metadata: { name: "pod", uid },
    spec: { containers: [], volumes }
  })
  const volumes = [{ name: "workspace", persistentVolumeClaim: { claimName: "workspace-api" } }]
  const first = podFacts(claimed("a", volumes))
  assert.strictEqual(first.claim, "workspace-api")
  assert.strictEqual(podFacts(claimed("a", []), first).claim, "workspace-api")
  assert.isUndefined(podFacts(claimed("b", []), first).claim)
})
