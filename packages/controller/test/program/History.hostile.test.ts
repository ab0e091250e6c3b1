/**
 * Finished runs and unused workspaces are deleted where the configuration says so, whatever clocks say, whoever changes them at that moment, and
 * whatever the API server refuses; and what somebody could still need stays.
 */
import { assert, describe, it } from "@effect/vitest"
import { ourLabels } from "@orchestrator/domain/Labels"
import { setClock, WallClock } from "@orchestrator/embedded/faults/WallClock"
import { CodeRunKind, ConfigMapKind, DocsRunKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { DateTime, Effect, Layer } from "effect"
import { acting, cluster, codeRun, controller, counted, delivering, docsRun, namespace, pass, verbs } from "./World.ts"

/** The whole world has one clock, which a test sets ahead instead of waiting for days. */
const worldAt = (config: object, { client = counted, script = delivering() }: Partial<Parts> = {}) =>
  Layer.provideMerge(controller(config, client), cluster(script)).pipe(
    Layer.provide(setClock),
    Layer.provideMerge(WallClock.layer)
  )

interface Parts {
  readonly client: typeof counted
  readonly script: ReturnType<typeof delivering>
}

const hour = 3_600_000
const day = 24 * hour

/** Sets the clock ahead, and lets two passes come. */
const later = Effect.fnUntraced(function*(millis: number) {
  const clock = yield* WallClock
  clock.millis += millis
  yield* pass("13 minutes", "10 seconds")
})

const namesLeft = Effect.gen(function*() {
  const { all } = yield* verbs
  return [...yield* all(CodeRunKind), ...yield* all(DocsRunKind)].map(({ metadata }) => metadata.name ?? "").toSorted()
})

const deletions = Effect.map(
  Effect.flatMap(verbs, ({ requests }) => requests),
  (all) => all.filter((request) => request.startsWith("delete"))
)

const condition = (type: string, reason: string) => ({ type, status: "True", reason, message: "" })

/** Runs as they are long after their end, each a second after the one before it, or all in one. */
const ended = (names: ReadonlyArray<string>, { together = false } = {}) =>
  Effect.gen(function*() {
    const { client } = yield* verbs
    const now = yield* DateTime.now
    for (const [index, name] of names.entries()) {
      const run = yield* client.create(DocsRunKind, docsRun(name))
      const time = DateTime.formatIso(DateTime.add(now, { seconds: together ? 0 : index }))
      yield* client.replaceStatus(DocsRunKind, {
        ...run,
        status: {
          phase: "Succeeded",
          reason: "Delivered",
          observedGeneration: 1,
          finishedAt: time,
          headCommit: "0123456789abcdef0123456789abcdef01234567",
          conditions: [condition("Finished", "Delivered"), condition("Delivered", "BranchPushed")]
        }
      })
    }
  })

/** The cluster as the controller meets it when it deletes a run. */
const meeting = (meet: (name: string) => Effect.Effect<unknown, KubernetesError, KubernetesClient>): typeof counted =>
  Layer.effect(
    KubernetesClient,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      return KubernetesClient.of({
        ...client,
        delete: (kind, ref, options) =>
          Effect.flatMap(
            Effect.result(Effect.provideService(meet(ref.name), KubernetesClient, client)),
            (met) => met._tag === "Failure" ? Effect.fail(met.failure) : client.delete(kind, ref, options)
          )
      })
    })
  ).pipe(Layer.provide(counted))

const refused = (name: string, reason: KubernetesErrorReason) =>
  new KubernetesError({ operation: "delete", ref: name, reason })

const month = 30 * day

/** An API server whose clock is not a month ahead: in this process it would read that of whoever asks. */
const withOwnClock: typeof counted = Layer.effect(
  KubernetesClient,
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    return KubernetesClient.of({
      ...client,
      create: (kind, object, options) =>
        Effect.map(client.create(kind, object, options), (created) => {
          const made = Date.parse(created.metadata.creationTimestamp ?? "") - month
          const creationTimestamp = DateTime.formatIso(DateTime.makeUnsafe(made))
          return { ...created, metadata: { ...created.metadata, creationTimestamp } }
        })
    })
  })
).pipe(Layer.provide(counted))

