/** An agent that makes a run pay more than it may: all at once, or by going away before the bill. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { copyFileSync, mkdirSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { join } from "node:path"
import { place, startBroker, until } from "../fixtures/Broker.ts"
import { type Answer, events, failing, model, ping, plain, streamHead } from "../fixtures/ModelApi.ts"
import { body, dearest, json, limit, message, oneOf, start } from "../fixtures/SpendingBroker.ts"

describe("spend never passes the limit", () => {
  it.live.each([
    { name: "forty at once", number: 40, at: 3 },
    { name: "twenty-four at once on a cent", number: 24, at: 0.01 / (oneOf * 1.2) },
    { name: "one after another", number: 6, at: 2, one: true }
  ])("$name", ({ at, number, one }) =>
    Effect.gen(function*() {
      const { api, ask, billed, broker } = yield* start(limit(at))
      api.script(dearest)
      const answers = yield* Effect.forEach(Array.from({ length: number }), () => ask(), {
        concurrency: one === true ? 1 : "unbounded"
      })
      assert.isAtLeast(answers.filter(({ status }) => status === 200).length, at < 1 ? 0 : 1)
      assert.isAtMost(billed(), oneOf * 1.2 * at)
      for (const { status, text } of answers) if (status === 400) assert.include(text, "budget")
      assert.strictEqual(broker.brokerReport().modelRefused, "Budget")
      assert.isAtLeast(broker.brokerReport().costUsd ?? 0, billed() - 1e-9)
    }))

  it.live("while none of forty is answered, what is open counts as spent", () =>
    Effect.gen(function*() {
      const { api, ask, billed, broker } = yield* start(limit(5))
      const held: Array<() => void> = []
      api.script((response, asked) => held.push(() => dearest(response, asked)))
      let refused = 0
      const all = yield* Effect.forkChild(Effect.forEach(
        Array.from({ length: 40 }),
        () => Effect.map(ask(), ({ status }) => status === 200 ? 0 : refused++),
        { concurrency: "unbounded", discard: true }
      ))
      yield* until(() => refused + held.length === 40)
      assert.isAtMost(billed(), oneOf * 6)
      assert.isAbove(broker.brokerReport().reservedUsd ?? 0, oneOf * 4)
      for (const answer of held) answer()
      yield* Fiber.join(all)
      assert.isAtMost(billed(), oneOf * 6)
    }))

  it.live("what is refused only because others are open may be asked for again, and then goes on", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(limit(1))
      let answer = () => {}
      api.script((response) => {
        answer = () => json(response, message({ input_tokens: 1, output_tokens: 1 }))
      }, plain)
      const first = yield* Effect.forkChild(ask())
      yield* until(() => api.asked.length === 1)
      const { retry, status } = yield* ask()
      assert.deepStrictEqual([status, retry], [400, "true"])
      answer()
      yield* Fiber.join(first)
      assert.strictEqual((yield* ask()).status, 200)
      assert.isUndefined(broker.brokerReport().modelRefused)
    }))

  it.live("what can never fit is refused for good, with both amounts", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start({ MAX_COST_USD: "0.01" })
      const { retry, status, text } = yield* ask()
      assert.deepStrictEqual([status, retry], [400, "false"])
      assert.include(text, "$0.01")
      assert.include(text, "may cost $0.02")
      assert.lengthOf(api.asked, 0)
    }))
})

/** The API takes a request and nobody learns what it cost. */
const unseen: ReadonlyArray<readonly [attack: string, answer: Answer, environment?: Readonly<Record<string, string>>]> =
  [
    ["an answer that is cut in the middle", (response) => {
      streamHead(response)
      response.write(events()[0])
      response.write(events()[1], () => response.destroy())
    }],
    ["a stream that ends without its last totals", (response) => {
      streamHead(response)
      response.end(events().slice(0, 4).join(""))
    }],
    ["a stream with an error in it", (response) => {
      streamHead(response)
      response.end(`${events()[0]}event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n`)
    }],
    ["a stream that says nothing of tokens", (response) => {
      streamHead(response)
      response.end("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
    }],
    ["a stream whose last totals are empty", (response) => {
      streamHead(response)
      response.end(`${events()[0]}data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}}\n\n`)
    }],
    ["a stream that falls silent", (response) => {
      streamHead(response)
      response.write(events()[0])
    }, { STREAM_IDLE_SECONDS: "0.3" }],
    ["a page of a proxy with status 200", (response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>welcome</html>")
    }],
    ["an empty object", (response) => json(response, "{}")],
    [
      "totals of less than nothing",
      (response) => json(response, message({ input_tokens: -1, output_tokens: -1_000_000 }))
    ],
    ["totals that are texts", (response) => json(response, message({ input_tokens: "1", output_tokens: "1" }))],
    ["totals of nothing", (response) => json(response, message({ input_tokens: null, output_tokens: null }))],
    ["totals without the output", (response) => json(response, message({ input_tokens: 1 }))],
    ["an answer that does not come in time", () => {}, { ANSWER_SECONDS: "0.3" }],
    ["a plain answer that is cut", (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" })
      response.write("{\"model\":", () => response.destroy())
    }],
    ["a connection that breaks before the answer", (response) => response.destroy()]
  ]

describe("where the end is not seen, what was reserved stands", () => {
  it.live.each(unseen)("%s", ([, answer, environment = {}]) =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ ...limit(1.5), ...environment })
      api.script(answer)
      yield* ask().pipe(Effect.exit)
      yield* until(() => (broker.brokerReport().reservedUsd ?? 0) >= oneOf)
      assert.strictEqual((yield* ask()).status, 400)
      assert.lengthOf(api.asked, 1)
      assert.isAtLeast(broker.brokerReport().costUsd ?? 0, oneOf)
      assert.strictEqual(broker.brokerReport().models[model]?.answers, 1)
    }))

  it.live("an asker that leaves before the first byte pays, as often as it does so", () =>
    Effect.gen(function*() {
      const { api, ask, billed, broker, leave } = yield* start(limit(3))
      api.script(() => {})
      for (let round = 1; round <= 2; round++) {
        yield* leave(() => api.asked.length === round)
        yield* until(() => (broker.brokerReport().reservedUsd ?? 0) >= oneOf * round)
      }
      assert.strictEqual(broker.brokerReport().models[model]?.answers, 2)
      api.script(dearest)
      while ((yield* ask()).status === 200);
      assert.isAtMost(billed(), oneOf * 3.6)
    }))

  it.live("an asker that leaves in the middle of an answer pays for all of it", () =>
    Effect.gen(function*() {
      const { api, broker, leave } = yield* start(limit(3))
      let begun = false
      api.script((response) => {
        streamHead(response)
        response.write(events()[0], () => {
          begun = true
        })
      })
      yield* leave(() => begun && broker.brokerReport().models[model]?.input === 1000)
      yield* until(() => (broker.brokerReport().reservedUsd ?? 0) >= oneOf)
    }))

  it.live("a broker that is started again where one was killed pays for what that had let through", () =>
    Effect.gen(function*() {
      const { api, around, broker, leave, settings } = yield* start(limit(1.5))
      const next = yield* place
      const state = (folder: string) => join(folder, "state", "report.json")
      api.script(() => {})
      yield* leave(() => {
        if (api.asked.length === 0) return false
        mkdirSync(join(next.folder, "state"))
        copyFileSync(state(around.folder), state(next.folder))
        return true
      })
      const heir = yield* startBroker({ ...settings, ...next.environment })
      assert.isAtLeast(heir.brokerReport().reservedUsd ?? 0, oneOf)
      assert.strictEqual(heir.brokerReport().costUsd, broker.brokerReport().costUsd)
      const response = yield* Effect.promise(() =>
        fetch(`${heir.url}/anthropic/v1/messages`, {
          method: "POST",
          body: body(),
          headers: { "x-api-key": heir.token }
        })
      )
      assert.strictEqual(response.status, 400)
      assert.lengthOf(api.asked, 1)
    }))

  it.live.each([
    ["a limit", failing(429, "rate_limit_error")],
    ["an overload", failing(529, "overloaded_error")],
    ["a bad request", failing(400, "invalid_request_error")],
    ["an overload within a stream that has begun", (response) => {
      streamHead(response)
      response.end(`${ping}event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n`)
    }],
    ["a bad gateway", (response) => response.writeHead(502).end("<html>")]
  ] as ReadonlyArray<readonly [string, Answer]>)(
    "but %s before any content costs nothing",
    ([, answer]) =>
      Effect.gen(function*() {
        const { api, ask, broker } = yield* start({ ...limit(1), MAX_TURNS: "1", ANSWERS_PER_TURN: "1" })
        api.script(answer, answer, answer, plain)
        for (let round = 0; round < 3; round++) assert.notInclude((yield* ask()).text, "end_turn")
        assert.deepStrictEqual([broker.brokerReport().costUsd, broker.brokerReport().turns], [0, 0])
        assert.strictEqual((yield* ask()).status, 200)
      })
  )

  it.live("an API to which no TLS connection can be made costs nothing, however often it is tried", () =>
    Effect.gen(function*() {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() =>
          new Promise<Server>((done) => {
            const made = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1", () => done(made))
          })
        ),
        (made) => Effect.sync(() => made.close())
      )
      const { port } = server.address() as AddressInfo
      const { ask, broker } = yield* start({ ...limit(1), MODEL_BASE_URL: `https://127.0.0.1:${port}` })
      for (let round = 0; round < 3; round++) assert.strictEqual((yield* ask()).status, 502)
      assert.strictEqual(broker.brokerReport().costUsd, 0)
    }))

  it.live("an API that cannot be reached costs nothing", () =>
    Effect.gen(function*() {
      const { ask, broker } = yield* start({ ...limit(1), MODEL_BASE_URL: "http://127.0.0.1:1" })
      for (let round = 0; round < 3; round++) assert.strictEqual((yield* ask()).status, 502)
      assert.strictEqual(broker.brokerReport().costUsd, 0)
    }))
})
