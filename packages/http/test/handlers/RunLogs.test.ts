import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { ContainerState, Pod } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Fiber, Stream } from "effect"
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
      assert.strictEqual((yield* ask("GET", `${path}?tailLines=1`)).text, "three\n")
      assert.match((yield* ask("GET", `${path}?timestamps&tailLines=1`)).text, /^\d{4}-\d\d-\d\dT\S+ three\n$/)
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
