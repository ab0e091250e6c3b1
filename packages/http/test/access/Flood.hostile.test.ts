/** Whoever knocks with tokens that nobody knows: how often the cluster is asked, and what that costs those whom it knows. */
import { assert, describe, it, live } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "node:net"
import { makeGate } from "../../src/access/Gate.ts"
import { makeRefusedTokens } from "../../src/access/RefusedTokens.ts"
import { tokenFault } from "../../src/access/TokenForm.ts"
import { AccessUnknown } from "../../src/contract/Problem.ts"
import { accessOver, addUser, askAs, Reviews, TestAccess } from "../fixtures/TestAccess.ts"
import { startServer } from "../fixtures/TestServer.ts"

const now = Date.parse("2026-03-01T10:00:00Z")
const seconds = now / 1000
const part = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")
const jwt = (claims: unknown, header: unknown = { alg: "RS256" }) =>
  `${part(header)}.${part(claims)}.${part("not a signature")}`
const good = { iss: "https://kubernetes.default.svc", aud: ["orchestrator"], exp: seconds + 600 }
const rules = { audiences: ["orchestrator"], tokens: "jwt" as const }

describe("a token that is known to be none without asking", () => {
  it.each([
    { attack: "nothing", token: "" },
    { attack: "random letters", token: "Zm9vYmFy" },
    { attack: "words", token: "let me in" },
    { attack: "a header's end and another header", token: "a\r\nX-Evil: 1" },
    { attack: "a megabyte", token: "x".repeat(1_000_000) },
    { attack: "a long token of the right form", token: jwt({ ...good, pad: "x".repeat(9000) }) },
    { attack: "two parts", token: `${part({ alg: "RS256" })}.${part(good)}` },
    { attack: "four parts", token: `${jwt(good)}.more` },
    { attack: "parts that are no JSON", token: "aaaa.bbbb.cccc" },
    { attack: "a list for claims", token: jwt([good]) },
    { attack: "a text for claims", token: jwt("claims") },
    { attack: "no algorithm", token: jwt(good, {}) },
    { attack: "claims of many levels", token: jwt(`${"[".repeat(2000)}${"]".repeat(2000)}`) },
    { attack: "one that has expired", token: jwt({ ...good, exp: seconds - 61 }) },
    { attack: "one that is not valid yet", token: jwt({ ...good, nbf: seconds + 61 }) },
    { attack: "one for another audience", token: jwt({ ...good, aud: "https://kubernetes.default.svc" }) },
    { attack: "one for many other audiences", token: jwt({ ...good, aud: ["a", "b"] }) }
  ])("$attack", ({ token }) => {
    assert.isString(tokenFault(token, rules, now))
  })

  it.each([
    { what: "a token of a service account", token: jwt(good), rules },
    { what: "one whose clock is a little behind", token: jwt({ ...good, exp: seconds - 59 }), rules },
    { what: "one for several audiences", token: jwt({ ...good, aud: ["a", "orchestrator"] }), rules },
    { what: "one without an audience, which the cluster looks at", token: jwt({ exp: seconds + 1 }), rules },
    { what: "one without an end", token: jwt({ aud: "orchestrator" }), rules },
    {
      what: "whatever a webhook understands, where that is allowed",
      token: "k8s-aws-v1.aHR0cHM",
      rules: { audiences: [], tokens: "any" as const }
    }
  ])("is not $what", ({ rules, token }) => {
    assert.isUndefined(tokenFault(token, rules, now))
  })
})

const asked = Effect.map(Effect.service(Reviews), ({ tokens }) => tokens.length)
const path = "/api/v1/code-runs"
const statuses = (tokens: ReadonlyArray<string>) =>
  Effect.forEach(tokens, (token) => Effect.map(askAs(token, "GET", path), ({ status }) => status), {
    concurrency: "unbounded"
  })
const strangers = (count: number) => Array.from({ length: count }, (_, index) => `stranger-${index}`)

