/** A receiver that is away, slow or refuses: nothing piles up, nobody waits, and it is said once. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, References } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { OtlpExporter } from "effect/observability"
import { TestClock } from "effect/testing"
import { makeReceiver } from "../../src/telemetry/Receiver.ts"

const place = "http://collector.test:4318"

type Answer = () => Effect.Effect<number>

/** Counts what is asked, and answers as it is told to. */
const receiver = (first: Answer) => {
  const state = { asked: 0, answer: first }
  const client = HttpClient.make((request) =>
    Effect.suspend(() => {
      state.asked += 1
      return Effect.map(state.answer(), (status) => HttpClientResponse.fromWeb(request, new Response(null, { status })))
    })
  )
  return { state, client: makeReceiver(client, place) }
}

const told = (work: (lines: ReadonlyArray<string>) => Effect.Effect<unknown, unknown>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(Array.isArray(message) ? message[0] : message)}`)
    })
    return Effect.orDie(work(lines)).pipe(
      Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Info")))
    )
  })

const post = (client: HttpClient.HttpClient) => client.execute(HttpClientRequest.post(`${place}/v1/traces`))

const away: Answer = () => Effect.succeed(503)
const there: Answer = () => Effect.succeed(200)
const silent: Answer = () => Effect.never

it.effect("that it is away is said once, and once that it is back", () =>
  told((lines) =>
    Effect.gen(function*() {
      const { client, state } = receiver(away)
      for (const _ of [1, 2, 3]) {
        const failing = yield* Effect.forkChild(Effect.exit(post(client)))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(failing))._tag, "Failure")
      }
      assert.strictEqual(state.asked, 12)
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", /^Warn Telemetry is not taken by http:\/\/collector\.test:4318: /)
      state.answer = there
      yield* post(client)
      yield* post(client)
      assert.lengthOf(lines, 2)
      assert.match(lines[1] ?? "", /^Info .* again$/)
    })
  ))

it.effect("one that refuses is not asked again for the same report", () =>
  told(() =>
    Effect.gen(function*() {
      const { client, state } = receiver(() => Effect.succeed(401))
      yield* Effect.exit(post(client))
      assert.strictEqual(state.asked, 1)
    })
  ))

it.effect("one that does not answer holds six reports, each for a quarter of a minute", () =>
  told(() =>
    Effect.gen(function*() {
      const { client, state } = receiver(silent)
      const sending = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => Effect.forkChild(Effect.exit(post(client)))
      )
      yield* TestClock.adjust("1 second")
      assert.strictEqual(state.asked, 6)
      yield* TestClock.adjust("15 seconds")
      for (const each of sending) assert.strictEqual((yield* Fiber.join(each))._tag, "Failure")
      state.answer = there
      yield* post(client)
    })
  ))

it.effect("what is told while it is away is dropped, and what comes afterwards arrives", () =>
  told(() =>
    Effect.gen(function*() {
      const { client, state } = receiver(silent)
      const bodies: Array<number> = []
      const { push } = yield* OtlpExporter.make({
        url: `${place}/v1/traces`,
        headers: undefined,
        label: "test",
        exportInterval: "1 second",
        maxBatchSize: 10,
        shutdownTimeout: "1 second",
        body: (items) => {
          bodies.push(items.length)
          return [HttpClientRequest.bodyText(HttpClientRequest.post(place), "")["body"], Effect.void]
        }
      }).pipe(Effect.provideService(HttpClient.HttpClient, client))
      for (let minute = 0; minute < 3; minute++) {
        for (let index = 0; index < 10_000; index++) push(index)
        yield* TestClock.adjust("10 seconds")
      }
      assert.isAtMost(state.asked, 30)
      state.answer = there
      yield* TestClock.adjust("2 minutes")
      const before = bodies.length
      push("after")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(bodies.slice(before), [1])
    }).pipe(Effect.scoped, Effect.provide(OtlpExporter.layerFlusher))
  ))
