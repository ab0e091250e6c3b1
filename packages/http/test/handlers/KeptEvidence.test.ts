/** Logs, conversation, diff and result of attempts whose pods are gone. */
import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import { Kept, layerEvidence } from "../fixtures/KeptEvidence.ts"
import { makeCodeRun, makeDocsRun, namespace } from "../fixtures/Runs.ts"
import { ask, layerOver, store } from "../fixtures/TestApi.ts"

const TestApi = layerOver(Layer.merge(layerMemory, layerEvidence))

const path = "/api/v1/code-runs/a"
const attempts = [{ contextVersion: 1, jobName: "code-a-1" }, { contextVersion: 2, jobName: "code-a-2" }]
const over = { phase: "Succeeded", jobName: "code-a-2", attempts }
const at = "2026-01-01T00:00:00.000Z"

/** A run whose pods are gone, with these files of its second attempt. */
const gone = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>, status: object = over) {
  const { metadata } = yield* store(
    CodeRunKind,
    makeCodeRun("a", { spec: { contextVersion: 2 }, status: { ...status } })
  )
  const kept = yield* Kept
  for (const [name, text] of Object.entries(files)) kept.files.set(`${namespace}/${metadata.uid}/${name}`, text)
  return { uid: metadata.uid ?? "", kept }
})

const log = [
  `2026-01-01T00:00:00.000Z 00:00:00 one`,
  `2026-01-01T00:00:00.000Z          more of one`,
  `2026-01-01T00:10:00.000Z 00:10:00 two`,
  `2026-01-01T00:20:00.000Z 00:20:00 three`,
  ""
].join("\n")

describe("the log of an attempt whose pod is gone", () => {
  it.effect.each([
    { query: "", want: "00:00:00 one\n         more of one\n00:10:00 two\n00:20:00 three\n" },
    { query: "?follow", want: "00:00:00 one\n         more of one\n00:10:00 two\n00:20:00 three\n" },
    { query: "?tail=1", want: "00:20:00 three\n" },
    { query: "?tail=0", want: "" },
    { query: "?tail=99&since=2026-01-01T00:10:00Z", want: "00:10:00 two\n00:20:00 three\n" },
    { query: "?timestamps&tail=1", want: "2026-01-01T00:20:00.000Z 00:20:00 three\n" },
    { query: "?attempt=2&tail=1", want: "00:20:00 three\n" }
  ])("is what was kept, at the same address: $query", ({ query, want }) =>
    Effect.gen(function*() {
      yield* gone({ "2/log.txt": log })
      const reply = yield* ask("GET", `${path}/logs${query}`)
      assert.deepStrictEqual([reply.status, reply.text], [200, want])
      assert.strictEqual(reply.headers["content-type"], "text/plain; charset=utf-8")
      assert.strictEqual(reply.headers["evidence-source"], "bucket")
    }).pipe(Effect.provide(TestApi)))

  it.effect("is of the attempt that is named", () =>
    Effect.gen(function*() {
      yield* gone({ "1/log.txt": `${at} first\n`, "2/log.txt": `${at} second\n`, "7-r2/log.txt": `${at} old\n` })
      assert.strictEqual((yield* ask("GET", `${path}/logs?attempt=1`)).text, "first\n")
      assert.strictEqual((yield* ask("GET", `${path}/logs?attempt=2`)).text, "second\n")
      // The status forgets attempts before the newest ten; what is kept of them is still theirs.
      assert.strictEqual((yield* ask("GET", `${path}/logs?attempt=7-r2`)).text, "old\n")
    }).pipe(Effect.provide(TestApi)))

  it.effect("is of the agent's container alone", () =>
    Effect.gen(function*() {
      const { kept } = yield* gone({ "2/log.txt": log })
      assert.strictEqual((yield* ask("GET", `${path}/logs?container=broker`)).status, 404)
      assert.deepStrictEqual(kept.asked, [])
    }).pipe(Effect.provide(TestApi)))

  it.effect("steers nothing that shows it", () =>
    Effect.gen(function*() {
      yield* gone({ "2/log.txt": `${at} a\u001b]52;c;cm0gLXJmIC8=\u0007b\u202e\n` })
      assert.strictEqual((yield* ask("GET", `${path}/logs`)).text, "ab\n")
    }).pipe(Effect.provide(TestApi)))

  it.effect("cannot be read while its place is away, which is no 404", () =>
    Effect.gen(function*() {
      const { kept } = yield* gone({})
      kept.trouble = "the bucket is away"
      const reply = yield* ask("GET", `${path}/logs`)
      assert.deepStrictEqual([reply.status, reply.json.type], [503, "urn:orchestrator:problem:evidence-unavailable"])
      assert.include(reply.json.detail, "the bucket is away")
    }).pipe(Effect.provide(TestApi)))
})

