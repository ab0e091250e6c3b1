/** Somebody sets the clock of the machine while a workspace waits to be proven free: what has to be waited for is neither longer nor shorter. */
import { assert, it } from "@effect/vitest"
import { setClock, WallClock } from "@orchestrator/embedded/faults/WallClock"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect, Layer } from "effect"
import { codeRun, endless, namespace, pass, verbs, world } from "./World.ts"

const machine = world({ script: endless }).pipe(Layer.provide(setClock), Layer.provideMerge(WallClock.layer))

it.effect.each([["back", -3_600_000], ["forward", 3_600_000]] as const)(
  "an hour %s in a controller's first minute, where the last holder was not seen to leave",
  ([_, millis]) =>
    Effect.gen(function*() {
      const { agents, client, create } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      yield* client.delete(CodeRunKind, { name: "first", namespace })
      yield* pass("5 seconds")
      const clock = yield* WallClock
      clock.millis = millis
      yield* create(codeRun("second"))
      yield* pass("40 seconds")
      assert.lengthOf(yield* agents, 1)
      yield* pass("20 seconds")
      assert.lengthOf(yield* agents, 2)
    }).pipe(Effect.provide(machine))
)
