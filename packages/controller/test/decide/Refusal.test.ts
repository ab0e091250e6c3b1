import { assert, it } from "@effect/vitest"
import { explainRefusal } from "../../src/decide/Refusal.ts"

it.each([
  {
    name: "a quota of Jobs",
    said: "jobs.batch \"code-a-v1-12345678\" is forbidden: exceeded quota: few, requested: count/jobs.batch=1, used: " +
      "count/jobs.batch=1, limited: count/jobs.batch=1",
    reason: "QuotaExceeded",
    has: "exceeded quota: few, requested: count/jobs.batch=1"
  },
  {
    name: "a quota of pods, with the pod's random name",
    said:
      "Error creating: pods \"code-a-v1-12345678-x7k2p\" is forbidden: exceeded quota: none, requested: pods=1, used: " +
      "pods=0, limited: pods=0",
    reason: "QuotaExceeded",
    has: "exceeded quota: none"
  },
  {
    name: "Pod Security",
    said: "Error creating: pods \"code-a-x\" is forbidden: violates PodSecurity \"restricted:latest\": seccompProfile",
    reason: "PodSecurity",
    has: "restricted:latest"
  },
  {
    name: "a LimitRange",
    said: "Error creating: pods \"code-a-x\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 4Gi",
    reason: "LimitRange",
    has: "agent.resources"
  },
  {
    name: "missing permission",
    said:
      "jobs.batch is forbidden: User \"x\" cannot create resource \"jobs\" in API group \"batch\" in the namespace \"y\"",
    reason: "Refused",
    has: "cannot create resource"
  }
])("$name is explained", ({ has, reason, said }) => {
  const refusal = explainRefusal("Job", said)
  assert.strictEqual(refusal.reason, reason)
  assert.include(refusal.message, has)
  assert.notMatch(refusal.message, /code-a/)
})

it.each([
  {
    said: "jobs.batch \"a\" is forbidden: exceeded quota: few.",
    want:
      "The cluster rejected the run's Job: exceeded quota: few. Raise the namespace's ResourceQuota, or wait for other " +
      "runs to end."
  },
  {
    said: "pods \"a\" is forbidden: failed quota: few: must specify limits",
    want: "The cluster rejected the run's Job: failed quota: few: must specify limits. Raise the namespace's " +
      "ResourceQuota, or wait for other runs to end."
  },
  {
    said: "Job.batch \"a\" is invalid: spec.x is forbidden: never",
    want:
      "The cluster rejected the run's Job: spec.x is forbidden: never. Check the orchestrator's permissions and the " +
      "namespace's policies."
  },
  {
    said: "violates PodSecurity \"restricted\"",
    want:
      "The cluster rejected the run's Job: violates PodSecurity \"restricted\". Set the namespace's Pod Security level " +
      "to restricted or a weaker one."
  },
  {
    said: "minimum cpu usage per Pod is 1",
    want:
      "The cluster rejected the run's Job: minimum cpu usage per Pod is 1. Change agent.resources or the namespace's " +
      "LimitRange."
  },
  {
    said: "denied by a limitrange of ours",
    want:
      "The cluster rejected the run's Job: denied by a limitrange of ours. Change agent.resources or the namespace's " +
      "LimitRange."
  }
])("$said is told with what to do", ({ said, want }) => assert.strictEqual(explainRefusal("Job", said).message, want))

it("long words are cut, so that what to do is still said", () => {
  const { message } = explainRefusal("pod", "x".repeat(5_000))
  assert.match(message, /^The cluster rejected the run's pod: x{400,512}\W*\. Check the orchestrator's permissions/)
})
