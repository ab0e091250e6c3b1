/**
 * What never succeeds is tried at a bounded rate that falls, whichever request it is and whatever the API server answers; and what happens
 * to the run meanwhile is looked at all the same.
 */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, JobKind, type Kind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer, Stream } from "effect"
import { cluster, codeRun, controller, counted, endless, namespace, pass, Requests, verbs } from "./World.ts"

const verbsOf = ["get", "list", "watch", "create", "replaceStatus", "patch"] as const
type Verb = (typeof verbsOf)[number]

/** The cluster as the controller meets it: `refuse` says what it answers instead. Counts every request, reads as well. */
const answering = (refuse: (verb: Verb, kind: Kind) => KubernetesErrorReason | undefined) =>
  Layer.effect(
    KubernetesClient,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const requests = yield* Requests
      const or = <A>(verb: Verb, kind: Kind, answer: Effect.Effect<A, KubernetesError>) =>
        Effect.suspend(() => {
          requests.push({ verb, kind: kind.kind })
          const reason = refuse(verb, kind)
          return reason === undefined ? answer : new KubernetesError({ operation: verb, ref: kind.plural, reason })
        })
      return KubernetesClient.of({
        ...client,
        get: (kind, ref) => or("get", kind, client.get(kind, ref)),
        list: (kind, options) => or("list", kind, client.list(kind, options)),
        watch: (kind, options) => Stream.unwrap(or("watch", kind, Effect.succeed(client.watch(kind, options)))),
        create: (kind, object) => or("create", kind, client.create(kind, object)),
        replaceStatus: (kind, object) => or("replaceStatus", kind, client.replaceStatus(kind, object)),
        patch: (kind, ref, patch) => or("patch", kind, client.patch(kind, ref, patch))
      })
    })
  )

/** Requests of a kind and verb by minute. */
const perMinute = Effect.fnUntraced(function*(verb: Verb, kind: Kind, minutes: number) {
  const { forget, requests } = yield* verbs
  const counts: Array<number> = []
  for (let minute = 0; minute < minutes; minute++) {
    yield* forget
    yield* pass("1 minute", "2 seconds")
    counts.push((yield* requests).filter((each) => each === `${verb} ${kind.kind}`).length)
  }
  return counts
})

const total = Effect.fnUntraced(function*(minutes: number) {
  const { forget, requests } = yield* verbs
  const counts: Array<number> = []
  for (let minute = 0; minute < minutes; minute++) {
    yield* forget
    yield* pass("1 minute", "2 seconds")
    counts.push((yield* requests).filter((each) => !each.startsWith("watch") && !each.startsWith("list")).length)
  }
  return counts
})

/** At most so many in the first minute, fewer in the next, a handful from then on. */
const isBounded = ([first = 0, ...later]: ReadonlyArray<number>, what: string) => {
  assert.isAtMost(first, 30, what)
  for (const count of later.slice(1)) assert.isAtMost(count, 6, what)
}

const started = Effect.fnUntraced(function*(name = "first") {
  const { create } = yield* verbs
  yield* create(codeRun(name))
  yield* pass("30 seconds")
})

/** The cluster whose definition of runs lacks a field of the status: it takes it, and keeps the rest. */
const losing = (field: string) => {
  const without = <A extends KubernetesObject>(object: A): A => {
    const copy: { status?: Record<string, unknown> } & A = structuredClone(object)
    delete copy.status?.[field]
    return copy
  }
  return Layer.effect(
    KubernetesClient,
    Effect.map(KubernetesClient, (client) =>
      KubernetesClient.of({
        ...client,
        replaceStatus: (kind, object) => client.replaceStatus(kind, without(object))
      }))
  ).pipe(Layer.provide(counted))
}

describe("what the cluster takes and does not keep", () => {
  it.effect("a label taken off the files of a run that works: they are looked for ever more seldom, and a cancel is seen at once", () =>
    Effect.gen(function*() {
      const { all, client, edit, run } = yield* verbs
      yield* started()
      const [files] = yield* all(ConfigMapKind)
      yield* client.patch(ConfigMapKind, { name: files?.metadata.name ?? "", namespace }, {
        type: "merge",
        body: { metadata: { labels: { app: null } } }
      })
      const counts = yield* total(4)
      isBounded(counts, `requests a minute: ${counts}`)
      assert.isAtMost((counts[1] ?? 0) + (counts[2] ?? 0) + (counts[3] ?? 0), 12)
      yield* edit("first", { cancel: true })
      yield* pass("30 seconds")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Cancelled")
    }).pipe(Effect.provide(Layer.provideMerge(controller(), cluster(endless)))))

  it.effect("somebody who takes the label off each time it is looked for", () =>
    Effect.gen(function*() {
      const { all, client } = yield* verbs
      yield* started()
      const [files] = yield* all(ConfigMapKind)
      const label = (app: string | null) =>
        client.patch(ConfigMapKind, { name: files?.metadata.name ?? "", namespace }, {
          type: "merge",
          body: { metadata: { labels: { app } } }
        })
      yield* Effect.forkChild(Effect.forever(Effect.gen(function*() {
        yield* label(null)
        yield* Effect.sleep("100 millis")
        yield* label("orchestrator")
        yield* Effect.sleep("100 millis")
      })))
      const [first = 0] = yield* total(1)
      assert.isAtMost(first, 60)
    }).pipe(Effect.provide(Layer.provideMerge(controller(), cluster(endless)))))

  it.effect.each(["conditions", "attempts", "message", "reason", "phase", "jobName", "contextVersion", "lastUpdate"])(
    "a definition of runs that lacks status.%s",
    (field) =>
      Effect.gen(function*() {
        yield* started()
        const counts = yield* total(3)
        isBounded(counts, `requests a minute: ${counts}`)
      }).pipe(Effect.provide(Layer.provideMerge(
        controller({}, losing(field)),
        cluster(endless)
      )))
  )
})

