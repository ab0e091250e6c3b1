import { assert, describe, it } from "@effect/vitest"
import type { Reconnecting } from "@orchestrator/client/follow/FollowEvents"
import { type RunChange, watchRuns } from "@orchestrator/client/follow/WatchRuns"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { events, inTurn, json, reset, runOf, scripted, told } from "../fixtures/ScriptedServer.ts"

const shown = ({ change, run }: RunChange) => `${change} ${run.name} ${run.phase}`

const listOf = (...items: ReadonlyArray<object>) => () => json({ items })

const take = (changes: Stream.Stream<RunChange, unknown>, count: number) =>
  changes.pipe(Stream.take(count), Stream.runCollect, Effect.map((all) => all.map(shown)))

describe("runs that are watched", () => {
  it.effect("are told as they are, and then as they change, each once", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted({
        "/api/v1/events": () =>
          events([
            reset("1"),
            told("2", runOf("a", 4, "Pending")),
            told("3", runOf("a", 5)),
            told("4", runOf("b", 7, "Pending")),
            told("5", runOf("b", 7), "removed")
          ], { open: true }),
        "/api/v1/code-runs": listOf(runOf("a", 5))
      })
      const changes = yield* take(watchRuns(client, { kind: "CodeRun" }), 3)
      assert.deepStrictEqual(changes, ["set a Running", "set b Pending", "removed b Running"])
    }))

  it.effect("go on where a connection broke, which is said, later and later while nobody answers", () =>
    Effect.gen(function*() {
      const { asked, client } = yield* scripted({
        "/api/v1/events": inTurn(
          () => events([reset("1"), told("2", runOf("a", 5))]),
          () => undefined,
          () => json({}, 503),
          () => events([told("3", runOf("a", 6, "Succeeded"))], { open: true })
        ),
        "/api/v1/code-runs": listOf()
      })
      const waits: Array<Reconnecting> = []
      const watching = yield* Effect.forkChild(
        take(
          watchRuns(client, {}, { onReconnecting: (each) => Effect.sync(() => waits.push(each)) }),
          2
        )
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Fiber.join(watching), ["set a Running", "set a Succeeded"])
      const followed = asked.filter(({ path }) => path === "/api/v1/events")
      assert.deepStrictEqual(followed.map(({ headers }) => headers["last-event-id"]), [undefined, "2", "2", "2"])
      assert.deepStrictEqual(waits.map(({ attempt }) => attempt), [1, 2, 3])
      assert.isTrue(
        waits.every(({ delayMillis }, index) => index === 0 || delayMillis > (waits[index - 1]?.delayMillis ?? 0))
      )
    }))

  it.effect("are compared with a new list where the server cannot go on", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted({
        "/api/v1/events": inTurn(
          () => events([reset("1")]),
          () => events([reset("9")], { open: true })
        ),
        "/api/v1/code-runs": inTurn(
          listOf(runOf("a", 5), runOf("b", 6)),
          listOf(runOf("b", 8, "Failed"), runOf("c", 9))
        )
      })
      const watching = yield* Effect.forkChild(take(watchRuns(client), 5))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* Fiber.join(watching), [
        "set a Running",
        "set b Running",
        "set b Failed",
        "set c Running",
        "removed a Running"
      ])
    }))

  it.effect("fail at once where another connection would be refused as well", () =>
    Effect.gen(function*() {
      const { asked, client } = yield* scripted({
        "/api/v1/events": () =>
          json({
            type: "urn:orchestrator:problem:unauthenticated",
            status: 401,
            title: "Missing or invalid token",
            detail: "Expected a token",
            hint: "Send one"
          }, 401)
      })
      const failed = yield* Effect.flip(Stream.runDrain(watchRuns(client)))
      assert.strictEqual(Object(failed)._tag, "Unauthenticated")
      assert.lengthOf(asked, 1)
    }))
})
