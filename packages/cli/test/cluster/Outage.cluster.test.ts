/** API servers that die, stay away, and come back without their history. */
import { assert, layer } from "@effect/vitest"
import type { ScriptedNode } from "@orchestrator/embedded/node/ScriptedRuntime"
import { ConfigMapKind, JobKind } from "@orchestrator/k8s/Kinds"
import { Effect, Fiber, Layer } from "effect"
import { deliver } from "./Agents.ts"
import { away, compact, restart } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { codeRun, makeSite, over, patiently, phaseOf, ready, scripted, startReplica, verbsOf } from "./World.ts"

const started = Effect.fnUntraced(function*(name: string) {
  const site = yield* makeSite(name)
  const replica = yield* startReplica(site)
  yield* Effect.promise(() => replica.logged(/caches are synced/))
  const jobsAsked = () => site.asked().filter(({ resource, verb }) => verb === "create" && resource === "jobs")
  return { site, replica, jobsAsked, ...(yield* verbsOf(site)) }
})

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "outages",
  (it) => {
    const test = <E>(
      name: string,
      body: Effect.Effect<unknown, E, Effect.Services<ReturnType<typeof started>> | ScriptedNode>
    ) => it.effect(name, () => Effect.scoped(body), 600_000)

    test(
      "the API server dies and comes back in mid-run: the run ends as if it had not",
      Effect.gen(function*() {
        const { create, jobsAsked, replica, run, site, untilRunning } = yield* started("restart")
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* Effect.sync(() => restart("kube-apiserver", "KILL"))
        yield* deliver(created)
        assert.strictEqual(phaseOf(yield* eventually("it to end", run("first"), over, 180)), "Succeeded")
        yield* patiently(create(codeRun(site, "second", { service: "other" })))
        assert.strictEqual(phaseOf(yield* eventually("the next to end", run("second"), over, 180)), "Succeeded")
        assert.lengthOf(jobsAsked(), 2)
        yield* eventually("it to be ready", ready(replica), (status) => status === 200)
      })
    )

    test(
      "history that is gone (410) is listed anew",
      Effect.gen(function*() {
        const { client, create, jobsAsked, replica, run, site } = yield* started("gone")
        const lists = () => site.asked().filter(({ all, resource }) => all && resource === "coderuns").length
        const before = lists()
        replica.signal("SIGSTOP")
        yield* create(codeRun(site, "first"))
        // The first may have reached its socket. What nobody tells it makes the history of the API server that comes back begin later than that.
        yield* client.create(ConfigMapKind, { metadata: { name: "later", namespace: site.namespace }, data: {} })
        yield* Effect.promise(compact)
        yield* Effect.sync(() => restart("kube-apiserver", "KILL"))
        yield* eventually("the API server", client.list(JobKind, { limit: 1 }), () => true, 180)
        yield* patiently(create(codeRun(site, "second", { service: "other" })))
        yield* Effect.promise(compact)
        replica.signal("SIGCONT")
        const ends = Effect.all([run("first"), run("second")])
        const found = yield* eventually("both to end", ends, (runs) => runs.every(over), 180)
        assert.deepStrictEqual(found.map(phaseOf), ["Succeeded", "Succeeded"])
        assert.isAbove(lists(), before)
        assert.lengthOf(jobsAsked(), 2)
      })
    )

    test(
      "an API server that stays away is told once, and not ready meanwhile; its return is told once",
      Effect.gen(function*() {
        const { create, replica, run, site, untilRunning } = yield* started("away")
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* eventually("it to be ready", ready(replica), (status) => status === 200)
        const back = yield* Effect.forkScoped(away("kube-apiserver", 10))
        yield* eventually("it not to be ready", ready(replica), (status) => status === 503)
        yield* Effect.promise(() => replica.logged(/lost the API server/))
        yield* deliver(created)
        yield* Fiber.join(back)
        yield* eventually("it to be ready again", ready(replica), (status) => status === 200, 180)
        assert.strictEqual(phaseOf(yield* eventually("it to end", run("first"), over, 180)), "Succeeded")
        assert.lengthOf(replica.log.match(/lost the API server/g) ?? [], 1)
        assert.lengthOf(replica.log.match(/the API server is back/g) ?? [], 1)
      })
    )
  }
)
