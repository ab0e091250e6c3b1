/** What a process of the agent writes past the runner, and what stands in the answers of a request that fails. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { ContainerState, Pod } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect } from "effect"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const path = "/api/v1/code-runs/a/logs"

const podOf = (state: ContainerState): Pod => ({
  metadata: {
    name: "code-a-xyz",
    namespace,
    labels: { "batch.kubernetes.io/job-name": "code-a", "job-name": "code-a" }
  },
  spec: { containers: [{ name: "claude", image: "agent" }] },
  status: { phase: "Running", containerStatuses: [{ name: "claude", ready: true, restartCount: 0, state }] }
})

const started = (state: ContainerState) =>
  Effect.gen(function*() {
    yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))
    const { metadata } = yield* store(PodKind, podOf(state))
    return { podUid: metadata.uid ?? "", container: "claude" }
  })

// oxlint-disable-next-line no-control-regex
const steers = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/

const attacks = [
  { attack: "a clipboard", parts: ["a\u001b]52;c;cm0gLXJmIC8=\u0007b\n"] },
  { attack: "a sequence in two parts", parts: ["a\u001b", "[2Jb\n"] },
  { attack: "a title that never ends", parts: ["a\u001b]0;title", " and more\n"] },
  { attack: "an eight-bit sequence", parts: ["a\u009b31mb\n"] },
  { attack: "a line written over", parts: ["failed\rpassed\n"] },
  { attack: "a right-to-left override", parts: ["a\u202eb\n"] },
  { attack: "zero widths", parts: ["a\u200b\u200db\n"] }
]

describe("the log of a run", () => {
  it.effect.each(attacks)("steers nothing that shows it: $attack", ({ parts }) =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const key = yield* started({ running: { startedAt: "2026-01-01T00:00:00Z" } })
      for (const part of parts) yield* logs.append(key, new TextEncoder().encode(part))
      const { status, text } = yield* ask("GET", path)
      assert.strictEqual(status, 200)
      assert.notMatch(text, steers)
      assert.isTrue(text.endsWith("\n"))
    }).pipe(Effect.provide(TestApi)))

  it.effect("keeps a character whose bytes come in two parts", () =>
    Effect.gen(function*() {
      const logs = yield* PodLogs
      const key = yield* started({ running: { startedAt: "2026-01-01T00:00:00Z" } })
      const bytes = new TextEncoder().encode("\u{1f600}\n")
      yield* logs.append(key, bytes.subarray(0, 2))
      yield* logs.append(key, bytes.subarray(2))
      assert.strictEqual((yield* ask("GET", path)).text, "\u{1f600}\n")
    }).pipe(Effect.provide(TestApi)))
})

describe("a problem", () => {
  it.effect.each(attacks)(
    "repeats a kubelet's words without what steers: $attack",
    ({ parts }) =>
      Effect.gen(function*() {
        yield* started({ waiting: { reason: "CreateContainerConfigError", message: parts.join("") } })
        const { status, text } = yield* ask("GET", path)
        assert.isAtLeast(status, 400)
        const { detail } = JSON.parse(text)
        assert.include(detail, "CreateContainerConfigError")
        assert.notMatch(detail, steers)
      }).pipe(Effect.provide(TestApi))
  )
})
