/** What an API reports of spend, turns and limits, and what an agent sends to make it another's or nobody's. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { gzipSync } from "node:zlib"
import { until } from "../fixtures/Broker.ts"
import { plain, streamed } from "../fixtures/ModelApi.ts"
import { body, json, limit, message, start } from "../fixtures/SpendingBroker.ts"

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
      assert.closeTo(broker.brokerReport().costUsd ?? 0, costUsd, 2e-6)
      assert.strictEqual(broker.brokerReport().reservedUsd, 0)
    }))

  it.live("an answer of a dearer model than the one that was asked is paid at its price", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => json(response, message(sonnet, { model: "claude-opus-4-20250514" })))
      yield* ask()
      assert.closeTo(broker.brokerReport().costUsd ?? 0, (1_000 * 15 + 100 * 75) / 1e6, 1e-9)
    }))

  it.live("counting tokens costs nothing and is open to a run that has spent everything", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ MAX_COST_USD: "0.000001" })
      api.script((response) => json(response, "{\"input_tokens\":100}"))
      assert.strictEqual((yield* ask(body(), {}, "/v1/messages/count_tokens?beta=true")).status, 200)
      assert.isUndefined(broker.brokerReport().costUsd)
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
      assert.strictEqual(broker.brokerReport().modelRefused, "Turns")
    }))

  it.live("are answers of the run's model to requests with tools", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ ANSWERS_PER_TURN: "4" })
      api.script(plain)
      const tools = [{ name: "Bash", input_schema: {} }]
      for (const more of [{ tools }, { tools }, {}, { tools, model: "claude-haiku-4-5" }]) yield* ask(body(more))
      assert.strictEqual(broker.brokerReport().turns, 2)
    }))

  it.live("are not hidden by leaving the tools out", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ ANSWERS_PER_TURN: "2" })
      api.script(plain)
      for (let round = 0; round < 5; round++) yield* ask()
      assert.strictEqual(broker.brokerReport().turns, 3)
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
  it.live("is refused in words, named in the report, and costs nothing", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(limit(1))
      const names = Array.from({ length: 50 }, (_, index) => `claude-opus-${index}-${"x".repeat(150)}`)
      for (const name of names) assert.strictEqual((yield* ask(body({ model: name }))).status, 400)
      const { refusedModels = [] } = broker.brokerReport()
      assert.lengthOf(refusedModels, 5)
      for (const name of refusedModels) assert.isAtMost(name.length, 100)
      assert.lengthOf(api.asked, 0)
      api.script(plain)
      assert.strictEqual((yield* ask()).status, 200)
    }))

  it.live("is refused where it is listed but has no price", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ ...limit(100), MODEL_ALLOWED: "[\"claude-\"]" })
      const { status, text } = yield* ask(body({ model: "claude-next-9" }))
      assert.strictEqual(status, 400)
      assert.include(text, "model.prices")
      // It is named as what it is: the run's budget is not spent.
      assert.deepStrictEqual(broker.brokerReport().refusedModels, ["claude-next-9"])
      assert.isUndefined(broker.brokerReport().modelRefused)
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
      assert.isUndefined(broker.brokerReport().limitedAt)
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
      assert.isDefined(broker.brokerReport().limitedAt)
      assert.strictEqual(broker.brokerReport().resetAt, "2030-01-01T00:00:00.000Z")
    }))

  it.live("is not made by words of the agent that come back in an error of another kind", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => {
        response.writeHead(500).end("API usage limits: you will regain access on 2030-01-01")
      })
      yield* ask()
      assert.isUndefined(broker.brokerReport().limitedAt)
    }))
})
