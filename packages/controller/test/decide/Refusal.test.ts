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
