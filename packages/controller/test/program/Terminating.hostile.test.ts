/** Claims that are being deleted while runs work in them, wait for them or go on in them. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { Duration, Effect, Layer } from "effect"
import { linked, makeLink } from "../fixtures/Links.ts"
import { acting, cluster, codeRun, completed, controller, counted, namespace, pass, verbs } from "./World.ts"

const ref = { name: "workspace-api", namespace }
/** The first run works for a while, the others do not. */
const script = acting(({ env }) => completed(env, env["RUN_NAME"] === "first" ? "60 seconds" : "5 seconds"))

const over = (config: object = {}) => {
  const link = makeLink()
  return { link, layer: Layer.provideMerge(controller(config, Layer.provide(counted, linked(link))), cluster(script)) }
}

describe("a claim that is being deleted is given to nobody", () => {
  it.effect.each<{ readonly access: string; readonly lag: number }>([
    { access: "Exclusive", lag: 0 },
    { access: "Exclusive", lag: 45 },
    { access: "Shared", lag: 0 },
    { access: "Shared", lag: 45 }
  ])(
    "$access access, claims told $lag s late: the next run waits, is told so, and gets a new claim",
    ({ access, lag }) => {
      const { layer, link } = over({ storage: { access } })
      return Effect.gen(function*() {
        const { agents, client, create, find, run } = yield* verbs
        yield* create(codeRun("first"))
        yield* pass("5 seconds")
        const old = yield* client.get(PersistentVolumeClaimKind, ref)
        link.lag["persistentvolumeclaims"] = Duration.seconds(lag)
        yield* client.delete(PersistentVolumeClaimKind, ref)
        yield* create(codeRun("next", { taskId: 2 }))
        yield* pass("20 seconds")
        const waiting = (yield* run("next")).status
        if (lag === 0) assert.strictEqual(waiting?.["reason"], "WaitingForWorkspace")
        // What nobody could know is told by the scheduler, and mended when the claim is gone.
        assert.include(String(waiting?.["message"]), ref.name)
        assert.lengthOf(yield* agents, 1)
        yield* pass("150 seconds", "5 seconds")
        assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
        assert.strictEqual((yield* run("next")).status?.["phase"], "Succeeded")
        assert.notStrictEqual((yield* find(PersistentVolumeClaimKind, ref.name))?.metadata.uid, old.metadata.uid)
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect.each([{ lag: 0 }, { lag: 30 }])(
    "a next attempt that holds it waits, too: told $lag s late",
    ({ lag }) => {
      const { layer, link } = over()
      return Effect.gen(function*() {
        const { client, create, edit, find, run } = yield* verbs
        yield* create(codeRun("again"))
        yield* pass("20 seconds")
        const old = yield* client.get(PersistentVolumeClaimKind, ref)
        // Somebody's finalizer keeps it for a while.
        yield* client.patch(PersistentVolumeClaimKind, ref, {
          type: "merge",
          body: { metadata: { finalizers: ["example.com/backup"] } }
        })
        yield* pass("1 second")
        link.lag["persistentvolumeclaims"] = Duration.seconds(lag)
        yield* client.delete(PersistentVolumeClaimKind, ref)
        yield* edit("again", { contextVersion: 2 })
        yield* pass("20 minutes", "30 seconds")
        const waiting = (yield* run("again")).status
        assert.deepStrictEqual(
          [waiting?.["phase"], waiting?.["reason"]],
          lag === 0 ? ["Pending", "WaitingForWorkspace"] : ["Running", "Blocked"]
        )
        assert.include(String(waiting?.["message"]), ref.name)
        yield* client.patch(PersistentVolumeClaimKind, ref, { type: "merge", body: { metadata: { finalizers: null } } })
        yield* pass("90 seconds", "5 seconds")
        assert.strictEqual((yield* run("again")).status?.["phase"], "Succeeded")
        assert.notStrictEqual((yield* find(PersistentVolumeClaimKind, ref.name))?.metadata.uid, old.metadata.uid)
      }).pipe(Effect.provide(layer))
    }
  )
})