describe("the conversation of an attempt whose pod is gone", () => {
  it.effect("is what was kept, event by event, and nothing that is none", () =>
    Effect.gen(function*() {
      const event = { type: "message", at, role: "user", text: "Fix it" }
      yield* gone({ "2/transcript.jsonl": `{"type":"coup"}\n${JSON.stringify(event)}\nnonsense\n` })
      const reply = yield* ask("GET", `${path}/transcript?follow`)
      assert.deepStrictEqual([reply.status, reply.text], [200, `${JSON.stringify(event)}\n`])
    }).pipe(Effect.provide(TestApi)))
})

describe("what was delivered, and what was reported", () => {
  it.effect.each([
    { route: "diff", file: "diff.patch", type: "text/x-diff; charset=utf-8", text: "diff --git a/x b/x\n" },
    { route: "result", file: "result.json", type: "application/json", text: "{\"agent\":null,\"broker\":{}}\n" }
  ])("$route is the file as it was kept", ({ file, route, text, type }) =>
    Effect.gen(function*() {
      yield* gone({ [`2/${file}`]: text })
      const reply = yield* ask("GET", `${path}/${route}`)
      assert.deepStrictEqual([reply.status, reply.headers["content-type"], reply.text], [200, type, text])
      const absent = yield* ask("GET", `${path}/${route}?attempt=1`)
      assert.deepStrictEqual([absent.status, absent.json.type], [
        404,
        "urn:orchestrator:problem:evidence-not-available"
      ])
      assert.include(absent.json.detail, `${file} of attempt 1: nobody has put any there`)
    }).pipe(Effect.provide(TestApi)))
})

describe("a run that is made again under the name of another", () => {
  it.effect.each(["logs", "transcript", "diff", "result"])(
    "shows nothing of it: %s",
    (route) =>
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        const { kept, uid } = yield* gone({
          "2/log.txt": log,
          "2/transcript.jsonl": "{}\n",
          "2/diff.patch": "x",
          "2/result.json": "{}"
        })
        yield* client.delete(CodeRunKind, { name: "a", namespace })
        yield* store(CodeRunKind, makeCodeRun("a", { spec: { contextVersion: 2 }, status: over }))
        const reply = yield* ask("GET", `${path}/${route}`)
        assert.strictEqual(reply.status, 404)
        assert.lengthOf(kept.asked, 1)
        assert.isFalse(kept.asked.some((asked) => asked.includes(uid)))
      }).pipe(Effect.provide(TestApi))
  )

  it.effect("nor does a run of the other kind", () =>
    Effect.gen(function*() {
      const { kept } = yield* gone({ "2/log.txt": log })
      yield* store(DocsRunKind, makeDocsRun("a", { status: { phase: "Failed", jobName: "docs-a" } }))
      assert.strictEqual((yield* ask("GET", "/api/v1/docs-runs/a/logs")).status, 404)
      assert.isFalse([...kept.files.keys()].some((file) => kept.asked.includes(file)))
    }).pipe(Effect.provide(TestApi)))
})
