import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { ContainerState, Pod } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Stopping } from "../../src/services/Stopping.ts"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const path = "/api/v1/code-runs/a/logs"
const running: ContainerState = { running: { startedAt: "2026-01-01T00:00:00Z" } }

const podOf = (name: string, job: string, state: ContainerState): Pod => ({
  metadata: { name, namespace, labels: { "batch.kubernetes.io/job-name": job, "job-name": job } },
  spec: { containers: [{ name: "claude", image: "agent" }] },
  status: {
    phase: "Running",
    containerStatuses: [{ name: "claude", ready: true, restartCount: 0, state }]
  }
})

const startedRun = store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))

const startedPod = (state: ContainerState = running) =>
  Effect.map(store(PodKind, podOf("code-a-xyz", "code-a", state)), ({ metadata }) => ({
    podUid: metadata.uid ?? "",
    container: "claude"
  }))

const bytes = (text: string) => new TextEncoder().encode(text)

describe("logs of a run", () => {
  it.effect("are what its agent has printed", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      yield* startedRun
      const key = yield* startedPod()
      yield* logs.append(key, bytes("one\ntwo\nthree\n"))
      const reply = yield* ask("GET", path)
      assert.deepStrictEqual([reply.status, reply.text], [200, "one\ntwo\nthree\n"])
      assert.strictEqual(reply.headers["content-type"], "text/plain; charset=utf-8")
      assert.strictEqual((yield* ask("GET", `${path}?tail=1`)).text, "three\n")
      assert.match((yield* ask("GET", `${path}?timestamps&tail=1`)).text, /^\d{4}-\d\d-\d\dT\S+ three\n$/)
    }).pipe(Effect.provide(TestApi)))

  it.effect("are empty before the first line", () =>
    Effect.gen(function*() {
      yield* startedRun
      yield* startedPod()
      const reply = yield* ask("GET", path)
      assert.deepStrictEqual([reply.status, reply.text], [200, ""])
    }).pipe(Effect.provide(TestApi)))

  it.effect("are followed to the end of the agent", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const { codeRuns } = yield* OrchestratorClient
      yield* startedRun
      const key = yield* startedPod()
      const stream = yield* codeRuns.logs({ params: { name: "a" }, query: { follow: true } })
      const reading = yield* Effect.forkChild(Stream.mkString(Stream.decodeText(stream)))
      yield* logs.append(key, bytes("working\n"))
      yield* logs.append(key, bytes("done\n"))
      yield* logs.close(key)
      assert.strictEqual(yield* Fiber.join(reading), "working\ndone\n")
    }).pipe(Effect.provide(TestApi)))

  it.effect("that are followed end when the server stops", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const { codeRuns } = yield* OrchestratorClient
      const { stop } = yield* Stopping
      yield* startedRun
      yield* logs.append(yield* startedPod(), bytes("working\n"))
      const stream = yield* codeRuns.logs({ params: { name: "a" }, query: { follow: true } })
      const reading = yield* Effect.forkChild(
        stream.pipe(Stream.decodeText, Stream.tap(() => stop), Stream.mkString)
      )
      assert.strictEqual(yield* Fiber.join(reading), "working\n")
    }).pipe(Effect.provide(TestApi)))

  it.effect("are those of the newest pod of the Job", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      yield* startedRun
      yield* store(PodKind, podOf("other", "code-b", running))
      const key = yield* startedPod()
      yield* logs.append(key, bytes("mine\n"))
      assert.strictEqual((yield* ask("GET", path)).text, "mine\n")
    }).pipe(Effect.provide(TestApi)))
})

const entry = (contextVersion: number, jobName: string, more = {}) => ({ contextVersion, jobName, ...more })

describe("logs of an attempt", () => {
  const twoAttempts = store(
    CodeRunKind,
    makeCodeRun("a", {
      spec: { contextVersion: 2 },
      status: {
        phase: "Running",
        jobName: "code-a-2",
        attempts: [entry(1, "code-a-1"), entry(1, "code-a-1-r1", { retry: 1 }), entry(2, "code-a-2")]
      }
    })
  )

  it.effect.each([
    { asked: "", want: "code-a-2\n" },
    { asked: "?attempt=2", want: "code-a-2\n" },
    { asked: "?attempt=1", want: "code-a-1\n" },
    { asked: "?attempt=1-r1", want: "code-a-1-r1\n" }
  ])("are those of its own Job: $asked", ({ asked, want }) =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      yield* twoAttempts
      for (const job of ["code-a-1", "code-a-1-r1", "code-a-2"]) {
        const { metadata } = yield* store(PodKind, podOf(`${job}-pod`, job, running))
        yield* logs.append({ podUid: metadata.uid ?? "", container: "claude" }, bytes(`${job}\n`))
      }
      assert.strictEqual((yield* ask("GET", `${path}${asked}`)).text, want)
    }).pipe(Effect.provide(TestApi)))

  it.effect("that nobody knows are not there", () =>
    Effect.gen(function*() {
      yield* twoAttempts
      const reply = yield* ask("GET", `${path}?attempt=7&follow`)
      assert.strictEqual(reply.status, 404)
      assert.include(reply.json.detail, "7")
    }).pipe(Effect.provide(TestApi)))

  it.effect.each(["x", "0", "1-r0", "2/../3", "1-r"])("have a number: %s", (attempt) =>
    Effect.gen(function*() {
      yield* twoAttempts
      const reply = yield* ask("GET", `${path}?attempt=${encodeURIComponent(attempt)}`)
      assert.strictEqual(reply.status, 400)
      assert.include(reply.text, "attempt")
    }).pipe(Effect.provide(TestApi)))
})

