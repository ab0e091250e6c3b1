import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Context, Duration, Effect, Exit, Layer, Logger, Scope } from "effect"
import { TestClock } from "effect/testing"
import { ConfigMapKind, LeaseKind } from "../../src/Kinds.ts"
import { KubernetesClient } from "../../src/KubernetesClient.ts"
import { hasReason, KubernetesError } from "../../src/KubernetesError.ts"
import { layerLease } from "../../src/leadership/LeaderElection.ts"
import { fencedClient, Leadership } from "../../src/leadership/Leadership.ts"
import { installationOf } from "../../src/leadership/LeaseRecord.ts"

const ref = { namespace: "default", name: "orchestrator" }
const settle = Effect.replicateEffect(Effect.yieldNow, 300)

type Network = "up" | "refused" | "silent" | "deaf"

/** A process with a network of its own: `deaf` means that requests arrive and answers do not. */
const replica = Effect.fnUntraced(function*(identity: string, installation?: string) {
  const client = yield* KubernetesClient
  const scope = yield* Scope.make()
  let network: Network = "up"
  let terms = 0
  let working = false
  const lost = (operation: string) =>
    Effect.fail(new KubernetesError({ operation, ref: "x", reason: { _tag: "Unreachable", message: "cut off" } }))
  const through = <A>(operation: string, request: Effect.Effect<A, KubernetesError>) =>
    Effect.suspend(() => {
      if (network === "up") return request
      if (network === "deaf") return Effect.andThen(Effect.ignore(request), lost(operation))
      return network === "refused" ? lost(operation) : Effect.never
    })
  const own = KubernetesClient.of({
    ...client,
    get: (kind, ref) => through("get", client.get(kind, ref)),
    create: (kind, object) => through("create", client.create(kind, object)),
    replace: (kind, object) => through("replace", client.replace(kind, object))
  })
  const options = { lease: ref, identity, installation, leaseSeconds: 15, renewDeadlineSeconds: 10, retrySeconds: 2 }
  const context = yield* Layer.buildWithScope(
    Layer.provideMerge(Layer.fresh(layerLease(options)), Layer.succeed(KubernetesClient, own)),
    scope
  )
  const leadership = Context.get(context, Leadership)
  const work = Effect.acquireUseRelease(
    Effect.sync(() => {
      terms += 1
      working = true
    }),
    () => Effect.never,
    () => Effect.sync(() => (working = false))
  )
  yield* Effect.forkIn(leadership.whileLeading(() => work), scope)
  yield* settle
  return {
    leads: leadership.leads,
    settled: leadership.settled,
    working: () => working,
    terms: () => terms,
    cut: (how: Network) => Effect.sync(() => (network = how)),
    stop: Effect.andThen(Scope.close(scope, Exit.void), settle),
    fenced: Effect.provide(fencedClient, context)
  }
})

type Replica = Effect.Success<ReturnType<typeof replica>>

/** Lets time pass in small steps and checks at each that no two replicas may act. */
const pass = (time: Duration.Input, ...replicas: ReadonlyArray<Replica>) =>
  Effect.gen(function*() {
    const steps = Duration.toMillis(Duration.fromInputUnsafe(time)) / 100
    for (let step = 0; step < steps; step++) {
      yield* TestClock.adjust("100 millis")
      yield* settle
      const leading = yield* Effect.filter(replicas, ({ leads }) => leads)
      assert.isAtMost(leading.length, 1)
    }
  })

const holder = Effect.gen(function*() {
  const client = yield* KubernetesClient
  return (yield* client.get(LeaseKind, ref)).spec?.holderIdentity
})

const refusalOf = <A>(effect: Effect.Effect<A, KubernetesError>) =>
  Effect.catch(Effect.flip(effect), (answer) => Effect.die(`expected a refusal, found ${JSON.stringify(answer)}`))

const test = (name: string, body: Effect.Effect<unknown, KubernetesError, KubernetesClient | Scope.Scope>) =>
  it.effect(name, () => Effect.scoped(body).pipe(Effect.provide(Layer.fresh(layerMemory))))

