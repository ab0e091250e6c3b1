import { assert, describe, it } from "@effect/vitest"
import { jobFinalizer, retryAnnotation, stopAnnotation } from "@orchestrator/domain/Labels"
import type { Job, ObjectCondition } from "@orchestrator/k8s/Objects"
import { jobFacts } from "../../src/facts/Job.ts"

const job = (metadata: Job["metadata"], conditions: ReadonlyArray<ObjectCondition> = []): Job => ({
  metadata: { name: "code-api-v1-3f9c2a1b", namespace: "orchestrator", uid: "j1", ...metadata },
  spec: { template: { spec: { containers: [] } } },
  status: { conditions }
})

const condition = (type: string, status: string, reason?: string): ObjectCondition => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason })
})

describe("a Job", () => {
  it.each([
    { name: "of the first attempt without a label", metadata: {}, want: { contextVersion: 1, retry: 0 } },
    {
      name: "of a later attempt",
      metadata: { labels: { "context-version": "3" } },
      want: { contextVersion: 3, retry: 0 }
    },
    {
      name: "of an automatic retry",
      metadata: { labels: { "context-version": "2" }, annotations: { [retryAnnotation]: "1" } },
      want: { contextVersion: 2, retry: 1 }
    },
    {
      name: "whose label a person has spoilt",
      metadata: { labels: { "context-version": "two" }, annotations: { [retryAnnotation]: "" } },
      want: { contextVersion: 1, retry: 0 }
    }
  ])(
    "$name: attempt $want.contextVersion, retry $want.retry",
    ({ metadata, want }) => assert.deepStrictEqual(jobFacts(job(metadata)).attempt, want)
  )

  it.each([
    { name: "nobody's finalizer", finalizers: undefined, want: { held: false, finalizerIndex: -1 } },
    { name: "another's finalizer", finalizers: ["foregroundDeletion"], want: { held: false, finalizerIndex: -1 } },
    { name: "our finalizer", finalizers: [jobFinalizer], want: { held: true, finalizerIndex: 0 } },
    {
      name: "our finalizer after another's",
      finalizers: ["foregroundDeletion", jobFinalizer],
      want: { held: true, finalizerIndex: 1 }
    }
  ])("with $name is held: $want.held", ({ finalizers, want }) => {
    const { finalizerIndex, held } = jobFacts(job(finalizers === undefined ? {} : { finalizers }))
    assert.deepStrictEqual({ held, finalizerIndex }, want)
  })

  it.each<{ name: string; conditions: ReadonlyArray<ObjectCondition>; want: readonly [boolean, string] | undefined }>([
    { name: "without conditions", conditions: [], want: undefined },
    {
      name: "that must fail, while its pod ends",
      conditions: [condition("FailureTarget", "True", "DeadlineExceeded")],
      want: undefined
    },
    { name: "that will be complete", conditions: [condition("SuccessCriteriaMet", "True")], want: undefined },
    { name: "whose condition was taken back", conditions: [condition("Failed", "False")], want: undefined },
    { name: "that is suspended", conditions: [condition("Suspended", "True")], want: undefined },
    {
      name: "that is complete",
      conditions: [condition("SuccessCriteriaMet", "True"), condition("Complete", "True", "CompletionsReached")],
      want: [true, "CompletionsReached"]
    },
    {
      name: "that has failed",
      conditions: [
        condition("FailureTarget", "True", "PodFailurePolicy"),
        condition("Failed", "True", "PodFailurePolicy")
      ],
      want: [false, "PodFailurePolicy"]
    },
    { name: "that has failed without a reason", conditions: [condition("Failed", "True")], want: [false, "Failed"] }
  ])("$name: $want", ({ conditions, want }) => {
    const { end } = jobFacts(job({}, conditions))
    assert.deepStrictEqual<unknown>(end && [end.succeeded, end.reason], want)
  })

  it("that we asked to stop is known by its annotation, one that is being deleted by its time", () => {
    const { deleting, stopping } = jobFacts(
      job({ annotations: { [stopAnnotation]: "true" }, deletionTimestamp: "2026-03-01T10:00:00Z" })
    )
    assert.deepStrictEqual({ deleting, stopping }, { deleting: true, stopping: "Cancelled" })
  })

  it.each([
    {
      name: "a broker in the pod template is seen",
      containers: ["claude"],
      initContainers: ["prepare", "broker"],
      want: true
    },
    { name: "a broker beside the agent is seen", containers: ["claude", "broker"], initContainers: [], want: true },
    { name: "a template without a broker has none", containers: ["claude"], initContainers: ["prepare"], want: false }
  ])("$name", ({ containers, initContainers, want }) => {
    const named = (names: ReadonlyArray<string>) => names.map((name) => ({ name, image: name }))
    const given: Job = {
      metadata: {},
      spec: { template: { spec: { containers: named(containers), initContainers: named(initContainers) } } }
    }
    assert.strictEqual(jobFacts(given).brokered, want)
  })
})
