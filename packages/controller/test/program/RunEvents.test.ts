/** Events about runs: what a person acts on, as a series each, and nothing that disturbs a run. */
import { assert, describe, it } from "@effect/vitest"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { EventKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type { Event } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { makeRunEvents, RunEvents } from "../../src/telemetry/RunEvents.ts"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  controller,
  delivering,
  endless,
  failed,
  failing,
  namespace,
  pass,
  verbs,
  type WorldOptions
} from "./World.ts"

type Which = OrchestratorConfig["kubernetesEvents"]

interface Options extends WorldOptions {
  readonly which?: Which
  /** What Events are written with. */
  readonly trouble?: (client: KubernetesClient["Service"]) => KubernetesClient["Service"]
  /** Whether who writes them leads. */
  readonly leads?: boolean
}

const told = (
  { config, leads = true, script = delivering(), trouble = (client) => client, which = "All" }: Options
) =>
  controller(config).pipe(
    Layer.provide(
      Layer.effect(
        RunEvents,
        Effect.gen(function*() {
          const client = trouble(yield* KubernetesClient)
          return yield* Effect.provideService(makeRunEvents({ which, instance: "pod-1" }), KubernetesClient, client)
        })
      ).pipe(Layer.provide(
        Layer.effect(
          Leadership,
          Effect.map(Leadership, (alone) => Leadership.of({ ...alone, leads: Effect.succeed(leads) }))
        ).pipe(Layer.provide(Leadership.layerAlone))
      ))
    ),
    Layer.provideMerge(cluster(script))
  )

const limited = acting(() => failed("RateLimited"), () => ({ limitedAt: "1970-01-01T00:00:10Z" }))

const events = Effect.gen(function*() {
  const { all } = yield* verbs
  return (yield* all(EventKind)).filter(({ involvedObject }) => involvedObject.kind === "CodeRun")
})

const words = ({ action, involvedObject, reason, type }: Event) =>
  `${involvedObject.name ?? ""}: ${type ?? ""} ${action ?? ""} ${reason ?? ""}`

describe("Events about runs", () => {
  it.effect("are two for a run that goes well, where all are wanted, and what is written for it stays the same", () =>
    Effect.gen(function*() {
      const { create, requests } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("1 minute")
      const found = yield* events
      assert.sameMembers(found.map(words), ["first: Normal Start Started", "first: Normal Deliver Delivered"])
      const start = found.find(({ action }) => action === "Start")
      assert.deepInclude(start, {
        reportingComponent: "orchestrator.platform/controller",
        reportingInstance: "pod-1"
      })
      assert.match(start?.eventTime ?? "", /\.\d{6}Z$/)
      assert.deepStrictEqual((yield* requests).filter((each) => !/^(get|list)/.test(each)), [
        "create PersistentVolumeClaim",
        "create Job",
        "create ConfigMap",
        "replaceStatus CodeRun",
        "replaceStatus CodeRun",
        "patch Job"
      ])
    }).pipe(Effect.provide(told({}))))

  it.effect.each<{ readonly where: string; readonly options: Options }>([
    { where: "for a run that goes well, where Problems is set", options: { which: "Problems" } },
    { where: "for a run that goes well, where None is set", options: { which: "None" } },
    { where: "of who does not lead", options: { leads: false } }
  ])("are none $where", ({ options }) =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("1 minute")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
      assert.deepStrictEqual(yield* events, [])
    }).pipe(Effect.provide(told(options))))

  it.effect("tell that the node of a working agent is away, once", () =>
    Effect.gen(function*() {
      const { client, create, pods, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("10 seconds")
      const [pod] = yield* pods
      const conditions = pod?.status?.conditions?.map((each) =>
        each.type === "Ready" ? { ...each, status: "False" } : each
      )
      yield* client.patchStatus(PodKind, { name: pod?.metadata.name ?? "", namespace }, {
        type: "merge",
        body: { status: { conditions } }
      })
      yield* pass("1 minute")
      assert.strictEqual((yield* run("first")).status?.["reason"], "AgentRunning")
      assert.deepStrictEqual((yield* events).map(words), ["first: Warning Wait NodeNotReady"])
    }).pipe(Effect.provide(told({ which: "Problems", script: endless }))))

  it.effect("tell why a run waits, fails, is refused or cancelled, with the words of its status", () =>
    Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("2 seconds")
      yield* create(codeRun("second", { taskId: 2 }))
      yield* create(codeRun("third", { taskId: 3, repositoryUrl: "https://unknown.example.com/acme/api.git" }))
      yield* pass("1 second")
      yield* edit("second", { cancel: true })
      yield* pass("1 minute")
      const found = yield* events
      assert.sameMembers(found.map(words), [
        "first: Warning Fail AgentError",
        "second: Normal Wait WaitingForWorkspace",
        "second: Normal Cancel Cancelled",
        "third: Warning Refuse InvalidSpec"
      ])
      const failure = found.find(({ reason }) => reason === "AgentError")
      assert.strictEqual(failure?.message, (yield* run("first")).status?.["message"])
    }).pipe(Effect.provide(told({ which: "Problems", script: failing("AgentError", "30 seconds") }))))

  it.effect("count what comes again in the series of one object", () =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("90 minutes", "15 seconds")
      const attempts = attemptsOf((yield* run("first")).status)
      assert.isAbove(attempts.length, 1)
      const found = yield* events
      const retry = found.filter(({ action }) => action === "Retry")
      assert.lengthOf(retry, 1)
      assert.strictEqual(retry[0]?.series?.count, attempts.filter(({ reason }) => reason === "RateLimited").length)
      assert.match(retry[0]?.series?.lastObservedTime ?? "", /\.\d{6}Z$/)
    }).pipe(Effect.provide(told({ which: "Problems", script: limited }))))

  it.effect("are counted on the object that this process made, and on no other of its name", () => {
    const patches: Array<unknown> = []
    return Effect.gen(function*() {
      const { create } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("90 minutes", "15 seconds")
      const uids = (yield* events).filter(({ action }) => action === "Retry").map(({ metadata: { uid } }) => uid)
      assert.lengthOf(uids, 1)
      assert.isAbove(patches.length, 0)
      for (const body of patches) assert.deepInclude(body, { metadata: { uid: uids[0] } })
    }).pipe(Effect.provide(told({
      which: "Problems",
      script: limited,
      trouble: (client) => ({
        ...client,
        patch: (kind, ref, patch, options) => {
          patches.push(patch.body)
          return client.patch(kind, ref, patch, options)
        }
      })
    })))
  })

  for (const answer of ["fails", "never comes", "dies"] as const) {
    it.effect(`do not disturb a run where writing them ${answer}`, () =>
      Effect.gen(function*() {
        const { create, run } = yield* verbs
        yield* create(codeRun("first"))
        yield* pass("1 minute")
        assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
        assert.deepStrictEqual(yield* events, [])
      }).pipe(
        Effect.provide(told({
          trouble: (client) => ({
            ...client,
            create: () =>
              answer === "fails"
                ? new KubernetesError({
                  operation: "create",
                  ref: `events ${namespace}`,
                  reason: { _tag: "Forbidden", message: "no" }
                })
                : answer === "dies"
                ? Effect.die(new Error("of a test"))
                : Effect.never
          })
        }))
      ))
  }
})