describe("history", () => {
  it.effect("nothing is deleted unless the configuration says so", () =>
    Effect.gen(function*() {
      yield* ended(["a", "b"])
      yield* later(400 * day)
      assert.deepStrictEqual(yield* namesLeft, ["a", "b"])
      assert.deepStrictEqual(yield* deletions, [])
    }).pipe(Effect.provide(worldAt({}))))

  it.effect("runs beyond the newest go when an hour is over, with one request each, and then nothing is asked any more", () =>
    Effect.gen(function*() {
      const { all, forget, requests } = yield* verbs
      yield* ended(["z", "y", "x"])
      yield* later(40 * 60_000)
      assert.deepStrictEqual(yield* namesLeft, ["x", "y", "z"])
      yield* later(hour)
      assert.deepStrictEqual(yield* namesLeft, ["x"])
      assert.deepStrictEqual(yield* deletions, ["delete DocsRun", "delete DocsRun"])
      assert.lengthOf(yield* all(ConfigMapKind), 0)
      yield* forget
      yield* later(day)
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(worldAt({ history: { succeeded: 1 } }))))

  it.effect("many runs of one second go one after the other, and the last of them by name stays", () =>
    Effect.gen(function*() {
      const names = Array.from({ length: 130 }, (_, index) => `run-${String(index).padStart(3, "0")}`)
      yield* ended(names, { together: true })
      const clock = yield* WallClock
      clock.millis += 2 * hour
      yield* pass("380 seconds", "10 seconds")
      const early = (yield* namesLeft).length
      assert.isAtLeast(early, 40, "more than one went in a second")
      assert.isAtMost(early, 129)
      yield* pass("4 minutes", "10 seconds")
      assert.deepStrictEqual(yield* namesLeft, ["run-129"])
      assert.lengthOf(yield* deletions, 129)
    }).pipe(Effect.provide(worldAt({ history: { succeeded: 1 } }))))

  it.effect("the last run of a workspace stays, and one whose work is nowhere else", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      for (const name of ["unpushed", "pushed", "last"]) {
        yield* create(codeRun(name))
        yield* pass("2 minutes", "5 seconds")
      }
      yield* later(10 * day)
      assert.deepStrictEqual(yield* namesLeft, ["last", "unpushed"])
    }).pipe(Effect.provide(worldAt({ history: { days: 1 } }, {
      script: (request) =>
        request.env["RUN_NAME"] === "unpushed" && request.container.name !== "prepare"
          ? { after: "10 seconds", exitCode: 1, onTerminate: { exitCode: 1 } }
          : delivering()(request)
    }))))

  it.effect("a controller whose clock is a month ahead deletes nothing before its time", () =>
    Effect.gen(function*() {
      yield* ended(["a"])
      yield* later(month)
      assert.deepStrictEqual(yield* namesLeft, ["a"])
      assert.deepStrictEqual(yield* deletions, [])
    }).pipe(Effect.provide(worldAt({ history: { days: 7 } }, { client: withOwnClock }))))

  let changes = 0
  it.effect("a run that is changed at that moment stays", () =>
    Effect.gen(function*() {
      const { docs } = yield* verbs
      yield* ended(["first", "second"])
      yield* later(2 * hour)
      assert.deepStrictEqual(yield* namesLeft, ["first", "second"])
      assert.isUndefined((yield* docs("first")).metadata.deletionTimestamp)
    }).pipe(Effect.provide(worldAt({ history: { succeeded: 1 } }, {
      client: meeting((name) =>
        Effect.flatMap(KubernetesClient, (client) =>
          client.patch(DocsRunKind, { name, namespace }, {
            type: "merge",
            body: { metadata: { annotations: { "example.com/seen": `${changes++}` } } }
          }))
      )
    }))))

  it.effect("where deletion is refused it is tried ever more seldom, and runs go on", () =>
    Effect.gen(function*() {
      const { create, docs, forget, requests } = yield* verbs
      yield* ended(["a", "b", "c", "d", "e", "f"])
      yield* later(2 * hour)
      yield* forget
      yield* pass("4 hours", "1 minute")
      assert.deepStrictEqual(yield* namesLeft, ["a", "b", "c", "d", "e", "f"])
      const asked = (yield* requests).filter((request) => request === "create ConfigMap").length
      assert.isAtMost(asked, 48, "the time is asked for once a pass")
      yield* create(docsRun("still"))
      yield* pass("2 minutes", "5 seconds")
      assert.strictEqual((yield* docs("still")).status?.["phase"], "Succeeded")
    }).pipe(Effect.provide(worldAt({ history: { succeeded: 1 } }, {
      client: meeting((name) => refused(name, { _tag: "Forbidden", message: "no" }))
    }))))

  it.effect("one whose deletion a webhook refuses holds up no other", () =>
    Effect.gen(function*() {
      yield* ended(["a", "b", "c"])
      yield* later(2 * hour)
      assert.deepStrictEqual(yield* namesLeft, ["a", "c"])
    }).pipe(Effect.provide(worldAt({ history: { succeeded: 1 } }, {
      client: meeting((name) =>
        name === "a" ? refused(name, { _tag: "Refused", status: 400, message: "no" }) : Effect.void
      )
    }))))
})

