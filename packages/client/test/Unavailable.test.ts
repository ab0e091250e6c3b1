import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { waitBefore } from "@orchestrator/client/Unavailable"
import { Duration, Effect, Fiber, Layer } from "effect"
import { HttpClient, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"

/** A server that cannot answer, for so many requests; then there is no such run. */
const server = (away: number, retryAfter: string | undefined, status = 503) => {
  const asked: Array<string> = []
  const answer = (request: HttpClientRequest.HttpClientRequest) => {
    asked.push(request.method)
    const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter }
    return Effect.succeed(HttpClientResponse.fromWeb(
      request,
      new Response("", asked.length <= away ? { status, headers } : { status: 418 })
    ))
  }
  const layer = OrchestratorClient.layerWith({ baseUrl: "http://server", retries: 3 }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, HttpClient.make(answer)))
  )
  return { asked, layer }
}

const get = Effect.flatMap(OrchestratorClient, (client) => client.codeRuns.get({ params: { name: "a" } }))
const cancel = Effect.flatMap(OrchestratorClient, (client) => client.codeRuns.cancel({ params: { name: "a" } }))

describe("a server that cannot answer now", () => {
  it.effect("is asked again when it has said so, not before, and once it answers no more", () =>
    Effect.gen(function*() {
      const { asked, layer } = server(2, "8")
      const fiber = yield* Effect.forkChild(Effect.exit(Effect.provide(get, layer)))
      yield* TestClock.adjust("7999 millis")
      assert.lengthOf(asked, 1)
      yield* TestClock.adjust("4001 millis")
      assert.lengthOf(asked, 2)
      yield* TestClock.adjust("12 seconds")
      yield* Fiber.join(fiber)
      assert.lengthOf(asked, 3)
    }))

  it.effect("is asked four times, and then what it says is the answer", () =>
    Effect.gen(function*() {
      const { asked, layer } = server(9, "1")
      const fiber = yield* Effect.forkChild(Effect.flip(Effect.provide(get, layer)))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.lengthOf(asked, 4)
    }))

  it.effect.each([
    { name: "that does not say when", retryAfter: undefined, request: get },
    { name: "that says much later", retryAfter: "60", request: get },
    { name: "with a request that must not come twice", retryAfter: "1", request: cancel }
  ])("$name is asked once", ({ request, retryAfter }) =>
    Effect.gen(function*() {
      const { asked, layer } = server(9, retryAfter)
      yield* Effect.exit(Effect.provide(request, layer))
      assert.lengthOf(asked, 1)
    }))
})

describe("the wait", () => {
  it.each([
    { attempt: 0, asked: 0, random: 0, want: 500 },
    { attempt: 0, asked: 0, random: 1, want: 750 },
    { attempt: 2, asked: 1, random: 0.5, want: 2500 },
    { attempt: 0, asked: 4, random: 0.5, want: 5000 },
    { attempt: 30, asked: 4, random: 0.5, want: 18_750 }
  ])(
    "grows, is no shorter than was asked for, and has a bound: %j",
    ({ asked, attempt, random, want }) => {
      assert.strictEqual(Duration.toMillis(waitBefore(attempt, Duration.seconds(asked), random)), want)
    }
  )
})
