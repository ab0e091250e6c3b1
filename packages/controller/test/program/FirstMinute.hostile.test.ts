/** A controller's first minute, in which a Job of the one before may still come: what is read meanwhile decides nothing. */
import { assert, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { codeRun, endless, namespace, pass, Requests, verbs, world } from "./World.ts"

it.effect("a service whose last holder was not seen to leave is read when the minute is over, however many runs come for it", () =>
  Effect.gen(function*() {
    const { agents, client, create } = yield* verbs
    const requests = yield* Requests
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "first", namespace })
    yield* pass("5 seconds")
    for (const name of ["a", "b", "c", "d"]) {
      yield* create(codeRun(name))
      yield* pass("5 seconds")
    }
    assert.lengthOf(requests.filter(({ verb }) => verb === "list"), 0)
    yield* pass("40 seconds")
    assert.lengthOf(yield* agents, 2)
  }).pipe(Effect.provide(world({ script: endless }))))
