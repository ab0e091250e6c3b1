/** An agent, or an API, that makes a run pay more than it may. The API here bills what a request can cost at most, so nothing is left to luck. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { copyFileSync, mkdirSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { place, startBroker, until } from "../fixtures/Broker.ts"
import {
  type Answer,
  type Asked,
  events,
  failing,
  model,
  modelApi,
  plain,
  streamed,
  streamHead
} from "../fixtures/ModelApi.ts"

const maxTokens = 1_000
const body = (more: object = {}) =>
  JSON.stringify({ model, max_tokens: maxTokens, messages: [{ role: "user", content: "x".repeat(1_000) }], ...more })

/** USD of the most that this request can cost by list price: everything written to a cache for an hour, every token of output. */
const worst = ({ body }: Pick<Asked, "body">) => (Buffer.byteLength(body) * 6 + JSON.parse(body).max_tokens * 15) / 1e6

const message = (usage: object, more: object = {}) =>
  JSON.stringify({
    id: "m",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: "end_turn",
    usage,
    ...more
  })

const json = (response: ServerResponse, text: string) =>
  response.writeHead(200, { "content-type": "application/json" }).end(text)

/** Says what the request can cost at most. */
const dearest: Answer = (response, asked) =>
  json(
    response,
    message({
      input_tokens: 0,
      output_tokens: JSON.parse(asked.body).max_tokens,
      cache_creation_input_tokens: Buffer.byteLength(asked.body),
      cache_creation: { ephemeral_1h_input_tokens: Buffer.byteLength(asked.body), ephemeral_5m_input_tokens: 0 }
    })
  )

const start = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>> = {}) {
  const api = yield* modelApi
  const around = yield* place
  const settings = {
    ...around.environment,
    MODEL_BASE_URL: api.url,
    MODEL: model,
    MODEL_ALLOWED: "[\"claude-haiku-\"]",
    ...environment
  }
  const broker = yield* startBroker(settings)
  const ask = (
    text: string | Uint8Array<ArrayBuffer> = body(),
    init: RequestInit = {},
    path = "/v1/messages?beta=true"
  ) =>
    Effect.promise(async () => {
      const response = await fetch(`${broker.url}/anthropic${path}`, {
        method: "POST",
        body: text,
        ...init,
        headers: { "content-type": "application/json", "x-api-key": broker.token, ...init.headers }
      })
      return { status: response.status, retry: response.headers.get("x-should-retry"), text: await response.text() }
    })
  /** Asks, and goes away once this holds. */
  const leave = (when: () => boolean) =>
    Effect.gen(function*() {
      const controller = yield* Effect.abortSignal
      const asked = fetch(`${broker.url}/anthropic/v1/messages`, {
        method: "POST",
        body: body(),
        headers: { "x-api-key": broker.token },
        signal: controller
      }).then((response) => response.text()).then(() => {}, () => {})
      yield* until(when)
      return asked
    }).pipe(Effect.scoped)
  const billed = () => api.asked.reduce((sum, asked) => sum + worst(asked), 0)
  return { api, ask, around, billed, broker, leave, settings }
})

