import { assert, it } from "@effect/vitest"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import * as Actors from "../../src/actors/Actors.ts"
import { EmbeddedStore } from "../../src/EmbeddedStore.ts"
import { Kubelet } from "../../src/node/Kubelet.ts"
import { ScriptedNode } from "../../src/node/ScriptedRuntime.ts"
import {
  conditionIn,
  conditions,
  create,
  job,
  main,
  makeJob,
  namespace,
  nodeOnly,
  pass,
  pods,
  settle,
  world
} from "./World.ts"

it.effect("a Job whose pod exits with 0 completes, announced first", () =>
  Effect.gen(function*() {
    yield* create(JobKind, makeJob())
    const [pod] = yield* pods
    assert.match(pod?.metadata.name ?? "", /^job-[a-z0-9]{5}$/)
    assert.strictEqual(pod?.spec.nodeName, "node-1")
    assert.strictEqual(pod?.status?.phase, "Running")
    assert.strictEqual(conditionIn(pod, "PodScheduled")?.status, "True")
    assert.strictEqual(conditionIn(pod, "Ready")?.status, "True")
    assert.deepInclude((yield* job)?.status, { active: 1, ready: 1, startTime: "1970-01-01T00:00:00Z" })

    yield* pass("1 seconds")
    const status = (yield* job)?.status
    assert.deepStrictEqual(yield* conditions, [
      "SuccessCriteriaMet/CompletionsReached",
      "Complete/CompletionsReached"
    ])
    assert.deepInclude(status, { succeeded: 1, completionTime: "1970-01-01T00:00:01Z", terminating: 0, ready: 0 })
    assert.notProperty(status, "active")
    const [ended] = yield* pods
    assert.strictEqual(ended?.status?.phase, "Succeeded")
    assert.notProperty(ended?.metadata, "finalizers")
    assert.strictEqual(ended?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 0)
  }).pipe(Effect.provide(world())))

it.effect("a failed pod beyond the back-off limit fails the Job, with its termination message readable", () =>
  Effect.gen(function*() {
    yield* create(JobKind, makeJob())
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* conditions, ["FailureTarget/BackoffLimitExceeded", "Failed/BackoffLimitExceeded"])
    assert.deepInclude((yield* job)?.status, { failed: 1 })
    const [pod] = yield* pods
    assert.strictEqual(pod?.status?.phase, "Failed")
    assert.deepInclude(pod?.status?.containerStatuses?.[0]?.state?.terminated, {
      exitCode: 3,
      reason: "Error",
      message: "no luck"
    })
  }).pipe(Effect.provide(world(() => ({ exitCode: 3, message: "no luck" })))))

it.effect("below the back-off limit the next pod waits ten seconds, then twenty", () =>
  Effect.gen(function*() {
    yield* create(JobKind, makeJob({ backoffLimit: 2 }))
    yield* pass("1 seconds")
    assert.lengthOf(yield* pods, 1)
    yield* pass("9 seconds")
    assert.lengthOf(yield* pods, 1)
    yield* pass("1 seconds")
    assert.lengthOf(yield* pods, 2)
    yield* pass("1 seconds")
    yield* pass("19 seconds")
    assert.lengthOf(yield* pods, 2)
    yield* pass("2 seconds")
    assert.lengthOf(yield* pods, 3)
    assert.deepInclude((yield* job)?.status, { failed: 3 })
    assert.deepStrictEqual(yield* conditions, ["FailureTarget/BackoffLimitExceeded", "Failed/BackoffLimitExceeded"])
  }).pipe(Effect.provide(world(() => ({ exitCode: 1 })))))

it.effect("a passed deadline is announced at once and true when the pod is gone", () =>
  Effect.gen(function*() {
    yield* create(JobKind, makeJob({ activeDeadlineSeconds: 60 }))
    yield* pass("59 seconds")
    assert.deepStrictEqual(yield* conditions, [])
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* conditions, ["FailureTarget/DeadlineExceeded"])
    assert.isDefined((yield* pods)[0]?.metadata.deletionTimestamp)
    yield* pass("5 seconds")
    assert.deepStrictEqual(yield* conditions, ["FailureTarget/DeadlineExceeded", "Failed/DeadlineExceeded"])
    assert.lengthOf(yield* pods, 0)
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: { after: "5 seconds" } })))))

