import { assert, describe, it } from "@effect/vitest"
import { isFinished, waitUntilFinished } from "@orchestrator/client/follow/FinishedRun"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { events, inTurn, json, reset, runOf, scripted, told } from "../fixtures/ScriptedServer.ts"

const problem = (status: number, slug: string, more: object = {}) =>
  json({ type: `urn:orchestrator:problem:${slug}`, status, title: "No", detail: "No", hint: "Ask", ...more }, status)

const spec = (contextVersion: number) => ({ spec: { contextVersion } })

describe("whether a run has finished", () => {
  it.each([
    { name: "one that runs has not", run: { phase: "Running" }, want: false },
    { name: "one that failed has", run: { phase: "Failed" }, want: true },
    {
      name: "one whose next attempt is asked for has not",
      run: { phase: "Failed", ...spec(2), status: { contextVersion: 1 } },
      want: false
    },
    {
      name: "one whose next attempt has ended has",
      run: { phase: "Failed", ...spec(2), status: { contextVersion: 2 } },
      want: true
    }
  ])("$name", ({ run, want }) => {
    assert.strictEqual(isFinished(Object({ ...runOf("a", 1), ...run })), want)
  })
})

describe("waiting for a run", () => {
  it.effect("ends with the run, over a connection that broke meanwhile", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted({
        "/api/v1/events": inTurn(
          () => events([reset("1"), told("2", runOf("other", 9, "Failed"))]),
          () => events([told("3", runOf("a", 4, "Failed")), told("4", runOf("a", 12, "Succeeded"))], { open: true })
        ),
        "/api/v1/code-runs/a": () => json(runOf("a", 5))
      })
      const seen: Array<string> = []
      const waiting = yield* Effect.forkChild(
        waitUntilFinished(client, "CodeRun", "a", {
          onChange: ({ phase }) => Effect.sync(() => seen.push(phase))
        })
      )
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).phase, "Succeeded")
      assert.deepStrictEqual(seen, ["Running", "Succeeded"])
    }))

  it.effect("reads the run, ever less often, where its changes may not be followed", () =>
    Effect.gen(function*() {
      const { asked, client } = yield* scripted({
        "/api/v1/events": () => problem(403, "permission-missing", { user: "reader", missing: [] }),
        "/api/v1/code-runs/a": () => json(runOf("a", 5))
      })
      const waiting = yield* Effect.forkChild(waitUntilFinished(client, "CodeRun", "a"))
      yield* TestClock.adjust("10 minutes")
      const reads = asked.filter(({ path }) => path === "/api/v1/code-runs/a").length
      assert.isAbove(reads, 30)
      assert.isBelow(reads, 60)
      yield* Fiber.interrupt(waiting)
    }))

  it.effect("fails for a run that is deleted", () =>
    Effect.gen(function*() {
      const { client } = yield* scripted({
        "/api/v1/events": () => events([reset("1"), told("2", runOf("a", 6), "removed")], { open: true }),
        "/api/v1/code-runs/a": inTurn(
          () => json(runOf("a", 5)),
          () => json(runOf("a", 5)),
          () => problem(404, "run-not-found")
        )
      })
      const failed = yield* Effect.flip(waitUntilFinished(client, "CodeRun", "a"))
      assert.strictEqual(Object(failed)._tag, "RunNotFound")
    }))
})
