/** Leases of several numbers in one process: what it acts on is what it holds, and each number has at most one who acts. */
import { assert, describe, it } from "@effect/vitest"
import { leaseOfShard } from "@orchestrator/domain/Shards"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Context, Duration, Effect, Exit, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { ConfigMapKind, LeaseKind } from "../../src/Kinds.ts"
import { KubernetesClient } from "../../src/KubernetesClient.ts"
import { hasReason, type KubernetesError } from "../../src/KubernetesError.ts"
import { fencedClient, Leadership, type Term } from "../../src/leadership/Leadership.ts"
import { layerShards } from "../../src/leadership/ShardElection.ts"

const namespace = "default"
const settle = Effect.replicateEffect(Effect.yieldNow, 300)
const numbers = [0, 1, 2, 3]

const replica = Effect.fnUntraced(function*(identity: string, number: number) {
  const scope = yield* Scope.make()
  const client = yield* KubernetesClient
  const options = { namespace, number, identity, leaseSeconds: 15, renewDeadlineSeconds: 10, retrySeconds: 2 }
  const context = yield* Layer.buildWithScope(
    Layer.provideMerge(Layer.fresh(layerShards(options)), Layer.succeed(KubernetesClient, client)),
    scope
  )
  const leadership = Context.get(context, Leadership)
  let acting: ReadonlyArray<number> = []
  let terms = 0
  const work = ({ acts }: Term) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        terms += 1
        acting = numbers.filter(acts)
      }),
      () => Effect.never,
      () => Effect.sync(() => (acting = []))
    )
  yield* Effect.forkIn(leadership.whileLeading(work), scope)
  yield* settle
  return {
    ...leadership,
    acting: () => acting,
    terms: () => terms,
    fenced: Effect.provide(fencedClient, context),
    stop: Effect.andThen(Scope.close(scope, Exit.void), settle)
  }
})

type Replica = Effect.Success<ReturnType<typeof replica>>

const pass = (time: Duration.Input, ...replicas: ReadonlyArray<Replica>) =>
  Effect.gen(function*() {
    for (let step = 0; step < Duration.toMillis(Duration.fromInputUnsafe(time)) / 100; step++) {
      yield* TestClock.adjust("100 millis")
      yield* settle
      for (const number of numbers) {
        assert.isAtMost(replicas.filter(({ acting }) => acting().includes(number)).length, 1)
      }
    }
  })

const holderOf = (number: number) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(LeaseKind, { namespace, name: leaseOfShard(number) })).pipe(
    Effect.map(({ spec }) => spec?.holderIdentity)
  )

const test = (name: string, body: Effect.Effect<unknown, KubernetesError, KubernetesClient | Scope.Scope>) =>
  it.effect(name, () => Effect.scoped(body).pipe(Effect.provide(Layer.fresh(layerMemory))))

describe("leadership of shards", () => {
  test(
    "each shard leads on its own number, beside the others",
    Effect.gen(function*() {
      const [a, b, c] = [yield* replica("a", 0), yield* replica("b", 1), yield* replica("c", 2)]
      yield* pass("3 seconds", a, b, c)
      assert.deepStrictEqual([a, b, c].map(({ acting }) => acting()), [[0], [1], [2]])
      assert.deepStrictEqual([yield* holderOf(0), yield* holderOf(1), yield* holderOf(2)], ["a", "b", "c"])
    })
  )

  test(
    "another number is acted on once its Lease is free, in a new term with both, and left when it is not needed",
    Effect.gen(function*() {
      const [a, b] = [yield* replica("a", 0), yield* replica("b", 2)]
      yield* a.alsoLead(2)
      yield* a.alsoLead(2)
      yield* pass("20 seconds", a, b)
      assert.deepStrictEqual([a.acting(), b.acting(), a.terms()], [[0], [2], 1])
      yield* b.stop
      yield* pass("1 second", a)
      assert.deepStrictEqual([a.acting(), a.terms(), yield* holderOf(2)], [[0, 2], 2, "a"])
      yield* pass("30 seconds", a)
      assert.strictEqual(a.terms(), 2)
      yield* a.leaveOthers((number) => number === 2)
      assert.deepStrictEqual([a.acting(), yield* a.leads], [[0, 2], true])
      yield* a.leaveOthers(() => false)
      yield* pass("1 second", a)
      assert.deepStrictEqual([a.acting(), a.terms(), yield* holderOf(2), yield* a.leads], [[0], 3, "", true])
      yield* a.stop
      assert.strictEqual(yield* holderOf(0), "")
    })
  )

  test(
    "a standby of one number may act on another, and a number that is taken away ends the work on all that went with it",
    Effect.gen(function*() {
      const [a, standby] = [yield* replica("a", 0), yield* replica("standby", 0)]
      yield* standby.alsoLead(3)
      yield* pass("1 second", a, standby)
      assert.deepStrictEqual([a.acting(), standby.acting()], [[0], [3]])
      yield* a.stop
      yield* pass("1 second", standby)
      assert.deepStrictEqual(standby.acting(), [0, 3])
      const client = yield* KubernetesClient
      const fenced = yield* standby.fenced
      const lease = yield* client.get(LeaseKind, { namespace, name: leaseOfShard(3) })
      yield* client.replace(LeaseKind, { ...lease, spec: { ...lease.spec, holderIdentity: "another" } })
      yield* settle
      assert.deepStrictEqual([standby.acting(), yield* standby.leads], [[0], true])
      yield* fenced.create(ConfigMapKind, { metadata: { name: "x", namespace } })
    })
  )

  test(
    "nothing is written while work on what was lost has not stopped, not even for what is still held",
    Effect.gen(function*() {
      const a = yield* replica("a", 0)
      yield* a.alsoLead(1)
      yield* pass("1 second", a)
      let stopped = false
      let refused = false
      const fenced = yield* a.fenced
      const slow = a.whileLeading(() =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.gen(function*() {
            const answer = yield* Effect.flip(fenced.create(ConfigMapKind, { metadata: { name: "late", namespace } }))
            refused = hasReason("Conflict")(answer)
            stopped = true
          }).pipe(Effect.orDie))
      )
      yield* Effect.forkScoped(slow)
      yield* settle
      const client = yield* KubernetesClient
      const lease = yield* client.get(LeaseKind, { namespace, name: leaseOfShard(1) })
      yield* client.replace(LeaseKind, { ...lease, spec: { ...lease.spec, holderIdentity: "another" } })
      yield* settle
      assert.deepStrictEqual([stopped, refused, a.acting(), yield* a.leads], [true, true, [0], true])
    })
  )
})
