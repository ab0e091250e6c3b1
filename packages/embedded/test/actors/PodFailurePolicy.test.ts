import { assert, it } from "@effect/vitest"
import type { Job, Pod, PodFailurePolicyRule } from "@orchestrator/k8s/Objects"
import { type FailureAction, judgeFailure } from "../../src/actors/PodFailurePolicy.ts"

const jobWith = (rules: ReadonlyArray<PodFailurePolicyRule>): Job => ({
  metadata: { name: "job" },
  spec: { template: { spec: { containers: [] } }, podFailurePolicy: { rules } }
})
const failed = (exits: Readonly<Record<string, number>>, disruption = false): Pod => ({
  metadata: { name: "pod", namespace: "ns" },
  spec: { containers: [] },
  status: {
    phase: "Failed",
    conditions: disruption ? [{ type: "DisruptionTarget", status: "True" }] : [],
    containerStatuses: Object.entries(exits).map(([name, exitCode]) => ({
      name,
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode } }
    }))
  }
})
const exitCodes = (
  action: PodFailurePolicyRule["action"],
  operator: "In" | "NotIn",
  values: ReadonlyArray<number>,
  containerName?: string
): PodFailurePolicyRule => ({
  action,
  onExitCodes: { operator, values, ...(containerName === undefined ? {} : { containerName }) }
})
const onDisruption = (action: PodFailurePolicyRule["action"]): PodFailurePolicyRule => ({
  action,
  onPodConditions: [{ type: "DisruptionTarget" }]
})

it.each<{ name: string; rules: ReadonlyArray<PodFailurePolicyRule>; pod: Pod; want: FailureAction }>([
  { name: "without a rule a failure counts", rules: [], pod: failed({ main: 1 }), want: { action: "Count" } },
  {
    name: "an exit code in the list fails the Job, in the real words",
    rules: [exitCodes("FailJob", "In", [42], "main")],
    pod: failed({ main: 42 }),
    want: {
      action: "FailJob",
      message: "Container main for pod ns/pod failed with exit code 42 matching FailJob rule at index 0"
    }
  },
  {
    name: "another container's exit code does not match",
    rules: [exitCodes("FailJob", "In", [42], "main")],
    pod: failed({ other: 42 }),
    want: { action: "Count" }
  },
  {
    name: "an exit code outside of the list matches NotIn",
    rules: [exitCodes("Ignore", "NotIn", [1, 2])],
    pod: failed({ main: 3 }),
    want: { action: "Ignore" }
  },
  {
    name: "exit code 0 matches nothing",
    rules: [exitCodes("FailJob", "NotIn", [1])],
    pod: failed({ main: 0 }),
    want: { action: "Count" }
  },
  {
    name: "the first rule that matches decides",
    rules: [exitCodes("Count", "In", [1]), onDisruption("FailJob")],
    pod: failed({ main: 1 }, true),
    want: { action: "Count" }
  },
  {
    name: "a condition fails the Job, named with its rule",
    rules: [exitCodes("Ignore", "In", [9]), onDisruption("FailJob")],
    pod: failed({ main: 1 }, true),
    want: { action: "FailJob", message: "Pod ns/pod has condition DisruptionTarget matching FailJob rule at index 1" }
  },
  {
    name: "a pod that has not failed is not judged",
    rules: [onDisruption("Ignore")],
    pod: {
      ...failed({}, true),
      status: { phase: "Running", conditions: [{ type: "DisruptionTarget", status: "True" }] }
    },
    want: { action: "Count" }
  }
])("$name", ({ pod, rules, want }) => assert.deepStrictEqual(judgeFailure(jobWith(rules), pod), want))