describe("leader election", () => {
  test(
    "the first leads, the second waits, for as long as the first renews",
    Effect.gen(function*() {
      const [a, b] = [yield* replica("a"), yield* replica("b")]
      yield* Effect.all([a.settled, b.settled])
      assert.deepStrictEqual([a.working(), b.working()], [true, false])
      yield* pass("2 minutes", a, b)
      assert.deepStrictEqual([a.working(), b.working(), a.terms()], [true, false, 1])
    })
  )

  test(
    "a leader that stops hands over without a moment passing",
    Effect.gen(function*() {
      const [a, b] = [yield* replica("a"), yield* replica("b")]
      yield* pass("5 seconds", a, b)
      yield* a.stop
      assert.deepStrictEqual([a.working(), b.working(), yield* holder], [false, true, "b"])
    })
  )

  // Who is deaf may take the lease without knowing; then nobody leads until he hears again.
  for (const how of ["refused", "silent", "deaf"] as const) {
    test(
      `a leader whose network is ${how} stops before another leads`,
      Effect.gen(function*() {
        const [a, b] = [yield* replica("a"), yield* replica("b")]
        yield* pass("5 seconds", a, b)
        yield* a.cut(how)
        yield* pass("11 seconds", a, b)
        assert.isFalse(a.working())
        yield* pass("30 seconds", a, b)
        if (how !== "deaf") assert.isTrue(b.working())
        yield* a.cut("up")
        yield* pass("30 seconds", a, b)
        assert.strictEqual([a, b].filter(({ working }) => working()).length, 1)
      })
    )
  }

  test(
    "the leader that is gone is followed after the lease's time, not before",
    Effect.gen(function*() {
      const [a, b] = [yield* replica("a"), yield* replica("b")]
      yield* pass("5 seconds", a, b)
      yield* a.cut("silent")
      yield* pass("12 seconds", a, b)
      assert.isFalse(b.working())
      yield* pass("4 seconds", a, b)
      assert.isTrue(b.working())
    })
  )

  test(
    "only the time that passed here counts: a record from the past or the future holds as long as every other",
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      for (const renewTime of ["1999-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z"]) {
        yield* Effect.ignore(client.delete(LeaseKind, ref))
        const spec = { holderIdentity: "skewed", leaseDurationSeconds: 15, renewTime, leaseTransitions: 4 }
        yield* client.create(LeaseKind, { metadata: ref, spec })
        const a = yield* replica("a")
        yield* pass("14 seconds", a)
        assert.isFalse(a.working())
        yield* pass("2 seconds", a)
        assert.isTrue(a.working())
        assert.strictEqual((yield* client.get(LeaseKind, ref)).spec?.leaseTransitions, 5)
        yield* a.stop
      }
    })
  )

  test(
    "a renewal whose answer was lost is not mistaken for another leader's",
    Effect.gen(function*() {
      const a = yield* replica("a")
      yield* pass("5 seconds", a)
      yield* a.cut("deaf")
      yield* pass("4 seconds", a)
      yield* a.cut("up")
      yield* pass("1 minute", a)
      assert.deepStrictEqual([a.working(), a.terms()], [true, 1])
    })
  )

  test(
    "a lease that a person deletes is made again by its holder, not taken by another",
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const [a, b] = [yield* replica("a"), yield* replica("b")]
      yield* pass("5 seconds", a, b)
      yield* client.delete(LeaseKind, ref)
      yield* pass("1 minute", a, b)
      assert.deepStrictEqual([a.working(), a.terms(), yield* holder], [true, 1, "a"])
    })
  )

  test(
    "a leader that sees another in the lease stops at once",
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const a = yield* replica("a")
      yield* pass("5 seconds", a)
      const patch = { type: "merge" as const, body: { spec: { holderIdentity: "b" } } }
      yield* client.patch(LeaseKind, ref, patch)
      yield* settle
      assert.deepStrictEqual([a.working(), yield* a.leads], [false, false])
    })
  )

  test(
    "writes need leadership, reads do not",
    Effect.gen(function*() {
      const [a, b] = [yield* replica("a"), yield* replica("b")]
      const map = { metadata: { name: "x", namespace: "default" } }
      const follower = yield* b.fenced
      const refusal = yield* refusalOf(follower.create(ConfigMapKind, map))
      assert.isTrue(hasReason("Conflict")(refusal))
      assert.isTrue(hasReason("NotFound")(yield* refusalOf(follower.get(ConfigMapKind, map.metadata))))
      yield* (yield* a.fenced).create(ConfigMapKind, map)
    })
  )

  test(
    "two installations in one namespace are told of each other, once",
    Effect.gen(function*() {
      const warnings: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn") warnings.push(String(message))
      })
      const blue = yield* replica("a", "blue")
      const green = yield* Effect.all([replica("b", "green"), replica("c", "blue")]).pipe(
        Effect.provide(Logger.layer([logger]))
      )
      yield* pass("1 minute", blue, ...green)
      assert.lengthOf(warnings, 1)
      assert.include(warnings[0], "two installations")
      const client = yield* KubernetesClient
      const installation = Effect.map(client.get(LeaseKind, ref), installationOf)
      assert.strictEqual(yield* installation, "blue")
      yield* Effect.all([green[1].stop, blue.stop])
      yield* pass("1 minute", blue, ...green)
      assert.strictEqual(yield* installation, "green")
    })
  )

  for (const retryAfterSeconds of [0, 3600]) {
    test(
      `a lease that nobody may write, with the wish to come back in ${retryAfterSeconds} s, is asked for ever more seldom, and had soon after it may be written`,
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        let refused = 0
        let refuses = true
        const refusing = KubernetesClient.of({
          ...client,
          create: (kind, object) =>
            Effect.suspend(() => {
              if (!refuses) return client.create(kind, object)
              refused += 1
              return new KubernetesError({
                operation: "create",
                ref: "x",
                reason: { _tag: "TooManyRequests", message: "later", retryAfterSeconds }
              })
            })
        })
        const a = yield* Effect.provideService(replica("a"), KubernetesClient, refusing)
        yield* pass("1 minute", a)
        assert.isAtMost(refused, 12)
        refused = 0
        yield* pass("1 minute", a)
        assert.isAtMost(refused, 8)
        refuses = false
        yield* pass("10 seconds", a)
        assert.isTrue(a.working())
      })
    )
  }
})
