/** What the API server refuses a run: its words are in the status, nothing begins without its files, and what may be taken later is. */
import { assert, describe, it } from "@effect/vitest"
import { JobKind, type Kind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { cluster, codeRun, controller, counted, endless, pass, verbs } from "./World.ts"

const quota: KubernetesErrorReason = {
  _tag: "Forbidden",
  message: "configmaps \"x\" is forbidden: exceeded quota: few, requested: count/configmaps=1, used: 5, limited: 5"
}
const policy: KubernetesErrorReason = {
  _tag: "Invalid",
  message: "configmaps \"x\" is invalid: ValidatingAdmissionPolicy 'names' denied request: no such label",
  causes: []
}
const webhook: KubernetesErrorReason = {
  _tag: "ServerError",
  status: 500,
  message: "Internal error occurred: failed calling webhook \"names.acme.example\": connection refused"
}

interface Refusing {
  on: boolean
}

const refusing = (verb: "create" | "patch", plural: string, reason: KubernetesErrorReason, switched: Refusing) =>
  Layer.effect(
    KubernetesClient,
    Effect.map(KubernetesClient, (client) => {
      const or = <A>(asked: string, kind: Kind, answer: Effect.Effect<A, KubernetesError>) =>
        Effect.suspend(() =>
          switched.on && asked === verb && kind.plural === plural
            ? new KubernetesError({ operation: asked, ref: kind.plural, reason })
            : answer
        )
      return KubernetesClient.of({
        ...client,
        create: (kind, object) => or("create", kind, client.create(kind, object)),
        patch: (kind, ref, patch) => or("patch", kind, client.patch(kind, ref, patch))
      })
    })
  ).pipe(Layer.provide(counted))

const inWorld = <E, A>(
  [verb, plural, reason]: readonly ["create" | "patch", string, KubernetesErrorReason],
  test: (switched: Refusing) => Effect.Effect<A, E, Effect.Services<typeof verbs> | KubernetesClient>
) => {
  const switched = { on: true }
  return test(switched).pipe(Effect.provide(Layer.provideMerge(
    controller({ job: { startDeadlineSeconds: 120 } }, refusing(verb, plural, reason, switched)),
    cluster()
  )))
}

const statusOf = Effect.fnUntraced(function*(name: string) {
  const { run } = yield* verbs
  const { message, phase, reason } = (yield* run(name)).status ?? {}
  return { phase, reason, message: String(message) }
})

const waiting = [
  {
    name: "a quota of claims",
    of: ["create", "persistentvolumeclaims", quota],
    phase: "Pending",
    words: "exceeded quota: few"
  },
  {
    name: "a quota of ConfigMaps",
    of: ["create", "configmaps", quota],
    phase: "Running",
    words: "exceeded quota: few"
  },
  { name: "a quota of Jobs", of: ["create", "jobs", quota], phase: "Pending", words: "exceeded quota: few" },
  {
    name: "a webhook of Jobs that is away",
    of: ["create", "jobs", webhook],
    phase: "Pending",
    words: "failed calling webhook"
  },
  {
    name: "a webhook of claims that is away",
    of: ["create", "persistentvolumeclaims", webhook],
    phase: "Pending",
    words: "failed calling webhook"
  }
] as const

describe("for now", () => {
  it.effect.each(waiting)(
    "$name: its words are in the status, no agent begins, and the run goes on when it may",
    ({ of, phase, words }) =>
      inWorld(of, (switched) =>
        Effect.gen(function*() {
          const { agents, create } = yield* verbs
          yield* create(codeRun("first"))
          yield* pass("30 seconds", "5 seconds")
          const said = yield* statusOf("first")
          assert.strictEqual(said.phase, phase)
          assert.include(said.message, words)
          assert.lengthOf(yield* agents, 0)
          switched.on = false
          yield* pass("4 minutes", "10 seconds")
          assert.strictEqual((yield* statusOf("first")).phase, "Succeeded")
        }))
  )

  it.effect("a quota of ConfigMaps that stays ends the start with the quota's words, and its Job", () =>
    inWorld(["create", "configmaps", quota], () =>
      Effect.gen(function*() {
        const { agents, client, create } = yield* verbs
        yield* create(codeRun("first"))
        yield* pass("14 minutes", "10 seconds")
        const { message, phase, reason } = yield* statusOf("first")
        assert.deepStrictEqual([phase, reason], ["Failed", "QuotaExceeded"])
        assert.include(message, "exceeded quota: few")
        assert.lengthOf(yield* agents, 0)
        const jobs = (yield* client.list(JobKind, {})).items
        assert.isTrue(jobs.every(({ status }) => status?.conditions?.some(({ type }) => type === "Failed")))
      })))

  it.effect("what is said of it does not change from try to try", () =>
    inWorld(["create", "persistentvolumeclaims", quota], () =>
      Effect.gen(function*() {
        const { create, forget, requests } = yield* verbs
        yield* create(codeRun("first"))
        yield* pass("10 seconds", "5 seconds")
        yield* forget
        yield* pass("5 minutes", "10 seconds")
        assert.notInclude(yield* requests, "replaceStatus CodeRun")
      })))
})

const never = [
  { name: "a policy against claims", of: ["create", "persistentvolumeclaims", policy], jobs: 0 },
  { name: "a policy against Jobs", of: ["create", "jobs", policy], jobs: 0 },
  { name: "a policy against ConfigMaps", of: ["create", "configmaps", policy], jobs: 1 },
  {
    name: "files that are too large",
    of: ["create", "configmaps", { _tag: "Refused", status: 413, message: "denied request: too large" }],
    jobs: 1
  },
  {
    name: "a webhook that answers 400",
    of: ["create", "persistentvolumeclaims", { _tag: "BadRequest", message: "admission webhook denied request: no" }],
    jobs: 0
  }
] as const

it.effect.each(never)(
  "for ever, $name: the run ends with the server's words, and no agent begins",
  ({ jobs, of }) =>
    inWorld(of, () =>
      Effect.gen(function*() {
        const { agents, create, requests } = yield* verbs
        yield* create(codeRun("first"))
        yield* pass("1 minute", "5 seconds")
        const { message, phase, reason } = yield* statusOf("first")
        assert.deepStrictEqual([phase, reason], ["Failed", "InvalidSpec"])
        assert.include(message, "denied request")
        assert.lengthOf(yield* agents, 0)
        assert.strictEqual((yield* requests).filter((each) => each === "create Job").length, jobs)
      }))
)

it.effect("a Job that may not be stopped: a run that is being cancelled says so, and is cancelled when it may", () => {
  const switched = { on: false }
  return Effect.gen(function*() {
    const { create, edit } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("30 seconds", "5 seconds")
    switched.on = true
    yield* edit("first", { cancel: true })
    yield* pass("30 seconds", "5 seconds")
    const said = yield* statusOf("first")
    assert.strictEqual(said.phase, "Running")
    assert.include(said.message, "exceeded quota")
    switched.on = false
    yield* pass("3 minutes", "10 seconds")
    assert.strictEqual((yield* statusOf("first")).phase, "Cancelled")
  }).pipe(
    Effect.provide(Layer.provideMerge(controller({}, refusing("patch", "jobs", quota, switched)), cluster(endless)))
  )
})
