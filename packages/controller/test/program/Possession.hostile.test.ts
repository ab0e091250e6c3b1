/** Two agents in one workspace, tried with late events, slow requests, hands on the annotation and two leaders. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { holderAnnotation } from "@orchestrator/domain/Labels"
import { CodeRunKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
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
  namespace,
  pass,
  verbs
} from "./World.ts"

/** Agents that take their time to stop. */
const slow = acting(({ env }) => ({
  ...completed(env, "never"),
  onTerminate: { after: "25 seconds", exitCode: 143 }
}))

/** `collects`: what the garbage collector takes, which in a real cluster is its time. */
const over = (script = slow, collects = Duration.zero) => {
  const link = makeLink()
  const collector = makeLink()
  collector.delay = collects
  const layer = Layer.provideMerge(
    controller({}, Layer.provide(counted, linked(link))),
    cluster(script, { collector: linked(collector) })
  )
  return { link, layer }
}

const world = Effect.gen(function*() {
  const { agents, client, create, edit, pods, run } = yield* verbs
  const live = Effect.map(
    pods,
    (all) => all.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed").length
  )
  return {
    agents,
    client,
    create,
    edit,
    run,
    /** Passes time, and fails when two pods are there at once. */
    alone: (seconds: number) =>
      Effect.gen(function*() {
        for (let second = 0; second < seconds; second++) {
          yield* pass("1 second")
          assert.isAtMost(yield* live, 1, `after ${second + 1} s`)
        }
      }),
    remove: (name: string) => client.delete(CodeRunKind, { name, namespace }),
    removeJobs: Effect.gen(function*() {
      for (const { metadata: { name = "" } } of (yield* client.list(JobKind, { namespace })).items) {
        yield* client.delete(JobKind, { name, namespace }, { propagationPolicy: "Background" })
      }
    }),
    hold: (holder: string | null) =>
      client.patch(PersistentVolumeClaimKind, { name: "workspace-api", namespace }, {
        type: "merge",
        body: { metadata: { annotations: { [holderAnnotation]: holder } } }
      }).pipe(Effect.catchIf(hasReason("NotFound"), () => Effect.void))
  }
})

const next = codeRun("next", { taskId: 2 })

describe("the next run of a workspace waits for an agent that nothing has told of yet", () => {
  it.effect.each<{ readonly what: string; readonly hand?: "removed" | "theirs"; readonly by: "run" | "job" }>([
    { what: "its run is deleted", by: "run" },
    { what: "its run is deleted, and the holder's annotation taken off", by: "run", hand: "removed" },
    { what: "its run is deleted, and the annotation names the next one", by: "run", hand: "theirs" },
    { what: "its Job is deleted", by: "job" },
    { what: "its Job is deleted, and the holder's annotation taken off", by: "job", hand: "removed" },
    { what: "its Job is deleted, and the annotation names the next one", by: "job", hand: "theirs" }
  ])("pods are told seven seconds late: $what", ({ by, hand }) => {
    const { layer, link } = over()
    return Effect.gen(function*() {
      const { alone, create, hold, remove, removeJobs, run } = yield* world
      yield* pass("1 second")
      link.lag["pods"] = Duration.seconds(7)
      yield* create(codeRun("first"))
      yield* alone(3)
      yield* create(next)
      yield* by === "run" ? remove("first") : removeJobs
      if (hand !== undefined) yield* hold(hand === "removed" ? null : (yield* run("next")).metadata.uid ?? null)
      yield* alone(100)
      const { status } = yield* run("next")
      assert.strictEqual(status?.["phase"], "Running", String(status?.["message"]))
    }).pipe(Effect.provide(layer))
  })

  it.effect.each<{ readonly what: string; readonly lost: boolean; readonly version: 1 | 2 }>([
    { what: "takes ten seconds", lost: false, version: 1 },
    { what: "takes ten seconds, and its answer is lost", lost: true, version: 1 },
    { what: "is for the second version, and takes ten seconds", lost: false, version: 2 },
    { what: "is for the second version, and its answer is lost", lost: true, version: 2 }
  ])("its Job is on its way while its run is deleted: the request $what", ({ lost, version }) => {
    const { layer, link } = over(
      acting((request) => {
        const isFirst = request.pod.metadata.ownerReferences?.some(({ name }) =>
          name.startsWith("code-first-v1-")
        ) === true
        return version === 2 && isFirst ? completed(request.env, "2 seconds") : slow(request) ?? {}
      }),
      Duration.seconds(20)
    )
    return Effect.gen(function*() {
      const { alone, create, edit, remove, run } = yield* world
      yield* pass("70 seconds", "10 seconds")
      if (version === 1) link.job = { takes: "10 seconds", lost }
      yield* create(codeRun("first"))
      yield* alone(version === 1 ? 2 : 10)
      if (version === 2) {
        link.job = { takes: "10 seconds", lost }
        yield* edit("first", { contextVersion: 2 })
        yield* alone(2)
      }
      link.job = undefined
      yield* create(next)
      yield* remove("first")
      yield* alone(240)
      const { status } = yield* run("next")
      assert.strictEqual(status?.["phase"], "Running", String(status?.["message"]))
    }).pipe(Effect.provide(layer))
  })
})

describe("a Job that the process before has sent", () => {
  it.effect.each<{ readonly what: string; readonly hand?: "removed" }>([
    { what: "arrives after its run was deleted" },
    { what: "arrives after its run was deleted and the holder's annotation taken off", hand: "removed" }
  ])("$what, and finds the workspace not given away", ({ hand }) => {
    const [link, collector] = [makeLink(), makeLink()]
    collector.delay = Duration.seconds(20)
    return Effect.gen(function*() {
      const { alone, create, hold, remove, run } = yield* world
      yield* pass("70 seconds", "10 seconds")
      link.job = { takes: "10 seconds", lost: true }
      yield* create(codeRun("first"))
      const before = controller({}, Layer.provide(counted, linked(link)))
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(before)), pass("2 seconds")))
      yield* remove("first")
      if (hand === "removed") yield* hold(null)
      yield* create(next)
      yield* Layer.build(Layer.fresh(controller()))
      yield* alone(180)
      const { status } = yield* run("next")
      assert.strictEqual(status?.["phase"], "Running", String(status?.["message"]))
    }).pipe(Effect.scoped, Effect.provide(cluster(slow, { collector: linked(collector) })))
  })
})

describe("a leader whose Jobs are late", () => {
  it.effect("does not take for lost what the status names", () => {
    const link = makeLink()
    return Effect.gen(function*() {
      const { agents, create, run } = yield* world
      yield* create(codeRun("first"))
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("5 seconds")))
      assert.strictEqual((yield* run("first")).status?.["phase"], "Running")
      link.hidden.add("jobs")
      yield* Layer.build(Layer.fresh(controller({}, Layer.provide(counted, linked(link)))))
      yield* pass("2 seconds")
      link.hidden.delete("jobs")
      yield* pass("60 seconds")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], attemptsOf(status).length], ["Succeeded", 1])
      assert.lengthOf(yield* agents, 1)
    }).pipe(Effect.scoped, Effect.provide(cluster()))
  })
})