it.effect("runs of an older version whose definition lacks conditions are told ever more seldom that they have ended", () =>
  Effect.gen(function*() {
    const { client, create, requests } = yield* verbs
    for (const name of ["old-0", "old-1"]) {
      yield* create(codeRun(name))
      const run = yield* client.get(CodeRunKind, { name, namespace })
      yield* client.replaceStatus(CodeRunKind, { ...run, status: { phase: "Failed", contextVersion: 1 } })
    }
    yield* Effect.provide(pass("4 hours", "1 minute"), controller({}, losing("conditions")))
    const written = (yield* requests).filter((each) => each === "replaceStatus CodeRun").length
    assert.isAbove(written, 2)
    assert.isAtMost(written, 2 * 7)
  }).pipe(Effect.provide(cluster())))

const reasons: ReadonlyArray<KubernetesErrorReason> = [
  { _tag: "TooManyRequests", message: "slow down", retryAfterSeconds: 0 },
  { _tag: "TooManyRequests", message: "slow down" },
  { _tag: "ServerError", status: 500, message: "broken", retryAfterSeconds: 0 },
  { _tag: "Unreachable", message: "connection reset" },
  { _tag: "Malformed", message: "no JSON" },
  { _tag: "Conflict", message: "changed" },
  { _tag: "AlreadyExists", message: "exists" },
  { _tag: "NotFound", message: "gone" },
  { _tag: "Forbidden", message: "not allowed" },
  { _tag: "Invalid", message: "no", causes: [] },
  { _tag: "Gone", message: "too old" },
  { _tag: "BadRequest", message: "no" },
  { _tag: "Refused", status: 413, message: "too large" }
]

const refusing = (reason: KubernetesErrorReason, verb: Verb, plural?: string) =>
  Layer.provideMerge(
    controller(
      {},
      answering((asked, kind) => asked === verb && (plural ?? kind.plural) === kind.plural ? reason : undefined)
    ),
    cluster(endless)
  )

describe.each(reasons)("answered with $_tag $retryAfterSeconds for ever", (reason) => {
  it.effect.each(["create", "get", "replaceStatus", "patch"] as const)(
    "%s of anything",
    (verb) =>
      Effect.gen(function*() {
        const { create } = yield* verbs
        yield* create(codeRun("first"))
        const counts = yield* total(3)
        isBounded(counts, `requests a minute: ${counts}`)
      }).pipe(Effect.provide(refusing(reason, verb)))
  )
})

const asked: ReadonlyArray<{ readonly verb: Verb; readonly kind: Kind }> = [
  { verb: "create", kind: JobKind },
  { verb: "create", kind: ConfigMapKind },
  { verb: "patch", kind: JobKind }
]

describe.each(reasons.filter(({ _tag }) => _tag !== "Forbidden").slice(0, 8))(
  "answered with $_tag for ever",
  (reason) => {
    it.effect.each(asked)("$verb $kind.kind", ({ kind, verb }) =>
      Effect.gen(function*() {
        const { create, edit } = yield* verbs
        yield* create(codeRun("first"))
        yield* pass("1 second")
        yield* edit("first", { cancel: verb === "patch" })
        const counts = yield* total(3)
        isBounded(counts, `requests a minute: ${counts}`)
      }).pipe(Effect.provide(refusing(reason, verb, kind.plural))))
  }
)

it.effect.each(["list", "watch"] as const)(
  "%s of Jobs that the server never has time for",
  (verb) =>
    Effect.gen(function*() {
      const counts = yield* perMinute(verb, JobKind, 3)
      for (const count of counts) assert.isAtMost(count, 30, `requests a minute: ${counts}`)
    }).pipe(
      Effect.provide(refusing({ _tag: "TooManyRequests", message: "slow down", retryAfterSeconds: 0 }, verb, "jobs"))
    )
)

it.effect("a server that asks to come back in an hour: a run that is new is tried within a minute, one that changes within seconds", () =>
  Effect.gen(function*() {
    const { create, edit, forget, requests } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("2 seconds")
    yield* forget
    yield* pass("65 seconds")
    assert.include(yield* requests, "create Job")
    yield* forget
    yield* edit("first", { timeoutSeconds: 1000 })
    yield* pass("6 seconds")
    assert.include(yield* requests, "create Job")
  }).pipe(Effect.provide(Layer.provideMerge(
    controller(
      {},
      answering((verb, kind) =>
        verb === "create" && kind.kind === "Job"
          ? { _tag: "TooManyRequests", message: "slow down", retryAfterSeconds: 3600 }
          : undefined
      )
    ),
    cluster(endless)
  ))))