const oneOf = worst({ body: body() })
const limit = (requests: number) => ({ MAX_COST_USD: String(oneOf * 1.2 * requests) })

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
      assert.strictEqual(broker.testimony().modelRefused, "Budget")
      assert.isAtLeast(broker.testimony().costUsd ?? 0, billed() - 1e-9)
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
      assert.isAbove(broker.testimony().reservedUsd ?? 0, oneOf * 4)
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
      assert.isUndefined(broker.testimony().modelRefused)
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
      yield* until(() => (broker.testimony().reservedUsd ?? 0) >= oneOf)
      assert.strictEqual((yield* ask()).status, 400)
      assert.lengthOf(api.asked, 1)
      assert.isAtLeast(broker.testimony().costUsd ?? 0, oneOf)
      assert.strictEqual(broker.testimony().models[model]?.answers, 1)
    }))

  it.live("an asker that leaves before the first byte pays, as often as it does so", () =>
    Effect.gen(function*() {
      const { api, ask, billed, broker, leave } = yield* start(limit(3))
      api.script(() => {})
      for (let round = 1; round <= 2; round++) {
        yield* leave(() => api.asked.length === round)
        yield* until(() => (broker.testimony().reservedUsd ?? 0) >= oneOf * round)
      }
      assert.strictEqual(broker.testimony().models[model]?.answers, 2)
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
      yield* leave(() => begun && broker.testimony().models[model]?.input === 1000)
      yield* until(() => (broker.testimony().reservedUsd ?? 0) >= oneOf)
    }))

  it.live("a broker that is started again where one was killed pays for what that had let through", () =>
    Effect.gen(function*() {
      const { api, around, broker, leave, settings } = yield* start(limit(1.5))
      const next = yield* place
      const state = (folder: string) => join(folder, "state", "testimony.json")
      api.script(() => {})
      yield* leave(() => {
        if (api.asked.length === 0) return false
        mkdirSync(join(next.folder, "state"))
        copyFileSync(state(around.folder), state(next.folder))
        return true
      })
      const heir = yield* startBroker({ ...settings, ...next.environment })
      assert.isAtLeast(heir.testimony().reservedUsd ?? 0, oneOf)
      assert.strictEqual(heir.testimony().costUsd, broker.testimony().costUsd)
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
    ["a bad gateway", (response) => response.writeHead(502).end("<html>")]
  ] as ReadonlyArray<readonly [string, Answer]>)(
    "but %s before any content costs nothing",
    ([, answer]) =>
      Effect.gen(function*() {
        const { api, ask, broker } = yield* start({ ...limit(1), MAX_TURNS: "1", ANSWERS_PER_TURN: "1" })
        api.script(answer, answer, answer, plain)
        for (let round = 0; round < 3; round++) assert.notStrictEqual((yield* ask()).status, 200)
        assert.deepStrictEqual([broker.testimony().costUsd, broker.testimony().turns], [0, 0])
        assert.strictEqual((yield* ask()).status, 200)
      })
  )

  it.live("nor does an API that cannot be reached", () =>
    Effect.gen(function*() {
      const { ask, broker } = yield* start({ ...limit(1), MODEL_BASE_URL: "http://127.0.0.1:1" })
      for (let round = 0; round < 3; round++) assert.strictEqual((yield* ask()).status, 502)
      assert.strictEqual(broker.testimony().costUsd, 0)
    }))
})

describe("every place where the API reports spend is counted", () => {
  const sonnet = { input_tokens: 1_000, output_tokens: 100 }
  const base = (1_000 * 3 + 100 * 15) / 1e6

  it.live.each<readonly [place: string, usage: object, costUsd: number]>([
    ["nothing but input and output", sonnet, base],
    ["iterations of a compaction, which the totals leave out", {
      ...sonnet,
      iterations: [{ type: "compaction", input_tokens: 180_000, output_tokens: 3_500 }, { type: "message", ...sonnet }]
    }, base + (180_000 * 3 + 3_500 * 15) / 1e6],
    ["an iteration of another model", {
      ...sonnet,
      iterations: [{ ...sonnet, model: "claude-opus-4-20250514" }]
    }, (1_000 * 15 + 100 * 75) / 1e6],
    ["caches of five minutes and of an hour", {
      ...sonnet,
      cache_creation_input_tokens: 3_000,
      cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 2_000 }
    }, base + (1_000 * 3.75 + 2_000 * 6) / 1e6],
    ["a cache whose parts do not add up", {
      ...sonnet,
      cache_creation_input_tokens: 3_000,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 }
    }, base + 3_000 * 6 / 1e6],
    ["a prompt beyond the first 200,000 tokens", {
      input_tokens: 100_000,
      cache_read_input_tokens: 150_000,
      output_tokens: 100
    }, (100_000 * 6 + 150_000 * 0.6 + 100 * 22.5) / 1e6],
    ["searches of the server's", { ...sonnet, server_tool_use: { web_search_requests: 5 } }, base + 0.05],
    ["work in the US", { ...sonnet, inference_geo: "us" }, base * 1.1],
    ["fast mode", { ...sonnet, speed: "fast" }, base * 6]
  ])("%s", ([, usage, costUsd]) =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => json(response, message(usage)))
      assert.strictEqual((yield* ask()).status, 200)
      assert.closeTo(broker.testimony().costUsd ?? 0, costUsd, 2e-6)
      assert.strictEqual(broker.testimony().reservedUsd, 0)
    }))

  it.live("an answer of a dearer model than the one that was asked is paid at its price", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => json(response, message(sonnet, { model: "claude-opus-4-20250514" })))
      yield* ask()
      assert.closeTo(broker.testimony().costUsd ?? 0, (1_000 * 15 + 100 * 75) / 1e6, 1e-9)
    }))

  it.live("counting tokens costs nothing and is open to a run that has spent everything", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ MAX_COST_USD: "0.000001" })
      api.script((response) => json(response, "{\"input_tokens\":100}"))
      assert.strictEqual((yield* ask(body(), {}, "/v1/messages/count_tokens?beta=true")).status, 200)
      assert.isUndefined(broker.testimony().costUsd)
    }))
})

