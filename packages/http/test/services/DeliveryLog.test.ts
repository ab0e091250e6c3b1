import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { DeliveryLog } from "../../src/services/DeliveryLog.ts"

const from = (verdict: string, status = 200) => ({ webhook: "github", event: "push", id: "d-1", status, verdict })

it.effect("a delivery is kept with what came of it, the newest first", () =>
  Effect.gen(function*() {
    const { note, recent } = yield* DeliveryLog
    yield* note(from("nothing follows"))
    yield* TestClock.adjust("1 second")
    const correct = yield* note(from("accepted", 202))
    yield* correct("run a-1")
    assert.deepStrictEqual(yield* recent, [
      { at: "1970-01-01T00:00:01.000Z", webhook: "github", event: "push", id: "d-1", status: 202, verdict: "run a-1" },
      {
        at: "1970-01-01T00:00:00.000Z",
        webhook: "github",
        event: "push",
        id: "d-1",
        status: 200,
        verdict: "nothing follows"
      }
    ])
  }).pipe(Effect.provide(DeliveryLog.layer)))

it.effect("what is refused drives out no delivery, and nothing of what its sender says is kept", () =>
  Effect.gen(function*() {
    const { note, recent } = yield* DeliveryLog
    yield* note(from("run a-1"))
    yield* Effect.replicateEffect(note({ ...from("not signed", 403), webhook: `run/${"x".repeat(900)}\u001b[2J` }), 500)
    const kept = yield* recent
    assert.lengthOf(kept, 21)
    assert.strictEqual(kept.filter(({ verdict }) => verdict === "run a-1").length, 1)
    for (const { event, id, webhook } of kept.filter(({ status }) => status === 403)) {
      assert.deepStrictEqual([event, id], [undefined, undefined])
      assert.isAtMost(webhook.length, 64)
    }
    yield* Effect.replicateEffect(note(from("run")), 500)
    assert.lengthOf(yield* recent, 120)
  }).pipe(Effect.provide(DeliveryLog.layer)))
