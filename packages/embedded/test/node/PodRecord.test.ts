import { assert, describe, it } from "@effect/vitest"
import type { ContainerState, Pod } from "@orchestrator/k8s/Objects"
import { type Records, recordsOf, type Role, startsAgain } from "../../src/node/PodRecord.ts"
import { type PodEnd, podStatus } from "../../src/node/PodStatusView.ts"

const runningState: ContainerState = { running: { startedAt: "1970-01-01T00:00:00Z" } }
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } })
const image = "example"

interface States {
  readonly init?: ContainerState
  readonly sidecar?: ContainerState
  readonly main?: ContainerState
}

const makePod = (states: States, restartPolicy = "Never"): Pod => {
  const status = (name: string, state: ContainerState | undefined) =>
    state === undefined ? [] : [{ name, ready: false, restartCount: 0, state }]
  return {
    metadata: { name: "p", uid: "u" },
    spec: {
      restartPolicy,
      initContainers: [{ name: "init", image }, { name: "sidecar", image, restartPolicy: "Always" }],
      containers: [{ name: "main", image }]
    },
    status: {
      initContainerStatuses: [...status("init", states.init), ...status("sidecar", states.sidecar)],
      containerStatuses: status("main", states.main)
    }
  }
}

/** `waiting`, `running`, or the exit code. */
const brief = (records: Records) =>
  Object.fromEntries([...records].map(([name, { state }]) => [
    name,
    state.terminated?.exitCode ?? (state.running === undefined ? "waiting" : "running")
  ]))

describe("a pod that another process of this node had begun", () => {
  it.each<{ name: string; given: States; policy?: string; want: Record<string, number | string> }>([
    {
      name: "what never started waits",
      given: {},
      want: { init: "waiting", sidecar: "waiting", main: "waiting" }
    },
    {
      name: "before the main container everything is started anew",
      given: { init: ended(0), sidecar: runningState },
      want: { init: "waiting", sidecar: "waiting", main: "waiting" }
    },
    {
      name: "what has ended stays ended",
      given: { init: ended(0), sidecar: ended(0), main: ended(3) },
      want: { init: 0, sidecar: 0, main: 3 }
    },
    {
      name: "an init container that failed stays failed",
      given: { init: ended(3) },
      want: { init: 3, sidecar: "waiting", main: "waiting" }
    },
    {
      name: "what ran is lost, and its sidecar with it",
      given: { init: ended(0), sidecar: runningState, main: runningState },
      want: { init: 0, sidecar: 137, main: 137 }
    },
    {
      name: "where the pod's containers start again, its sidecar does",
      given: { init: ended(0), sidecar: runningState, main: runningState },
      policy: "Always",
      want: { init: 0, sidecar: "waiting", main: 137 }
    },
    {
      name: "an init container that ran is started anew",
      given: { init: runningState },
      want: { init: "waiting", sidecar: "waiting", main: "waiting" }
    }
  ])("$name", ({ given, policy, want }) => assert.deepStrictEqual(brief(recordsOf(makePod(given, policy), 0)), want))
})

describe("whether a container starts again", () => {
  it.each<readonly [policy: string, role: Role, exitCode: number, want: boolean]>([
    ["Never", "main", 1, false],
    ["Never", "init", 1, false],
    ["Never", "sidecar", 0, true],
    ["OnFailure", "main", 0, false],
    ["OnFailure", "main", 1, true],
    ["Always", "main", 0, true],
    ["Always", "init", 0, false],
    ["Always", "init", 1, true]
  ])("%s, %s, %d: %s", (policy, role, exitCode, want) => assert.strictEqual(startsAgain(policy, role, exitCode), want))
})

const addresses = { host: "10.0.0.1", pod: "10.1.0.1" }

describe("readiness", () => {
  it.each([
    ["what has no probe is ready as it runs", undefined, "True"],
    ["a probe that has not answered keeps it out", false, "False"],
    ["a probe that answers lets it in", true, "True"]
  ])("%s", (_, ready, want) => {
    const pod = makePod({ init: ended(0) })
    const records = new Map(
      [...recordsOf(pod, 0)].map(([name, record]) => [name, {
        ...record,
        ...(name === "init" ? {} : { state: runningState }),
        ...(name === "main" && ready !== undefined ? { ready } : {})
      }])
    )
    const { conditions = [], podIP } = podStatus({ pod, records, ended: false, podEnd: undefined, addresses, now: 0 })
    assert.strictEqual(conditions.find(({ type }) => type === "Ready")?.status, want)
    assert.strictEqual(podIP, addresses.pod)
  })
})

describe("the phase", () => {
  const evicted: PodEnd = { reason: "Evicted", message: "low on memory", disruption: true }
  it.each<{ name: string; given: States; ended?: boolean; podEnd?: PodEnd; want: string }>([
    { name: "nothing started", given: {}, want: "Pending" },
    { name: "init at work", given: { init: runningState }, want: "Pending" },
    { name: "main at work", given: { init: ended(0), main: runningState }, want: "Running" },
    { name: "main done, sidecar not yet", given: { init: ended(0), main: ended(0) }, want: "Running" },
    { name: "all done", given: { init: ended(0), main: ended(0) }, ended: true, want: "Succeeded" },
    { name: "main failed", given: { init: ended(0), main: ended(1) }, ended: true, want: "Failed" },
    { name: "main never started", given: { init: ended(1) }, ended: true, want: "Failed" },
    {
      name: "well ended, but evicted",
      given: { init: ended(0), main: ended(0) },
      ended: true,
      podEnd: evicted,
      want: "Failed"
    }
  ])("$name: $want", ({ ended: over = false, given, podEnd, want }) => {
    const pod = makePod(given)
    const records = new Map(
      [...recordsOf(makePod({}), 0)].map(([name, record]) => {
        const state = [...pod.status?.initContainerStatuses ?? [], ...pod.status?.containerStatuses ?? []]
          .find((status) => status.name === name)?.state
        return [name, state === undefined ? record : { ...record, state }]
      })
    )
    const status = podStatus({ pod, records, ended: over, podEnd, addresses, now: 0 })
    assert.strictEqual(status.phase, want)
  })

  it("conditions that others have put there stay", () => {
    const pod = makePod({})
    const foreign = { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }
    const status = podStatus({
      pod: { ...pod, status: { conditions: [foreign] } },
      records: recordsOf(pod, 0),
      ended: false,
      podEnd: undefined,
      addresses,
      now: 0
    })
    assert.deepInclude([...status.conditions ?? []], foreign)
  })
})
