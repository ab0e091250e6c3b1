import { assert, describe, it, layer } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { DateTime, Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { EventHandler } from "../../src/events/HandleEvent.ts"
import { dueTime, followSchedules } from "../../src/events/Schedules.ts"
import { DeliveredRuns } from "../../src/services/DeliveredRuns.ts"
import { ForgeApi } from "../../src/services/ForgeApi.ts"
import { namespace } from "../fixtures/Runs.ts"
import { settings } from "../fixtures/TestApi.ts"

describe("the time that is due", () => {
  const due = (cron: string, now: string, timezone = "UTC") => {
    const found = dueTime({ cron, timezone, startingDeadlineSeconds: 600 }, DateTime.makeUnsafe(now))
    return found === undefined ? undefined : DateTime.formatIso(found)
  }
  it.each<readonly [string, string, string, string | undefined]>([
    ["at the time itself", "0 3 * * *", "2026-03-01T03:00:00.000Z", "2026-03-01T03:00:00.000Z"],
    ["within the deadline", "0 3 * * *", "2026-03-01T03:10:00.000Z", "2026-03-01T03:00:00.000Z"],
    ["not after it", "0 3 * * *", "2026-03-01T03:10:00.001Z", undefined],
    ["not before it", "0 3 * * *", "2026-03-01T02:59:59.999Z", undefined],
    ["only the newest of several", "* * * * *", "2026-03-01T03:05:30.000Z", "2026-03-01T03:05:00.000Z"]
  ])("%s", (_, cron, now, want) => assert.strictEqual(due(cron, now), want))

  it("is of the time zone", () =>
    assert.strictEqual(due("0 3 * * *", "2026-03-01T02:00:00.000Z", "Europe/Berlin"), "2026-03-01T02:00:00.000Z"))
})

const { triggers } = Result.getOrThrow(decodeConfig({
  triggers: [{
    name: "hourly",
    schedule: { cron: "0 * * * *" },
    run: { service: "api", githubUser: "ada", repositoryUrl: "https://github.com/acme/api", prompt: "Tidy up" }
  }]
}))

const World = EventHandler.layerWith(Result.getOrThrow(decodeConfig({}))).pipe(
  Layer.provide(Layer.succeed(ForgeApi, ForgeApi.of({ at: () => Effect.undefined, atHost: () => Effect.undefined }))),
  Layer.provide(
    Layer.succeed(DeliveredRuns, DeliveredRuns.of({ find: () => Effect.succeed([]), waiting: Effect.succeed([]) }))
  ),
  Layer.provideMerge(settings),
  Layer.provideMerge(layerMemory)
)

layer(World)("a schedule", (it) => {
  it.effect("makes one run a time, none while one is at work, and none twice after a restart", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const names = Effect.map(
        client.list(CodeRunKind, { namespace }),
        ({ items }) => items.map(({ metadata: { name = "" } }) => name).toSorted()
      )
      const until = (time: string) =>
        Effect.andThen(TestClock.setTime(DateTime.toEpochMillis(DateTime.makeUnsafe(time))), Effect.yieldNow)
      const end = (name: string) =>
        client.patchStatus(CodeRunKind, { namespace, name }, {
          type: "merge",
          body: { status: { phase: "Succeeded" } }
        })
      yield* until("2026-03-01T02:30:00Z")
      const lead = Effect.forkChild(followSchedules(triggers))
      const first = yield* lead
      assert.deepStrictEqual(yield* names, [])
      yield* until("2026-03-01T03:00:02Z")
      yield* TestClock.adjust("10 seconds")
      const [one = "", ...others] = yield* names
      assert.match(one, /^hourly-[0-9a-f]{10}$/)
      assert.deepStrictEqual(others, [])
      yield* until("2026-03-01T04:00:00Z")
      yield* TestClock.adjust("10 seconds")
      assert.lengthOf(yield* names, 1)
      yield* end(one)
      yield* TestClock.adjust("10 seconds")
      const [, two = ""] = (yield* names).toSorted((left) => left === one ? -1 : 1)
      assert.lengthOf(yield* names, 2)
      yield* end(two)
      yield* Effect.sync(() => first.interruptUnsafe())
      yield* lead
      yield* TestClock.adjust("10 seconds")
      assert.lengthOf(yield* names, 2)
    }))
})