describe("logs of other containers", () => {
  const withBroker = Effect.gen(function*() {
    const logs = yield* PodLogs
    yield* startedRun
    const pod = podOf("code-a-xyz", "code-a", running)
    const { metadata } = yield* store(PodKind, {
      ...pod,
      spec: { ...pod.spec, initContainers: [{ name: "broker", image: "orchestrator", restartPolicy: "Always" }] },
      status: {
        ...pod.status,
        initContainerStatuses: [{ name: "broker", ready: true, restartCount: 0, state: running }]
      }
    })
    yield* logs.append(
      { podUid: metadata.uid ?? "", container: "broker" },
      bytes("12:00:00 ready\ntranscript {\"type\":\"notice\"}\n         transcript of nobody\n")
    )
  })

  it.effect("are theirs, without the conversation", () =>
    Effect.gen(function*() {
      yield* withBroker
      const plain = yield* ask("GET", `${path}?container=broker`)
      assert.strictEqual(plain.text, "12:00:00 ready\n         transcript of nobody\n")
      const timed = yield* ask("GET", `${path}?container=broker&timestamps`)
      assert.strictEqual(timed.text.split("\n").length, 3)
      assert.notInclude(timed.text, "notice")
    }).pipe(Effect.provide(TestApi)))

  it.effect("are not there where the pod has no such container", () =>
    Effect.gen(function*() {
      yield* startedRun
      yield* startedPod()
      const reply = yield* ask("GET", `${path}?container=broker`)
      assert.deepStrictEqual([reply.status, reply.json.type], [404, "urn:orchestrator:problem:logs-not-available"])
    }).pipe(Effect.provide(TestApi)))

  it.effect("are of three that have a name", () =>
    Effect.map(ask("GET", `${path}?container=other`), ({ status }) => assert.strictEqual(status, 400)).pipe(
      Effect.provide(TestApi)
    ))
})

describe("a log that is followed before there is one", () => {
  const following = Effect.forkChild(ask("GET", `${path}?follow`))

  it.effect("begins as soon as its container has started", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      yield* store(CodeRunKind, makeCodeRun("a"))
      const reading = yield* following
      yield* TestClock.adjust("6 seconds")
      yield* store(PodKind, podOf("code-a-xyz", "code-a", { waiting: { reason: "PodInitializing" } }))
      const client = yield* KubernetesClient
      yield* client.patchStatus(CodeRunKind, { name: "a", namespace }, {
        type: "merge",
        body: { status: { phase: "Running", jobName: "code-a" } }
      })
      yield* TestClock.adjust("6 seconds")
      assert.isUndefined(reading.pollUnsafe())
      const { metadata } = yield* client.patchStatus(PodKind, { name: "code-a-xyz", namespace }, {
        type: "merge",
        body: { status: podOf("code-a-xyz", "code-a", running).status ?? {} }
      })
      const key = { podUid: metadata.uid ?? "", container: "claude" }
      yield* logs.append(key, bytes("here\n"))
      yield* logs.close(key)
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual((yield* Fiber.join(reading)).text, "here\n")
    }).pipe(Effect.provide(TestApi)))

  it.effect("is waited for half a minute, and no longer", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a"))
      const reading = yield* following
      yield* TestClock.adjust("29 seconds")
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(reading)).status, 404)
    }).pipe(Effect.provide(TestApi)))

  it.effect("is not waited for when the run is over", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Failed", jobName: "code-a" } }))
      assert.strictEqual((yield* ask("GET", `${path}?follow`)).status, 404)
    }).pipe(Effect.provide(TestApi)))
})

describe("logs that are not there", () => {
  const absent = (part: string) =>
    Effect.gen(function*() {
      const reply = yield* ask("GET", path)
      assert.strictEqual(reply.status, 404)
      assert.strictEqual(reply.json.type, "urn:orchestrator:problem:logs-not-available")
      assert.include(reply.json.detail, part)
    })

  it.effect("because no agent was started", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a"))
      yield* absent("Pending")
    }).pipe(Effect.provide(TestApi)))

  it.effect("because the pod is gone", () =>
    Effect.gen(function*() {
      yield* startedRun
      yield* absent("code-a")
    }).pipe(Effect.provide(TestApi)))

  it.effect("because its container waits", () =>
    Effect.gen(function*() {
      yield* startedRun
      yield* startedPod({ waiting: { reason: "ImagePullBackOff", message: "no such image" } })
      yield* absent("ImagePullBackOff: no such image")
    }).pipe(Effect.provide(TestApi)))

  it.effect("because there is no run", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const error = yield* Effect.flip(codeRuns.logs({ params: { name: "a" }, query: {} }))
      assert.strictEqual(error._tag, "RunNotFound")
    }).pipe(Effect.provide(TestApi)))
})
