import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Clock, Context, Duration, Effect, Fiber, Option, Random, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { makeDecisions } from "../../src/access/Decisions.ts"
import { newCodeSpec } from "../fixtures/Runs.ts"
import { accessOver, addUser, askAs, Reviews, TestAccess } from "../fixtures/TestAccess.ts"

const path = "/api/v1/code-runs"

const statusOf = (token: string, at = path) => Effect.map(askAs(token, "GET", at), ({ status }) => status)

/** How often the cluster was asked, for tokens and for permissions. */
const asked = Effect.map(Reviews, ({ accesses, tokens }) => [tokens.length, accesses.length])

const failing = (reason: KubernetesErrorReason) =>
  Effect.fail(new KubernetesError({ operation: "create", ref: "tokenreviews.authentication.k8s.io", reason }))

/** A user whose rights are taken and given back. */
const switched = Effect.fnUntraced(function*(name: string, initially: boolean) {
  let on = initially
  yield* addUser(name, () => on)
  return { set: (value: boolean) => void (on = value) }
})

describe("a decision to let somebody do something", () => {
  it.effect("is used for less than ten seconds", () =>
    Effect.gen(function*() {
      const rights = yield* switched("jane", true)
      assert.strictEqual(yield* statusOf("jane"), 200)
      rights.set(false)
      yield* TestClock.adjust("9999 millis")
      assert.strictEqual(yield* statusOf("jane"), 200)
      assert.deepStrictEqual(yield* asked, [1, 1])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf("jane"), 403)
      assert.deepStrictEqual(yield* asked, [2, 2])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("is as old as the token's review that it rests on", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      yield* statusOf("jane")
      yield* TestClock.adjust("9 seconds")
      yield* statusOf("jane", "/api/v1/docs-runs")
      assert.deepStrictEqual(yield* asked, [1, 2])
      yield* TestClock.adjust("1 seconds")
      yield* statusOf("jane", "/api/v1/docs-runs")
      assert.deepStrictEqual(yield* asked, [2, 3])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("counts its age from the question, not from the answer", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      const reviews = yield* Reviews
      reviews.before = Effect.sleep("3 seconds")
      const first = yield* Effect.forkChild(statusOf("jane"))
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual(yield* Fiber.join(first), 200)
      reviews.before = Effect.void
      yield* TestClock.adjust("3999 millis")
      yield* statusOf("jane")
      assert.deepStrictEqual(yield* asked, [1, 1])
      yield* TestClock.adjust("1 millis")
      yield* statusOf("jane")
      assert.deepStrictEqual(yield* asked, [2, 2])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("is made again when it got too old while it was made", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      yield* statusOf("jane")
      yield* TestClock.adjust("8 seconds")
      const reviews = yield* Reviews
      reviews.before = Effect.sleep("3 seconds")
      const second = yield* Effect.forkChild(statusOf("jane", "/api/v1/docs-runs"))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* Fiber.join(second), 200)
      assert.deepStrictEqual(yield* asked, [2, 3])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("is one question for all who ask at once", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      const reviews = yield* Reviews
      reviews.before = Effect.sleep("1 seconds")
      const all = yield* Effect.forkChild(Effect.all(Array.from({ length: 20 }, () => statusOf("jane")), {
        concurrency: "unbounded"
      }))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(new Set(yield* Fiber.join(all)), new Set([200]))
      assert.deepStrictEqual(yield* asked, [1, 1])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("is nobody else's", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      yield* switched("john", false)
      assert.strictEqual(yield* statusOf("jane"), 200)
      assert.strictEqual(yield* statusOf("john"), 403)
      assert.strictEqual(yield* statusOf("jan"), 401)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("is not forgotten for tokens that nobody knows, however many there are", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      yield* statusOf("jane")
      yield* Effect.forEach(Array.from({ length: 1024 }, (_, index) => `stranger-${index}`), (token) => statusOf(token))
      assert.deepStrictEqual(yield* asked, [1025, 1])
      yield* statusOf("jane")
      assert.deepStrictEqual((yield* asked)[0], 1025)
    }).pipe(Effect.provide(TestAccess)))
})

describe("a request that needs very much", () => {
  const body = {
    spec: {
      ...newCodeSpec,
      envFromSecrets: Array.from({ length: 32 }, (_, index) => ({
        name: `KEY_${index}`,
        secretName: `secret-${index}`,
        secretKey: "key"
      }))
    }
  }

  it.effect("is refused after a look at some of it", () =>
    Effect.gen(function*() {
      yield* addUser("jane", (wanted) => wanted === "create coderuns")
      assert.strictEqual((yield* askAs("jane", "POST", path, { body })).status, 403)
      assert.isBelow((yield* asked)[1] ?? 0, 1 + 2 * 32 + 2)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("needs all of it", () =>
    Effect.gen(function*() {
      yield* addUser("jane", (wanted) => !wanted.endsWith(" secrets/secret-31"))
      const { json, status } = yield* askAs("jane", "POST", path, { body })
      assert.strictEqual(status, 403)
      assert.deepStrictEqual(json.missing.map((each) => each["name"]), ["secret-31"])
      yield* addUser("john", () => true)
      assert.strictEqual((yield* askAs("john", "POST", path, { body })).status, 201)
    }).pipe(Effect.provide(TestAccess)))
})

describe("a refusal", () => {
  it.effect("of a permission is used for less than two seconds", () =>
    Effect.gen(function*() {
      const rights = yield* switched("jane", false)
      assert.strictEqual(yield* statusOf("jane"), 403)
      rights.set(true)
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(yield* statusOf("jane"), 403)
      assert.deepStrictEqual(yield* asked, [1, 1])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf("jane"), 200)
      assert.deepStrictEqual(yield* asked, [1, 2])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("of a token is used for less than two seconds", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* statusOf("jane"), 401)
      yield* switched("jane", true)
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(yield* statusOf("jane"), 401)
      assert.deepStrictEqual(yield* asked, [1, 0])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf("jane"), 200)
    }).pipe(Effect.provide(TestAccess)))
})

describe("a cluster that gives no answer", () => {
  const message = "as the cluster said"
  const reasons: ReadonlyArray<KubernetesErrorReason> = [
    { _tag: "NotFound", message },
    { _tag: "AlreadyExists", message },
    { _tag: "Conflict", message },
    { _tag: "Gone", message },
    { _tag: "Invalid", message, causes: [] },
    { _tag: "BadRequest", message },
    { _tag: "Unauthorized", message },
    { _tag: "Forbidden", message },
    { _tag: "MethodNotAllowed", message },
    { _tag: "Refused", message, status: 406 },
    { _tag: "TooManyRequests", message, retryAfterSeconds: 7.2 },
    { _tag: "ServerError", message, status: 500 },
    { _tag: "Unreachable", message },
    { _tag: "Malformed", message: "expected JSON, found: {\"spec\":{\"token\":\"jane\"" }
  ]

  it.effect.each(reasons.map((reason) => [reason._tag, reason] as const))(
    "(%s) allows nothing, and is asked again at once",
    ([, reason]) =>
      Effect.gen(function*() {
        yield* switched("jane", true)
        const reviews = yield* Reviews
        for (const [forToken, forAccess] of [[true, false], [false, true]]) {
          yield* TestClock.adjust("10 seconds")
          reviews.accesses.length = 0
          reviews.before = Effect.suspend(() =>
            (reviews.accesses.length === 0 ? forToken : forAccess) === true ? failing(reason) : Effect.void
          )
          const { headers, json, status, text } = yield* askAs("jane", "GET", path)
          assert.deepStrictEqual([status, json.type], [503, "urn:orchestrator:problem:access-unknown"])
          assert.include(json.detail, forToken === true ? "TokenReview" : "SubjectAccessReview")
          assert.notInclude(text, "jane")
          assert.notInclude(text, message)
          assert.strictEqual(headers["retry-after"], reason._tag === "TooManyRequests" ? "8" : "1")
          reviews.before = Effect.void
          assert.strictEqual(yield* statusOf("jane"), 200)
        }
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect("says what the orchestrator itself lacks", () =>
    Effect.gen(function*() {
      const reviews = yield* Reviews
      reviews.before = failing({ _tag: "Forbidden", message })
      const { json } = yield* askAs("jane", "GET", path)
      assert.include(json.hint, "system:auth-delegator")
    }).pipe(Effect.provide(TestAccess)))

  it.effect("in time allows nothing", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      const reviews = yield* Reviews
      reviews.before = Effect.never
      const asking = yield* Effect.forkChild(statusOf("jane"))
      yield* TestClock.adjust("3999 millis")
      assert.isUndefined(asking.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(asking), 503)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("to one who leaves still gives it to the others", () =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      const reviews = yield* Reviews
      reviews.before = Effect.sleep("1 seconds")
      const leaving = yield* Effect.forkChild(statusOf("jane"))
      const staying = yield* Effect.forkChild(statusOf("jane"))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(leaving)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(staying), 200)
    }).pipe(Effect.provide(TestAccess)))
})

describe("audiences", () => {
  const answering = (audiences: ReadonlyArray<string> | undefined) =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      const reviews = yield* Reviews
      reviews.answer = ({ status, ...review }) => {
        const { audiences: _, ...rest } = status ?? {}
        return { ...review, status: { ...rest, ...(audiences === undefined ? {} : { audiences }) } }
      }
      return yield* askAs("jane", "GET", path)
    })

  it.effect.each<[string, ReadonlyArray<string> | undefined, number]>([
    ["ours", ["orchestrator"], 200],
    ["ours among others", ["x", "second"], 200],
    ["another", ["https://kubernetes.default.svc"], 401],
    ["none", [], 401],
    ["not at all", undefined, 401]
  ])("a token is for: %s", ([, audiences, want]) =>
    Effect.gen(function*() {
      const { json, status } = yield* answering(audiences)
      assert.strictEqual(status, want)
      const { tokens } = yield* Reviews
      assert.deepStrictEqual(tokens, [{ token: "jane", audiences: ["orchestrator", "second"] }])
      if (want === 401) assert.include(json.hint, "--audience orchestrator")
    }).pipe(Effect.provide(accessOver(["orchestrator", "second"]))))

  it.effect("are the API server's own unless they are named", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* answering(["https://kubernetes.default.svc"])).status, 200)
      assert.deepStrictEqual((yield* Reviews).tokens, [{ token: "jane" }])
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each([
    { authenticated: false, user: { username: "jane" } },
    { user: { username: "jane" } },
    { authenticated: true },
    { authenticated: true, user: {} },
    { authenticated: true, user: { username: "" } },
    { authenticated: false, error: "the authenticator is away" }
  ])("an answer like %j lets nobody in", (status) =>
    Effect.gen(function*() {
      yield* switched("jane", true)
      const reviews = yield* Reviews
      reviews.answer = (review) => ({ ...review, status })
      assert.strictEqual(yield* statusOf("jane"), 401)
    }).pipe(Effect.provide(TestAccess)))
})

/** I12, over any order of granting, revoking, waiting, slow and failing reviews. */
describe("nothing is served without a fresh permission", () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index)

  it.effect.each(seeds)("in the order of seed %i", (seed) =>
    Effect.gen(function*() {
      const rights = yield* switched("jane", true)
      const reviews = yield* Reviews
      const start = yield* Clock.currentTimeMillis
      let granted = true
      let lastGranted = start
      let served = 0
      for (let step = 0; step < 60; step++) {
        const now = yield* Clock.currentTimeMillis
        if (granted) lastGranted = now
        const dice = yield* Random.nextIntBetween(0, 100)
        if (dice < 25) rights.set(granted = !granted)
        else if (dice < 45) yield* TestClock.adjust(Duration.millis(yield* Random.nextIntBetween(1, 6000)))
        else {
          const delay = dice < 60 ? yield* Random.nextIntBetween(1, 3900) : 0
          reviews.before = dice > 92 ? failing({ _tag: "Unreachable", message: "away" }) : Effect.sleep(delay)
          const asking = yield* Effect.forkChild(statusOf("jane", dice % 2 === 0 ? path : "/api/v1/docs-runs"))
          while (asking.pollUnsafe() === undefined) yield* TestClock.adjust(Duration.millis(delay))
          const end = yield* Clock.currentTimeMillis
          if (granted) lastGranted = end
          if ((yield* Fiber.join(asking)) === 200) {
            served += 1
            assert.isBelow(end - lastGranted, 10_000, `step ${step}`)
          }
        }
      }
      assert.isAbove(served, 0)
    }).pipe(Random.withSeed(seed), Effect.provide(TestAccess)))
})

/** What a request has while it is answered. */
class Body extends Context.Service<Body, string>()("@orchestrator/http/test/Body") {}

it.effect("what is found out about somebody is found out without anything of the request, which would be kept beside it", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { registerUser } = yield* EmbeddedStore
    yield* registerUser("jane", { username: "jane" })
    const had: Array<boolean> = []
    const decide = yield* makeDecisions({
      audiences: [],
      client: {
        ...client,
        create: (kind, object, options) =>
          Effect.flatMap(Effect.serviceOption(Body), (body) => {
            had.push(Option.isSome(body))
            return client.create(kind, object, options)
          })
      }
    })
    const { missing, user } = yield* decide(
      Redacted.make("jane"),
      [{ verb: "list", resource: "coderuns" }],
      "orchestrator"
    ).pipe(Effect.provideService(Body, "of some megabytes"))
    assert.deepStrictEqual([user?.username, missing, had], ["jane", [], [false, false]])
  }).pipe(Effect.provide(layerMemory)))
