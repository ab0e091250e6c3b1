/** LiteLLM, vLLM and OpenRouter, by what each of them does otherwise than the maker whose API it speaks. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answering, doubles, streamHead, streaming } from "../fixtures/ApiDoubles.ts"
import { lastStatusOf, until } from "../fixtures/Broker.ts"
import { startDialect } from "../fixtures/DialectBroker.ts"
import { type Answer, modelApi } from "../fixtures/ModelApi.ts"

const chat = doubles.find(({ api }) => api === "chat") ?? assert.fail("expected a double of Chat Completions")
const counts = { input: 1_200, cached: 200, output: 50 }

/** Of a gateway, which is below a path. */
const startGateway = Effect.fnUntraced(
  function*(more: object = {}, environment: Readonly<Record<string, string>> = {}) {
    const gateway = yield* modelApi
    const started = yield* startDialect(chat, {
      MODEL_PROVIDERS: JSON.stringify([
        { name: "gateway", apis: ["chat"], baseUrl: `${gateway.url}/api/v1`, keyFile: "openai-api-key", ...more }
      ]),
      ...environment
    })
    return { ...started, gateway }
  }
)

const refusing =
  (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer => (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
  }

describe("OpenRouter", () => {
  it.live("is asked below its path for its own name of the model, and its comments are no events", () =>
    Effect.gen(function*() {
      const { ask, broker, gateway } = yield* startGateway({ names: { [chat.model]: "openai/gpt-5.4-mini" } })
      const events = [": OPENROUTER PROCESSING\n\n", ...chat.events(counts)]
      gateway.script(streaming(events))
      const { status, text } = yield* ask()
      assert.deepStrictEqual([status, text], [200, events.join("")])
      const [asked] = gateway.asked
      assert.strictEqual(asked?.url, "/api/v1/chat/completions")
      const { model, stream_options } = JSON.parse(asked?.body ?? "")
      assert.deepStrictEqual([model, stream_options], ["openai/gpt-5.4-mini", { include_usage: true }])
      yield* until(() => broker.brokerReport().models[chat.model]?.output === 50)
    }))

  it.live("says within a stream what has failed, with the status in its code", () =>
    Effect.gen(function*() {
      const { ask, broker, gateway } = yield* startGateway()
      const error = { code: 502, message: "Provider disconnected" }
      gateway.script((response) => {
        streamHead(response)
        response.end(
          `data: ${JSON.stringify({ id: "g", error, choices: [{ index: 0, delta: {}, finish_reason: "error" }] })}\n\n`
        )
      })
      assert.strictEqual((yield* ask()).status, 200)
      assert.strictEqual(yield* lastStatusOf(broker), 502)
    }))

  it.live("has a limit that ends when a header says, and credits whose end is no limit", () =>
    Effect.gen(function*() {
      const { ask, broker, gateway } = yield* startGateway()
      gateway.script(refusing(402, { error: { code: 402, message: "Insufficient credits." } }))
      assert.strictEqual((yield* ask()).status, 402)
      assert.isUndefined(broker.brokerReport().limitedAt)
      gateway.script(refusing(429, { error: { code: 429, message: "Rate limited." } }, {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(Date.now() + 300_000)
      }))
      assert.strictEqual((yield* ask()).status, 429)
      const seconds = (Date.parse(broker.brokerReport().resetAt ?? "") - Date.now()) / 1000
      assert.isTrue(Math.abs(seconds - 300) < 30, `${seconds} s`)
    }))
})

describe("LiteLLM", () => {
  it.live("takes its key in a header of its own, and none of the agent's", () =>
    Effect.gen(function*() {
      const { ask, broker, gateway } = yield* startGateway({ header: "x-litellm-api-key" })
      gateway.script(answering(chat.plain(counts)))
      assert.strictEqual((yield* ask()).status, 200)
      const { headers } = gateway.asked[0] ?? assert.fail("nothing was asked")
      assert.notProperty(headers, "authorization")
      assert.notInclude(JSON.stringify(headers), broker.token)
      assert.isString(headers["x-litellm-api-key"])
    }))

  it.live("whose own budget is spent says so in its words, once", () =>
    Effect.gen(function*() {
      const { ask, broker, gateway } = yield* startGateway()
      const body = {
        error: { message: "Budget has been exceeded!", type: "budget_exceeded", param: null, code: "400" }
      }
      gateway.script(refusing(400, body))
      const { status, text } = yield* ask()
      assert.deepStrictEqual([status, JSON.parse(text)], [400, body])
      assert.lengthOf(gateway.asked, 1)
      assert.strictEqual(broker.brokerReport().costUsd, 0)
    }))
})

describe("vLLM", () => {
  it.live("tells nothing of caches: all that it read is input", () =>
    Effect.gen(function*() {
      const { ask, broker, gateway } = yield* startGateway()
      gateway.script(answering(JSON.stringify({
        id: "c",
        object: "chat.completion",
        model: "qwen",
        choices: [],
        usage: { prompt_tokens: 70, total_tokens: 79, completion_tokens: 9, prompt_tokens_details: null }
      })))
      assert.strictEqual((yield* ask(undefined, {}, chat.path(false))).status, 200)
      yield* until(() => broker.brokerReport().models[chat.model]?.output === 9)
      assert.deepInclude(broker.brokerReport().models[chat.model], { input: 70, cacheRead: 0 })
    }))

  it.live("that does not know the model says so in its own shape", () =>
    Effect.gen(function*() {
      const { ask, gateway } = yield* startGateway()
      const body = { object: "error", message: "The model `x` does not exist.", type: "NotFoundError", code: 404 }
      gateway.script(refusing(404, body))
      const { status, text } = yield* ask()
      assert.deepStrictEqual([status, JSON.parse(text)], [404, body])
    }))
})