describe("turns", () => {
  it.live("at once are no more than one after another", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ MAX_TURNS: "1", ANSWERS_PER_TURN: "3" })
      api.script(plain)
      const answers = yield* Effect.forEach(Array.from({ length: 20 }), () => ask(), { concurrency: "unbounded" })
      assert.lengthOf(api.asked, 3)
      assert.lengthOf(answers.filter(({ status }) => status === 200), 3)
      assert.strictEqual(broker.testimony().modelRefused, "Turns")
    }))

  it.live("are answers of the run's model to requests with tools", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ ANSWERS_PER_TURN: "4" })
      api.script(plain)
      const tools = [{ name: "Bash", input_schema: {} }]
      for (const more of [{ tools }, { tools }, {}, { tools, model: "claude-haiku-4-5" }]) yield* ask(body(more))
      assert.strictEqual(broker.testimony().turns, 2)
    }))

  it.live("are not hidden by leaving the tools out", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ ANSWERS_PER_TURN: "2" })
      api.script(plain)
      for (let round = 0; round < 5; round++) yield* ask()
      assert.strictEqual(broker.testimony().turns, 3)
    }))
})

describe("what is sent is what was checked", () => {
  it.live.each<readonly [attack: string, text: string, want: (sent: string) => void]>([
    [
      "a second model",
      body().replace("{", "{\"model\":\"claude-opus-5\","),
      (sent) => assert.notInclude(sent, "opus")
    ],
    ["priority", body({ service_tier: "auto", speed: "fast" }), (sent) => assert.notMatch(sent, /service_tier|speed/)],
    [
      "blanks of a megabyte",
      body().replace(",", `,${" ".repeat(1_000_000)}`),
      (sent) => assert.isBelow(sent.length, 2_000)
    ]
  ])("%s", ([, text, want]) =>
    Effect.gen(function*() {
      const { api, ask } = yield* start()
      assert.strictEqual((yield* ask(text)).status, 200)
      want(api.asked[0]?.body ?? "")
      assert.strictEqual(Number(api.asked[0]?.headers["content-length"]), Buffer.byteLength(api.asked[0]?.body ?? ""))
    }))

  it.live.each([
    ["compressed", { "content-encoding": "gzip" }, gzipSync(body())],
    ["compressed in name only", { "content-encoding": "gzip" }, body()],
    ["compressed twice", { "content-encoding": "identity, gzip" }, body()]
  ] as ReadonlyArray<readonly [string, Record<string, string>, string | Uint8Array<ArrayBuffer>]>)(
    "a body that is %s is refused",
    ([, headers, text]) =>
      Effect.gen(function*() {
        const { api, ask } = yield* start()
        assert.strictEqual((yield* ask(text, { headers })).status, 400)
        assert.lengthOf(api.asked, 0)
      })
  )

  it.live("a body of more than 32 MiB is refused, and the next one is answered", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start()
      const huge = yield* ask("x".repeat(34_000_000)).pipe(Effect.exit)
      if (huge._tag === "Success") assert.strictEqual(huge.value.status, 413)
      api.script(plain)
      assert.strictEqual((yield* ask()).status, 200)
      assert.lengthOf(api.asked, 1)
    }))

  it.live.each(["?beta=true&beta=false", "?beta=false", "?speed=fast", "?beta=true&x"])(
    "a query that may mean something is refused: %s",
    (query) =>
      Effect.gen(function*() {
        const { api, ask } = yield* start()
        assert.strictEqual((yield* ask(body(), {}, `/v1/messages${query}`)).status, 404)
        assert.lengthOf(api.asked, 0)
      })
  )
})

