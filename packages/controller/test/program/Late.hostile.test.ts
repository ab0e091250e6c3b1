/** What is true and not seen yet, or never will be: watches that are late or silent, nodes that are away. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { Duration, Effect, Layer } from "effect"
import { linked, makeLink } from "../fixtures/Links.ts"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  controller,
  counted,
  docsRun,
  endless,
  isAgain,
  namespace,
  pass,
  verbs
} from "./World.ts"

const overLink = () => {
  const link = makeLink()
  const client = Layer.provide(counted, linked(link))
  return { link, client }
}

describe("a Job that is over whose pod was not seen to end", () => {
  it.effect.each<{ readonly late: string; readonly by: Duration.Input }>([
    { late: "a second", by: "1 second" },
    { late: "twenty seconds", by: "20 seconds" },
    { late: "for ever", by: "30 days" }
  ])("is judged by what its pod left, also when the pods' watch is late by $late", ({ by }) => {
    const { client, link } = overLink()
    return Effect.gen(function*() {
      const { agents, create, docs, run } = yield* verbs
      yield* create(codeRun("late"))
      yield* create(docsRun("docs"))
      yield* pass("5 seconds")
      link.lag["pods"] = Duration.fromInputUnsafe(by)
      yield* pass("60 seconds")
      const { status } = yield* run("late")
      assert.deepStrictEqual([status?.["phase"], attemptsOf(status).length], ["Succeeded", 1])
      assert.deepStrictEqual(status?.["usage"], { costUsd: 0.25, turns: 4 })
      assert.strictEqual((yield* docs("docs")).status?.["phase"], "Succeeded")
      assert.lengthOf(yield* agents, 2)
    }).pipe(Effect.provide(Layer.provideMerge(controller({}, client), cluster())))
  })
})

describe("a pod that goes while its watch is late", () => {
  const evict = Effect.gen(function*() {
    const { client, pods } = yield* verbs
    const node = yield* Kubelet
    for (const { metadata: { name = "" } } of yield* pods) {
      yield* node.evict({ name, namespace }, "low on memory")
      yield* client.delete(PodKind, { name, namespace })
    }
  })
  const slow = acting((request) => completed(request.env, isAgain(request) ? "10 seconds" : "never"))

  it.effect("is told by its own last words, once they have come: what it has spent counts, and one retry follows", () => {
    const { client, link } = overLink()
    return Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("evicted"))
      yield* pass("5 seconds")
      link.lag["pods"] = Duration.seconds(20)
      yield* evict
      yield* pass("10 seconds")
      assert.strictEqual((yield* run("evicted")).status?.["phase"], "Running")
      yield* pass("60 seconds")
      const { status } = yield* run("evicted")
      assert.deepStrictEqual(attemptsOf(status).map(({ reason, usage }) => [reason, usage?.costUsd]), [
        ["InfraLost", 0.25],
        ["Delivered", 0.25]
      ])
      assert.lengthOf(yield* agents, 2)
    }).pipe(Effect.provide(Layer.provideMerge(controller({}, client), cluster(slow))))
  })

  it.effect("and never tells of it is waited for no longer than minutes", () => {
    const { client, link } = overLink()
    return Effect.gen(function*() {
      const { create, run } = yield* verbs
      yield* create(codeRun("evicted"))
      yield* pass("5 seconds")
      link.lag["pods"] = Duration.days(30)
      yield* evict
      yield* pass("10 minutes", "5 seconds")
      const [first] = attemptsOf((yield* run("evicted")).status)
      assert.strictEqual(first?.reason, "InfraLost")
    }).pipe(Effect.provide(Layer.provideMerge(controller({}, client), cluster(slow))))
  })
})

describe("a node that is away while its Node object stays", () => {
  const away = () => {
    const link = makeLink()
    return { link, layer: Layer.provideMerge(controller(), cluster(endless, { node: linked(link) })) }
  }
  /** What a person, or the taint, does in the end. */
  const forced = Effect.gen(function*() {
    const { client, pods } = yield* verbs
    for (const { metadata: { name = "", finalizers } } of yield* pods) {
      if (finalizers !== undefined) {
        yield* client.patch(PodKind, { name, namespace }, { type: "merge", body: { metadata: { finalizers: null } } })
      }
      yield* client.delete(PodKind, { name, namespace }, { gracePeriodSeconds: 0 })
    }
  })

  it.effect("a cancelled run ends within minutes, says what to do, and keeps its workspace until the pod is gone", () => {
    const { layer, link } = away()
    return Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("stuck"))
      yield* create(docsRun("docs"))
      yield* pass("5 seconds")
      link.cut = true
      yield* edit("stuck", { cancel: true })
      yield* create(codeRun("next", { taskId: 2 }))
      yield* pass("2 minutes", "5 seconds")
      assert.strictEqual((yield* run("stuck")).status?.["phase"], "Running")
      yield* pass("10 minutes", "5 seconds")
      const { status } = yield* run("stuck")
      assert.strictEqual(status?.["phase"], "Cancelled")
      assert.match(String(status?.["message"]), /on.*kubectl delete pod code-stuck-\S+ -n orchestrator --force/)
      assert.strictEqual((yield* run("next")).status?.["reason"], "WaitingForWorkspace")
      link.cut = false
      yield* forced
      yield* pass("1 minute", "5 seconds")
      assert.strictEqual((yield* run("next")).status?.["phase"], "Running")
    }).pipe(Effect.provide(layer))
  })

  it.effect("an attempt that is over its time ends, too, and one that is superseded is followed when its pod is gone", () => {
    const { layer, link } = away()
    return Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("long", { timeoutSeconds: 60 }))
      yield* create(codeRun("raised", { service: "web" }))
      yield* pass("5 seconds")
      link.cut = true
      yield* edit("raised", { contextVersion: 2 })
      yield* pass("12 minutes", "10 seconds")
      const long = (yield* run("long")).status
      assert.deepStrictEqual([long?.["phase"], long?.["reason"]], ["Failed", "DeadlineExceeded"])
      const raised = (yield* run("raised")).status
      assert.deepStrictEqual([raised?.["phase"], raised?.["reason"]], ["Pending", "WaitingForWorkspace"])
      assert.match(String(raised?.["message"]), /kubectl delete pod code-raised-/)
      assert.deepStrictEqual(attemptsOf(raised).map(({ outcome }) => outcome), ["Cancelled"])
      link.cut = false
      yield* forced
      yield* pass("1 minute", "5 seconds")
      assert.strictEqual((yield* run("raised")).status?.["phase"], "Running")
    }).pipe(Effect.provide(layer))
  })
})