const claimsLeft = Effect.map(
  Effect.flatMap(verbs, ({ all }) => all(PersistentVolumeClaimKind)),
  (claims) => claims.map(({ metadata }) => metadata.name)
)

describe("workspaces that nobody uses", () => {
  const week = { storage: { unusedDays: 7 } }

  const used = Effect.gen(function*() {
    const { create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("2 minutes", "5 seconds")
  })

  it.effect("go after so many days, and the next run makes a new one", () =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      yield* used
      yield* later(6 * day)
      assert.deepStrictEqual(yield* claimsLeft, ["workspace-api"])
      yield* later(2 * day)
      assert.deepStrictEqual(yield* claimsLeft, [])
      yield* create(codeRun("second"))
      yield* pass("2 minutes", "5 seconds")
      assert.strictEqual((yield* run("second")).status?.["phase"], "Succeeded")
      assert.deepStrictEqual(yield* claimsLeft, ["workspace-api"])
    }).pipe(Effect.provide(worldAt(week))))

  it.effect("stay while somebody else's pod mounts them, and where they only look like ours", () =>
    Effect.gen(function*() {
      const { client } = yield* verbs
      yield* used
      yield* client.create(PodKind, {
        metadata: { name: "debug", namespace },
        spec: {
          nodeName: "elsewhere",
          containers: [{ name: "shell", image: "shell" }],
          volumes: [{ name: "workspace", persistentVolumeClaim: { claimName: "workspace-api" } }]
        }
      })
      yield* client.create(PersistentVolumeClaimKind, {
        metadata: { name: "planted", namespace, labels: { ...ourLabels, component: "workspace" } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
      })
      yield* later(20 * day)
      assert.sameMembers(yield* claimsLeft, ["workspace-api", "planted"])
      yield* client.delete(PodKind, { name: "debug", namespace }, { gracePeriodSeconds: 0 })
      yield* later(20 * day)
      assert.deepStrictEqual(yield* claimsLeft, ["planted"])
    }).pipe(Effect.provide(worldAt(week))))

  it.effect("go before their last run does, where both are to go", () =>
    Effect.gen(function*() {
      yield* used
      yield* later(6 * day)
      assert.deepStrictEqual([yield* claimsLeft, yield* namesLeft], [["workspace-api"], ["first"]])
      yield* later(4 * day)
      assert.deepStrictEqual([yield* claimsLeft, yield* namesLeft], [[], []])
    }).pipe(Effect.provide(worldAt({ ...week, history: { days: 1 } }))))

  it.effect("stay where the run that had one failed", () =>
    Effect.gen(function*() {
      yield* used
      yield* later(20 * day)
      assert.deepStrictEqual(yield* claimsLeft, ["workspace-api"])
    }).pipe(Effect.provide(worldAt(week, {
      script: acting(() => ({ after: "10 seconds", exitCode: 1 }))
    }))))
})