describe("a model that the run may not use", () => {
  it.live("is refused in words, named in the testimony, and costs nothing", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(limit(1))
      const names = Array.from({ length: 50 }, (_, index) => `claude-opus-${index}-${"x".repeat(150)}`)
      for (const name of names) assert.strictEqual((yield* ask(body({ model: name }))).status, 400)
      const { refusedModels = [] } = broker.testimony()
      assert.lengthOf(refusedModels, 5)
      for (const name of refusedModels) assert.isAtMost(name.length, 100)
      assert.lengthOf(api.asked, 0)
      api.script(plain)
      assert.strictEqual((yield* ask()).status, 200)
    }))

  it.live("is refused where it is listed but has no price", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start({ ...limit(100), MODEL_ALLOWED: "[\"claude-\"]" })
      const { status, text } = yield* ask(body({ model: "claude-next-9" }))
      assert.strictEqual(status, 400)
      assert.include(text, "model.prices")
      assert.lengthOf(api.asked, 0)
    }))

  it.live("is not priced like an older one whose name it begins with", () =>
    Effect.gen(function*() {
      const { ask, api } = yield* start({ ...limit(100), MODEL_ALLOWED: "[\"claude-\"]" })
      for (const name of ["claude-opus-5-9", "claude-sonnet-4-99", "claude-opus-5-fast", "claude-haiku-4-5x"]) {
        assert.strictEqual((yield* ask(body({ model: name }))).status, 400, name)
      }
      assert.lengthOf(api.asked, 0)
    }))
})

describe("a limit", () => {
  it.live("that the broker itself sets on a flood is none of the account's", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      const held: Array<() => void> = []
      api.script((response, asked) => held.push(() => streamed()(response, asked)))
      const statuses: Array<number> = []
      const flood = yield* Effect.forkChild(Effect.forEach(
        Array.from({ length: 30 }),
        () => Effect.map(ask(), ({ status }) => statuses.push(status)),
        { concurrency: "unbounded", discard: true }
      ))
      yield* until(() => held.length === 24 && statuses.length === 6)
      assert.notInclude(statuses, 429)
      assert.isUndefined(broker.testimony().limitedAt)
      for (const answer of held) answer()
      yield* Fiber.join(flood)
    }))

  it.live("of the account that comes as a plain 400 is one, with its day", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => {
        const words =
          "You have reached your specified API usage limits. You will regain access on 2030-01-01 at 00:00 UTC."
        response.writeHead(400, { "content-type": "application/json" })
        response.end(JSON.stringify({ type: "error", error: { type: "invalid_request_error", message: words } }))
      })
      yield* ask()
      assert.isDefined(broker.testimony().limitedAt)
      assert.strictEqual(broker.testimony().resetAt, "2030-01-01T00:00:00.000Z")
    }))

  it.live("is not made by words of the agent that come back in an error of another kind", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => {
        response.writeHead(500).end("API usage limits: you will regain access on 2030-01-01")
      })
      yield* ask()
      assert.isUndefined(broker.testimony().limitedAt)
    }))
})