it.effect("a pod that is deleted and ends well completes the Job, and leaves", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(JobKind, makeJob({ podReplacementPolicy: "Failed" }))
    const [pod] = yield* pods
    yield* client.delete(PodKind, { name: pod?.metadata.name ?? "", namespace })
    yield* settle
    assert.deepInclude((yield* job)?.status, { terminating: 1 })
    assert.lengthOf(yield* pods, 1)
    yield* pass("2 seconds")
    assert.deepStrictEqual(yield* conditions, [
      "SuccessCriteriaMet/CompletionsReached",
      "Complete/CompletionsReached"
    ])
    assert.lengthOf(yield* pods, 0)
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: { after: "2 seconds", exitCode: 0 } })))))

it.effect("a pod that does not stop is killed when its grace is over", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(
      JobKind,
      makeJob({ podReplacementPolicy: "Failed" }, { terminationGracePeriodSeconds: 10 })
    )
    const [pod] = yield* pods
    yield* client.delete(PodKind, { name: pod?.metadata.name ?? "", namespace })
    yield* pass("9 seconds")
    assert.lengthOf(yield* pods, 1)
    yield* pass("1 seconds")
    assert.lengthOf(yield* pods, 0)
    assert.deepInclude((yield* job)?.status, { failed: 1 })
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: "ignore" })))))

it.effect("a suspended Job has no pods, and starts when it is resumed", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const suspend = (suspended: boolean) =>
      client.patch(JobKind, { name: "job", namespace }, { type: "merge", body: { spec: { suspend: suspended } } })
    yield* create(JobKind, makeJob({ suspend: true }))
    assert.lengthOf(yield* pods, 0)
    assert.deepStrictEqual(yield* conditions, ["Suspended/JobSuspended"])
    assert.notProperty((yield* job)?.status, "startTime")

    yield* suspend(false)
    yield* settle
    assert.lengthOf(yield* pods, 1)
    assert.deepStrictEqual(yield* conditions, [])

    yield* suspend(true)
    yield* settle
    assert.lengthOf(yield* pods, 0)
    assert.deepStrictEqual(yield* conditions, ["Suspended/JobSuspended"])
    assert.notProperty((yield* job)?.status, "failed")
  }).pipe(Effect.provide(world(() => ({ after: "never" })))))

it.effect("an evicted pod fails the Job by its pod failure policy, and says so", () =>
  Effect.gen(function*() {
    const { evict } = yield* Kubelet
    yield* create(
      JobKind,
      makeJob({
        backoffLimit: 3,
        podFailurePolicy: { rules: [{ action: "FailJob", onPodConditions: [{ type: "DisruptionTarget" }] }] }
      })
    )
    const [pod] = yield* pods
    yield* evict({ name: pod?.metadata.name ?? "", namespace }, "The node was low on resource: memory.")
    yield* pass("1 seconds")
    const [evicted] = yield* pods
    assert.deepInclude(evicted?.status, { phase: "Failed", reason: "Evicted" })
    assert.strictEqual(evicted?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 143)
    assert.deepStrictEqual(yield* conditions, ["FailureTarget/PodFailurePolicy", "Failed/PodFailurePolicy"])
    const failed = (yield* job)?.status?.conditions?.find(({ type }) => type === "Failed")
    assert.strictEqual(
      failed?.message,
      `Pod ${namespace}/${pod?.metadata.name} has condition DisruptionTarget matching FailJob rule at index 0`
    )
  }).pipe(Effect.provide(world(() => ({ after: "never" })))))

