import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const path = "/api/v1/code-runs/a/transcript"
const at = "2026-01-01T00:00:00Z"
const running = { running: { startedAt: at } }

const told = { type: "message", at, role: "user", text: "Fix it" } as const
const called = { type: "toolCall", at, id: "t1", name: "Bash", input: { command: "ls" } } as const
const ended = { type: "result", at, error: false, text: "Done.", usage: { costUsd: 0.5, turns: 2 } } as const
const line = (event: unknown) => new TextEncoder().encode(`transcript ${JSON.stringify(event)}\n`)
const said = (text: string) => new TextEncoder().encode(text)

const startedBroker = Effect.gen(function*() {
  yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))
  const { metadata } = yield* store(PodKind, {
    metadata: { name: "pod-a", namespace, labels: { "batch.kubernetes.io/job-name": "code-a" } },
    spec: {
      initContainers: [{ name: "broker", image: "orchestrator", restartPolicy: "Always" }],
      containers: [{ name: "claude", image: "agent" }]
    },
    status: { initContainerStatuses: [{ name: "broker", ready: true, restartCount: 0, state: running }] }
  })
  return { podUid: metadata.uid ?? "", container: "broker" }
})

describe("the conversation of a run", () => {
  it.effect("is what its broker was told of it, one event a line", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const key = yield* startedBroker
      yield* logs.append(key, said("12:00:00 the broker is ready\n"))
      yield* logs.append(key, line(told))
      yield* logs.append(key, said("12:00:01 upstream has it\n         transcript {}\n"))
      yield* logs.append(key, line(called))
      const reply = yield* ask("GET", path)
      assert.deepStrictEqual([reply.status, reply.headers["content-type"]], [200, "application/x-ndjson"])
      assert.deepStrictEqual(reply.text.trim().split("\n").map((each) => JSON.parse(each)), [told, called])
    }).pipe(Effect.provide(TestApi)))

  it.effect("is followed to the end of the broker", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const { codeRuns } = yield* OrchestratorClient
      const key = yield* startedBroker
      yield* logs.append(key, line(told))
      const stream = yield* codeRuns.transcript({ params: { name: "a" }, query: { follow: true } })
      const reading = yield* Effect.forkChild(Stream.runCollect(stream))
      yield* logs.append(key, line(ended))
      yield* logs.close(key)
      assert.deepStrictEqual([...(yield* Fiber.join(reading))], [told, ended])
    }).pipe(Effect.provide(TestApi)))

  it.effect("leaves out what is no event", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const key = yield* startedBroker
      yield* logs.append(key, said("transcript {\"type\":\"message\"}\ntranscript nonsense\n"))
      yield* logs.append(key, line(told))
      assert.strictEqual((yield* ask("GET", path)).text, `${JSON.stringify(told)}\n`)
    }).pipe(Effect.provide(TestApi)))

  it.effect("goes on from a time, with what was said at that time", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const key = yield* startedBroker
      yield* TestClock.setTime(Date.parse("2026-01-01T00:00:02Z"))
      const later = [
        { ...told, at: "2026-01-01T00:00:00.250Z" },
        { ...told, at: "2026-01-01T01:00:00.5+01:00" },
        { ...called, at: "2026-01-01T00:00:01Z" }
      ]
      for (const event of [told, ...later]) yield* logs.append(key, line(event))
      const reply = yield* ask("GET", `${path}?since=2026-01-01T00:00:00.25Z`)
      assert.deepStrictEqual(reply.text.trim().split("\n").map((each) => JSON.parse(each)), later)
      assert.strictEqual((yield* ask("GET", `${path}?since=yesterday`)).status, 400)
    }).pipe(Effect.provide(TestApi)))

  it.effect("is not there before the run has started", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a"))
      const reply = yield* ask("GET", path)
      assert.deepStrictEqual([reply.status, reply.json.type], [404, "urn:orchestrator:problem:logs-not-available"])
    }).pipe(Effect.provide(TestApi)))
})
