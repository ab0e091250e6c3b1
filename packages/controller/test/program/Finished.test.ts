/** What `kubectl wait --for=condition=Finished` asks: a condition that is True, in a status which knows the spec's last edit. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer, Predicate } from "effect"
import { cluster, codeRun, controller, docsRun, namespace, pass, verbs, world } from "./World.ts"

/** As kubectl decides: an older generation than the object's is no answer. */
const waitEnds = ({ metadata: { generation = 0 }, status = {} }: CustomObject): boolean => {
  const { conditions, observedGeneration = generation } = status
  return typeof observedGeneration === "number" && observedGeneration >= generation && Array.isArray(conditions) &&
    conditions.filter((each: unknown) =>
        Predicate.isObject(each) && Reflect.get(each, "type") === "Finished" && Reflect.get(each, "status") === "True"
      ).length === 1
}

const old = (phase: string, more: object = {}) => ({ phase, message: "done", contextVersion: 1, ...more })

/** Runs as an installation from before the condition left them. */
const leave = (count: number, status: object) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    for (let each = 0; each < count; each++) {
      const run = yield* client.create(CodeRunKind, codeRun(`old-${each}`))
      yield* client.replaceStatus(CodeRunKind, { ...run, status: { ...status } })
    }
  })

const written = Effect.map(
  Effect.flatMap(verbs, ({ requests }) => requests),
  (all) => all.filter((request) => !request.startsWith("get")).length
)

const ended = Effect.map(Effect.flatMap(verbs, ({ all }) => all(CodeRunKind)), (runs) => runs.filter(waitEnds).length)

describe("whoever waits for a finished run", () => {
  it.effect.each([
    { name: "another model", edits: [{ model: "claude-opus-4-20250514" }], writes: 1 },
    { name: "a cancel that comes too late", edits: [{ cancel: true }], writes: 1 },
    { name: "a lower contextVersion", edits: [{ contextVersion: 0 }], writes: 1 },
    { name: "two edits at once", edits: [{ taskId: 2 }, { taskId: 3 }], writes: 1 },
    { name: "an edit that changes nothing", edits: [{ taskId: 1 }], writes: 0 }
  ])("is answered after $name: $writes writes, and the outcome stays", ({ edits, writes }) =>
    Effect.gen(function*() {
      const { create, edit, forget, jobs, requests, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("30 seconds")
      const before = yield* run("first")
      yield* forget
      yield* Effect.forEach(edits, (spec) => edit("first", spec), { discard: true })
      yield* pass("5 seconds")
      const after = yield* run("first")
      assert.isTrue(waitEnds(before) && waitEnds(after))
      assert.deepStrictEqual(after.status, { ...before.status, observedGeneration: after.metadata.generation })
      assert.lengthOf(yield* jobs, 1)
      yield* pass("15 minutes", "1 minute")
      const sent = (yield* requests).filter((request) => request.startsWith("replaceStatus"))
      assert.lengthOf(sent, writes)
    }).pipe(Effect.provide(world())))

  it.effect("is answered of a DocsRun too", () =>
    Effect.gen(function*() {
      const { client, create, docs } = yield* verbs
      yield* create(docsRun("guide"))
      yield* pass("30 seconds")
      yield* client.patch(DocsRunKind, { name: "guide", namespace }, {
        type: "merge",
        body: { spec: { model: "x-1" } }
      })
      yield* pass("5 seconds")
      assert.isTrue(waitEnds(yield* docs("guide")))
    }).pipe(Effect.provide(world())))

  it.effect("is answered of an edit that was made while no controller ran", () =>
    Effect.gen(function*() {
      const { edit, run } = yield* verbs
      yield* leave(
        1,
        old("Failed", {
          observedGeneration: 1,
          conditions: [{ type: "Finished", status: "True", reason: "AgentError" }]
        })
      )
      yield* edit("old-0", { taskId: 2 })
      yield* Effect.provide(pass("5 seconds"), controller())
      assert.isTrue(waitEnds(yield* run("old-0")))
    }).pipe(Effect.provide(cluster())))
})

describe("runs that an older version ended", () => {
  it.effect("get the condition one by one: nothing at the start, one write each, none afterwards", () =>
    Effect.gen(function*() {
      yield* leave(30, old("Failed", { pullRequestUrl: "https://github.com/acme/api/pull/1" }))
      const { run } = yield* verbs
      yield* Effect.gen(function*() {
        yield* pass("290 seconds", "10 seconds")
        assert.deepStrictEqual([yield* written, yield* ended], [0, 0])
        yield* pass("80 seconds")
        const some = yield* ended
        assert.isAbove(some, 0)
        assert.isAtMost(some, 30)
        yield* pass("60 seconds")
        assert.deepStrictEqual([yield* written, yield* ended], [30, 30])
        yield* pass("1 hour", "1 minute")
        assert.strictEqual(yield* written, 30)
      }).pipe(Effect.provide(controller()))
      const { status } = yield* run("old-0")
      assert.deepInclude(status, old("Failed", { pullRequestUrl: "https://github.com/acme/api/pull/1" }))
    }).pipe(Effect.provide(cluster())))

  it.effect.each<{ name: string; status: object }>([
    {
      name: "one that a newer version began and an older one ended",
      status: old("Succeeded", { conditions: [{ type: "Finished", status: "False", reason: "InProgress" }] })
    },
    {
      name: "one with conditions of others",
      status: old("Failed", { conditions: [{ type: "Paid", status: "True" }] })
    },
    { name: "one without a version", status: { phase: "Cancelled" } }
  ])("$name is among them, and what its status said stays", ({ status }) =>
    Effect.gen(function*() {
      const { run } = yield* verbs
      yield* leave(1, status)
      yield* Effect.provide(pass("400 seconds", "10 seconds"), controller())
      const found = yield* run("old-0")
      assert.isTrue(waitEnds(found))
      const { conditions, ...said } = found.status ?? {}
      assert.deepInclude(said, Object.fromEntries(Object.entries(status).filter(([key]) => key !== "conditions")))
      assert.strictEqual(JSON.stringify(conditions).includes("Paid"), JSON.stringify(status).includes("Paid"))
    }).pipe(Effect.provide(cluster())))

  it.effect("do not get it while they are asked for again", () =>
    Effect.gen(function*() {
      const { edit, run } = yield* verbs
      yield* leave(1, old("Failed"))
      yield* edit("old-0", { contextVersion: 2 })
      yield* Effect.provide(pass("3 seconds"), Layer.fresh(controller()))
      assert.isFalse(waitEnds(yield* run("old-0")))
    }).pipe(Effect.provide(cluster())))
})