it.effect("a failure that the policy ignores is not counted, and the next pod starts after ten seconds", () =>
  Effect.gen(function*() {
    const node = yield* ScriptedNode
    yield* create(
      JobKind,
      makeJob({
        podFailurePolicy: {
          rules: [{ action: "Ignore", onExitCodes: { containerName: main.name, operator: "In", values: [42] } }]
        }
      })
    )
    yield* node.script(() => undefined)
    yield* pass("1 seconds")
    assert.notProperty((yield* job)?.status, "failed")
    assert.deepStrictEqual(yield* conditions, [])
    yield* pass("10 seconds")
    yield* pass("1 seconds")
    assert.deepInclude((yield* job)?.status, { succeeded: 1 })
  }).pipe(Effect.provide(world(() => ({ exitCode: 42 })))))

it.effect("several completions run as many at a time as is allowed", () =>
  Effect.gen(function*() {
    const node = yield* ScriptedNode
    yield* create(JobKind, makeJob({ completions: 3, parallelism: 2 }))
    assert.lengthOf(yield* pods, 2)
    yield* pass("1 seconds")
    assert.lengthOf(yield* pods, 3)
    yield* pass("1 seconds")
    assert.deepInclude((yield* job)?.status, { succeeded: 3 })
    assert.lengthOf(yield* node.started, 3)
  }).pipe(Effect.provide(world())))

it.effect("a finished Job goes when its time is over, and not while a finalizer holds it", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const plain = makeJob({ ttlSecondsAfterFinished: 30 })
    yield* create(JobKind, { ...plain, metadata: { ...plain.metadata, finalizers: ["example.com/held"] } })
    yield* pass("1 seconds")
    yield* pass("29 seconds")
    assert.notProperty((yield* job)?.metadata, "deletionTimestamp")
    yield* pass("1 seconds")
    assert.isDefined((yield* job)?.metadata.deletionTimestamp)
    assert.lengthOf(yield* pods, 0)
    assert.deepStrictEqual((yield* job)?.metadata.finalizers, ["example.com/held"])
    yield* client.patch(JobKind, { name: "job", namespace }, { type: "merge", body: { metadata: { finalizers: [] } } })
    assert.isUndefined(yield* job)
  }).pipe(Effect.provide(world())))

it.effect("a Job that is deleted while it runs takes its pod along, with the grace that the pod has", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(JobKind, makeJob())
    yield* client.delete(JobKind, { name: "job", namespace }, { propagationPolicy: "Foreground" })
    yield* settle
    assert.isDefined((yield* pods)[0]?.metadata.deletionTimestamp)
    assert.isDefined(yield* job)
    yield* pass("4 seconds")
    assert.lengthOf(yield* pods, 0)
    assert.isUndefined(yield* job)
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: { after: "4 seconds" } })))))

it.effect("a Job that is deleted in the background leaves no pod behind", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(JobKind, makeJob())
    yield* client.delete(JobKind, { name: "job", namespace }, { propagationPolicy: "Background" })
    yield* pass("4 seconds")
    assert.isUndefined(yield* job)
    assert.lengthOf(yield* pods, 0)
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: { after: "4 seconds" } })))))

it.effect("a finished Job is at rest: nothing is written any more", () =>
  Effect.gen(function*() {
    const { revision } = yield* EmbeddedStore
    yield* create(JobKind, makeJob())
    yield* pass("1 seconds")
    assert.include(yield* conditions, "Complete/CompletionsReached")
    const before = yield* revision
    yield* pass("3600 seconds")
    assert.strictEqual(yield* revision, before)
  }).pipe(Effect.provide(world())))

it.effect("a cluster whose controllers are away goes on where it was when they come back", () =>
  Effect.gen(function*() {
    yield* create(JobKind, makeJob()).pipe(Effect.provide(Layer.fresh(Actors.layer)))
    assert.lengthOf(yield* pods, 1)
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* conditions, [])
    yield* Effect.gen(function*() {
      yield* settle
      assert.deepInclude((yield* job)?.status, { succeeded: 1 })
      assert.lengthOf(yield* pods, 1)
    }).pipe(Effect.provide(Layer.fresh(Actors.layer)))
  }).pipe(Effect.provide(nodeOnly())))