describe("a flood of tokens", () => {
  it.effect("all at once gets no more reviews than have a place, and the others an answer at once", () =>
    Effect.gen(function*() {
      const reviews = yield* Reviews
      const answer = yield* Deferred.make<void>()
      reviews.before = Deferred.await(answer)
      const flood = yield* Effect.forkChild(statuses(strangers(500)))
      yield* TestClock.adjust("1 millis")
      assert.isAtMost(yield* asked, 8)
      yield* Deferred.succeed(answer, undefined)
      yield* TestClock.adjust("1 millis")
      const found = yield* Fiber.join(flood)
      assert.strictEqual(found.filter((status) => status === 401).length, 40)
      assert.strictEqual(found.filter((status) => status === 503).length, 460)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("does not keep those waiting whom the cluster has accepted a moment ago", () =>
    Effect.gen(function*() {
      yield* addUser("jane", () => true)
      assert.deepStrictEqual(yield* statuses(["jane"]), [200])
      const reviews = yield* Reviews
      reviews.before = Effect.never
      yield* Effect.forkChild(statuses(strangers(2000)))
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* statuses(["jane"]), [200])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("of one token is one question, also when the answer is no", () =>
    Effect.gen(function*() {
      yield* statuses(Array.from({ length: 200 }, () => "stranger"))
      yield* statuses(["stranger"])
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("where only JSON Web Tokens count is no question at all", () =>
    Effect.gen(function*() {
      const found = yield* statuses(strangers(300))
      assert.deepStrictEqual(new Set(found), new Set([401]))
      assert.strictEqual(yield* asked, 0)
    }).pipe(Effect.provide(accessOver([], "jwt"))))
})

const no = Effect.succeed(undefined)
const isNo = (answer: undefined) => answer === undefined

describe("the questions of one address", () => {
  it.effect("end for a while after twenty tokens that were refused", () =>
    Effect.gen(function*() {
      const gate = yield* makeGate
      for (let count = 0; count < 20; count++) yield* gate("192.0.2.1", isNo, no)
      const refusal = yield* Effect.flip(gate("192.0.2.1", isNo, no))
      assert.instanceOf(refusal, AccessUnknown)
      assert.strictEqual(refusal.retryAfterSeconds, 10)
      yield* gate("192.0.2.2", isNo, no)
      yield* TestClock.adjust("10 seconds")
      yield* gate("192.0.2.1", isNo, no)
    }))

  it.effect("are eight at a time, and leave places for another's", () =>
    Effect.gen(function*() {
      const gate = yield* makeGate
      const all = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 50 }), () => Effect.exit(gate("192.0.2.1", isNo, Effect.never)), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 millis")
      const other = yield* Effect.forkChild(gate("192.0.2.2", isNo, no))
      yield* TestClock.adjust("1 millis")
      // It waits for a place and is not refused.
      assert.isUndefined(other.pollUnsafe())
      yield* Fiber.interrupt(all)
      assert.isUndefined(yield* Fiber.join(other))
    }))

  it.effect("are given back by whoever goes away", () =>
    Effect.gen(function*() {
      const gate = yield* makeGate
      for (let round = 0; round < 100; round++) {
        const fiber = yield* Effect.forkChild(gate("192.0.2.1", isNo, Effect.never))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
      }
      assert.isUndefined(yield* gate("192.0.2.1", isNo, no))
    }))

  it.effect("are counted for a bounded number of addresses", () =>
    Effect.gen(function*() {
      const gate = yield* makeGate
      for (let address = 0; address < 10_000; address++) yield* gate(`2001:db8::${address}`, isNo, no)
      assert.isUndefined(yield* gate("192.0.2.1", isNo, no))
    }))
})

it("refused tokens are remembered in a bounded number, the newest", () => {
  const refused = makeRefusedTokens()
  for (let index = 0; index < 10_000; index++) refused.add(`hash-${index}`, 2000)
  assert.isUndefined(refused.until("hash-0", 0))
  assert.strictEqual(refused.until("hash-9999", 0), 2000)
  assert.isUndefined(refused.until("hash-9999", 2000))
})

const opened = (port: number) =>
  Effect.callback<ReturnType<typeof connect>>((resume) => {
    const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
    socket.on("error", () => {})
  })

const closed = (socket: ReturnType<typeof connect>) =>
  Effect.callback<void>((resume) => {
    if (socket.destroyed) return resume(Effect.void)
    socket.on("close", () => resume(Effect.void)).resume()
  })

describe("connections", () => {
  live(
    "above the number that there may be are closed at once, and the first ones are answered",
    () =>
      Effect.gen(function*() {
        const { stop, url } = yield* startServer(layerMemory, { maxConnections: 5 })
        const port = Number(new URL(url).port)
        const kept = yield* Effect.forEach(Array.from({ length: 5 }), () => opened(port))
        const more = yield* Effect.forEach(Array.from({ length: 20 }), () => opened(port))
        yield* Effect.forEach(more, closed, { concurrency: "unbounded" })
        for (const socket of kept) assert.isFalse(socket.destroyed)
        for (const socket of kept) socket.destroy()
        yield* stop
      }),
    20_000
  )

  live("do not take the port of the metrics, which tells that the process lives", () =>
    Effect.gen(function*() {
      const { metricsUrl, stop, url } = yield* startServer(layerMemory, { maxConnections: 3, metricsPort: 0 })
      const kept = yield* Effect.forEach(Array.from({ length: 3 }), () => opened(Number(new URL(url).port)))
      const { status } = yield* Effect.promise(() => fetch(`${metricsUrl}/health`))
      assert.strictEqual(status, 200)
      for (const socket of kept) socket.destroy()
      yield* stop
    }), 20_000)
})
