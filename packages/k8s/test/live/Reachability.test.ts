import { assert, it } from "@effect/vitest"
import { setClock, WallClock } from "@orchestrator/embedded/faults/WallClock"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { KubernetesError, type KubernetesErrorReason } from "../../src/KubernetesError.ts"
import { makeReachability } from "../../src/live/Reachability.ts"

const failing = (reason: KubernetesErrorReason) =>
  Effect.fail(new KubernetesError({ operation: "get", ref: "x", reason }))
const silence = failing({ _tag: "Unreachable", message: "connection refused" })
const refusal = failing({ _tag: "ServerError", message: "not now", status: 503 })

/** Requests that end one after the other; what was said by then. */
const said = Effect.fnUntraced(function*(
  ...requests: ReadonlyArray<readonly [wait: `${number} seconds`, request: Effect.Effect<unknown, KubernetesError>]>
) {
  const levels: Array<string> = []
  const logger = Logger.make<unknown, void>(({ logLevel }) => void levels.push(logLevel))
  const { noted } = makeReachability("https://server")
  yield* Effect.forEach(
    requests,
    ([wait, request]) => Effect.andThen(TestClock.adjust(wait), Effect.provide(Effect.ignore(noted(request)), setClock))
  ).pipe(Effect.provide(Logger.layer([logger])))
  return levels
})

it.effect.each([
  {
    name: "one connection that breaks is not told",
    requests: [["0 seconds", Effect.void], ["0 seconds", silence], ["2 seconds", Effect.void]] as const,
    want: []
  },
  {
    name: "silence that lasts is told once, and its end",
    requests: [
      ["0 seconds", Effect.void],
      ["0 seconds", silence],
      ["0 seconds", silence],
      ["2 seconds", silence],
      ["2 seconds", silence],
      ["9 seconds", Effect.void],
      ["0 seconds", Effect.void]
    ] as const,
    want: ["Warn", "Info"]
  },
  {
    name: "a refusal is an answer",
    requests: [["0 seconds", Effect.void], ["0 seconds", silence], ["2 seconds", silence], [
      "1 seconds",
      refusal
    ]] as const,
    want: ["Warn", "Info"]
  },
  {
    name: "a server that was never there is for others to tell",
    requests: [["0 seconds", silence], ["9 seconds", silence], ["9 seconds", Effect.void]] as const,
    want: []
  }
])("$name", ({ requests, want }) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* said(...requests), want)
  }).pipe(Effect.provide(WallClock.layer)))

it.effect("silence is told in time also where somebody sets the clock back meanwhile", () =>
  Effect.gen(function*() {
    const clock = yield* WallClock
    const setBack = Effect.ensuring(silence, Effect.sync(() => void (clock.millis = -3_600_000)))
    assert.deepStrictEqual(
      yield* said(["0 seconds", Effect.void], ["0 seconds", silence], ["0 seconds", setBack], ["2 seconds", silence]),
      ["Warn"]
    )
  }).pipe(Effect.provide(WallClock.layer)))
