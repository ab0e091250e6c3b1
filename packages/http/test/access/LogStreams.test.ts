import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Fiber, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { addUser, TestAccess } from "../fixtures/TestAccess.ts"
import { store } from "../fixtures/TestApi.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const startedLog = Effect.gen(function*() {
  const logs = yield* PodLogs
  yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))
  const { metadata } = yield* store(PodKind, {
    metadata: { name: "pod-a", namespace, labels: { "batch.kubernetes.io/job-name": "code-a" } },
    spec: { containers: [{ name: "claude", image: "agent" }] },
    status: { containerStatuses: [{ name: "claude", ready: true, restartCount: 0, state: { running: {} } }] }
  })
  const key = { podUid: metadata.uid ?? "", container: "claude" }
  return { print: (text: string) => logs.append(key, bytes(text)) }
})

/** What arrives of a log that is followed with the token, as it arrives. */
const followed = (token: string, lines: Array<string>) =>
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const { codeRuns } = yield* OrchestratorClient.pipe(
      Effect.provide(OrchestratorClient.layerWith({ baseUrl: "http://localhost", token: Redacted.make(token) })),
      Effect.provideService(HttpClient.HttpClient, client)
    )
    const log = yield* codeRuns.logs({ params: { name: "a" }, query: { follow: true } })
    yield* log.pipe(Stream.decodeText, Stream.runForEach((text) => Effect.sync(() => lines.push(text))))
  })

describe("a log that is followed", () => {
  it.effect("goes on while its reader may read it, and breaks off before the first line that he may not", () =>
    Effect.gen(function*() {
      let may = true
      yield* addUser("jane", () => may)
      const { print } = yield* startedLog
      const lines: Array<string> = []
      const reading = yield* Effect.forkChild(Effect.exit(followed("jane", lines)))
      yield* print("one\n")
      yield* TestClock.adjust("1 minutes")
      yield* print("two\n")
      yield* TestClock.adjust("1 minutes")
      assert.deepStrictEqual(lines.join(""), "one\ntwo\n")
      may = false
      yield* TestClock.adjust("10 seconds")
      assert.isUndefined(reading.pollUnsafe())
      yield* print("three\n")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* Fiber.join(reading))._tag, "Failure")
      assert.notInclude(lines.join(""), "three")
    }).pipe(Effect.provide(TestAccess)))

  it.effect("needs a token that may", () =>
    Effect.gen(function*() {
      yield* addUser("jane", () => false)
      yield* startedLog
      const lines: Array<string> = []
      const refused = yield* Effect.flip(followed("jane", lines))
      assert.strictEqual(refused._tag, "PermissionMissing")
      const unknown = yield* Effect.flip(followed("john", lines))
      assert.strictEqual(unknown._tag, "Unauthenticated")
      assert.deepStrictEqual(lines, [])
    }).pipe(Effect.provide(TestAccess)))
})
