/**
 * Several replicas and one lease: whoever leads is stopped, killed or frozen while runs keep coming. No write of a replica is accepted after
 * another has begun to lead (I6), no Job is made twice (I1), every run ends. Prints how long nobody led.
 */
import { assert, layer } from "@effect/vitest"
import { LeaseKind } from "@orchestrator/k8s/Kinds"
import { Effect, Fiber, Layer } from "effect"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import type { Replica } from "./Replica.ts"
import { codeRun, makeSite, over, phaseOf, ready, scripted, type Site, startReplica, verbsOf } from "./World.ts"

/** Long enough that a busy machine does not lose the lease by itself. */
const times = { leaseSeconds: 8, renewDeadlineSeconds: 6, retrySeconds: 1 }

/** When each user renewed or took the lease. */
const renewals = (site: Site) =>
  site.asked().filter(({ code, resource, verb }) =>
    resource === "leases" && (verb === "update" || verb === "create") && code < 300
  )

/** When each user took the lease: an update of it while another's were the last. */
const terms = (site: Site) => {
  const found: Array<{ readonly user: string; readonly at: number }> = []
  for (const { at, user } of renewals(site)) {
    if (found.at(-1)?.user !== user) found.push({ user, at })
  }
  assert.isNotEmpty(found, `nobody led in ${site.namespace}`)
  return found
}

/** I6: what a replica wrote after the next one had taken the lease. */
const lateWrites = (site: Site) => {
  const taken = terms(site)
  return site.accepted().filter((write) => {
    const holder = taken.findLast(({ at }) => at <= write.at)
    return holder !== undefined && holder.user !== write.user
  })
}

const leads = (replica: Replica, count = 1) => replica.log.split("\"leading\"").length > count

const play = Effect.fnUntraced(function*(
  name: string,
  count: number,
  hurt: (leader: Replica) => Effect.Effect<unknown>,
  after: (leader: Replica) => Effect.Effect<unknown> = () => Effect.void,
  leaderElection: object = times
) {
  const site = yield* makeSite(name, { leaderElection }, count)
  const { client, create, run } = yield* verbsOf(site)
  const replicas: Array<Replica> = []
  for (const user of site.users) {
    const replica = yield* startReplica(site, user.kubeconfig)
    replicas.push(replica)
    yield* eventually("it to be ready", ready(replica), (status) => status === 200)
  }
  const [leader, ...others] = replicas
  if (leader === undefined) return yield* Effect.die("no replica")
  yield* eventually("the first to lead", Effect.sync(() => leads(leader)), (led) => led)
  assert.deepStrictEqual(others.map((replica) => leads(replica)), others.map(() => false))

  const names: Array<string> = []
  const submit = Effect.suspend(() => {
    const each = `run-${names.length}`
    names.push(each)
    return create(codeRun(site, each, { service: each }, "deliver 100"))
  })
  let busy = true
  const load = yield* Effect.forkScoped(
    Effect.repeat(Effect.andThen(submit, Effect.sleep("250 millis")), { while: () => busy })
  )
  yield* Effect.sleep("1 second")
  const begin = performance.now()
  yield* hurt(leader)
  yield* eventually("another to lead", Effect.sync(() => others.some((replica) => leads(replica))), (led) => led, 180)
  const failOver = Math.round(performance.now() - begin)
  yield* Effect.sleep("1 second")
  yield* after(leader)
  yield* Effect.sleep("1500 millis")
  // Not by interruption: a run whose request was cut off may be there or not.
  busy = false
  yield* Fiber.join(load)
  const runs = yield* eventually("all runs to end", Effect.forEach(names, run), (found) => found.every(over), 240)
  assert.deepStrictEqual(new Set(runs.map(phaseOf)), new Set(["Succeeded"]))
  assert.deepStrictEqual(lateWrites(site), [])
  const jobs = site.accepted().filter(({ resource, verb }) => verb === "create" && resource === "jobs")
  assert.lengthOf(jobs, names.length)
  assert.strictEqual(new Set(jobs.map((job) => job.name)).size, names.length)
  const lease = yield* client.get(LeaseKind, { name: "orchestrator-controller", namespace: site.namespace })
  yield* Effect.logInfo(`${name}: another leads after ${failOver} ms (${names.length} runs, ${count} replicas)`)
  return { failOver, lease, replicas, site }
})

const signal = (name: NodeJS.Signals) => (replica: Replica) => Effect.sync(() => replica.signal(name))

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "several replicas",
  (it) => {
    it.effect("SIGTERM: the leader hands over; nobody waits for the lease", () =>
      Effect.scoped(Effect.gen(function*() {
        const long = { leaseSeconds: 120, renewDeadlineSeconds: 60, retrySeconds: 2 }
        const { failOver, replicas } = yield* play("term", 2, signal("SIGTERM"), undefined, long)
        assert.isBelow(failOver, 60_000)
        assert.isFalse(replicas[0]?.alive)
      })), 600_000)

    it.effect(
      "SIGKILL: another takes over when the lease is over, not before",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const { site } = yield* play("kill", 2, signal("SIGKILL"))
          const [first, second] = terms(site)
          const last = renewals(site).findLast(({ user }) => user === first?.user)
          assert.isAtLeast((second?.at ?? 0) - (last?.at ?? 0), times.leaseSeconds * 1000 - 1000)
        })),
      600_000
    )

    it.effect(
      "SIGSTOP past the lease, then SIGCONT: the old leader writes nothing more and follows",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const { replicas } = yield* play("stop", 2, signal("SIGSTOP"), signal("SIGCONT"))
          const [old] = replicas
          if (old === undefined) return
          yield* Effect.promise(() => old.logged(/no longer leading/))
          yield* eventually("it to be ready again", ready(old), (status) => status === 200)
          assert.isFalse(leads(old, 2))
        })),
      600_000
    )

    it.effect("three replicas: each leader is killed in its turn", () =>
      Effect.scoped(Effect.gen(function*() {
        const { replicas } = yield* play("three", 3, signal("SIGKILL"), () => Effect.void)
        const second = replicas.find((replica) => replica.alive && leads(replica))
        second?.signal("SIGKILL")
        const third = replicas.find((replica) => replica.alive && replica !== second)
        yield* eventually("the third to lead", Effect.sync(() => third !== undefined && leads(third)), (led) => led)
      })), 600_000)
  }
)
