import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { writeFileSync } from "node:fs"
import { request } from "node:http"
import { createServer } from "node:https"
import { createServer as createNetServer } from "node:net"
import { apiKey, brokerReportAt, brokerThatGivesUp, place, startBroker, until, visible } from "../fixtures/Broker.ts"
import { makeCertificates, noCertificates } from "../fixtures/Certificates.ts"
import { events, failing, model, modelApi, ping, plain, streamed, streamHead } from "../fixtures/ModelApi.ts"

const start = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>> = {}) {
  const api = yield* modelApi
  const around = yield* place
  const broker = yield* startBroker({ ...around.environment, MODEL_BASE_URL: api.url, ...changes })
  const ask = (path = "/v1/messages?beta=true", init: RequestInit = {}) =>
    Effect.promise(() =>
      fetch(`${broker.url}/anthropic${path}`, {
        method: "POST",
        body: JSON.stringify({ model, max_tokens: 10, messages: [] }),
        ...init,
        headers: { "content-type": "application/json", "x-api-key": broker.token, ...init.headers }
      })
    )
  const say = Effect.fnUntraced(function*(path?: string, init?: RequestInit) {
    const response = yield* ask(path, init)
    return { response, text: yield* Effect.promise(() => response.text()) }
  })
  return { api, around, ask, broker, say }
})

const prices = JSON.stringify({ "claude-sonnet-4": { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 } })

describe("the model proxy", () => {
  it.live("forwards with the real key and nothing else of the agent's that matters", () =>
    Effect.gen(function*() {
      const { api, around, broker, say } = yield* start()
      const { response, text } = yield* say(undefined, {
        headers: { "anthropic-version": "2023-06-01", cookie: "a=b", "x-forwarded-for": "10.0.0.1" }
      })
      assert.strictEqual(response.status, 200)
      assert.strictEqual(text, events().join(""))
      assert.strictEqual(response.headers.get("request-id"), "req_1")
      const [asked] = api.asked
      assert.strictEqual(asked?.url, "/v1/messages?beta=true")
      assert.strictEqual(asked?.headers["x-api-key"], apiKey)
      assert.strictEqual(asked?.headers["anthropic-version"], "2023-06-01")
      assert.include(asked?.body, model)
      for (const name of ["cookie", "authorization", "x-forwarded-for", "traceparent", "b3"]) {
        assert.isUndefined(asked?.headers[name], name)
      }
      assert.notInclude(JSON.stringify(asked?.headers), broker.token)
      assert.notInclude(visible(around, broker) + text, apiKey)
    }))

  it.live("counts what a stream and a plain answer cost, by model and price", () =>
    Effect.gen(function*() {
      const { api, broker, say } = yield* start({ MODEL_PRICES: prices })
      api.script(streamed(), plain)
      yield* say()
      yield* say()
      const { costComplete, costUsd, models } = broker.brokerReport()
      assert.deepStrictEqual(models, {
        [model]: { answers: 2, input: 1010, output: 55, cacheRead: 200, cacheWrite: 100 }
      })
      assert.isTrue(costComplete)
      assert.strictEqual(costUsd, (1010 * 3 + 55 * 15 + 200 * 0.3 + 100 * 3.75) / 1e6)
    }))

  it.live("has counted an answer when the agent has got it, so that the next request meets the budget", () =>
    Effect.gen(function*() {
      const { api, broker, say } = yield* start({ MODEL_PRICES: prices, MAX_COST_USD: "0.002" })
      api.script((response) => {
        const body = JSON.stringify({ model, usage: { input_tokens: 1_000, output_tokens: 5 } })
        response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
      })
      for (let round = 0; round < 3; round++) {
        assert.strictEqual((yield* say()).response.status, round === 0 ? 200 : 400)
        assert.strictEqual(broker.brokerReport().models[model]?.answers, 1)
      }
      assert.lengthOf(api.asked, 1)
    }))

  it.live.skipIf(noCertificates !== undefined)(
    "reaches an API of a private authority once that is trusted, and says how",
    () =>
      Effect.gen(function*() {
        const around = yield* place
        const { authority, cert, key } = makeCertificates(around.folder)
        const server = createServer({ cert, key }, (_, response) => {
          response.writeHead(200, { "content-type": "application/json" }).end("{}")
        })
        const port = yield* Effect.acquireRelease(
          Effect.callback<number>((resume) => {
            server.listen(0, "127.0.0.1", () => resume(Effect.succeed(Object(server.address()).port)))
          }),
          () => Effect.sync(() => server.close().closeAllConnections())
        )
        const MODEL_BASE_URL = `https://127.0.0.1:${port}`
        const trusting = yield* start({ MODEL_BASE_URL, CA_CERTIFICATES: authority })
        assert.strictEqual((yield* trusting.say()).response.status, 200)
        const { response, text } = yield* (yield* start({ MODEL_BASE_URL })).say()
        assert.strictEqual(response.status, 502)
        assert.include(JSON.parse(text).error.message, "agent.broker.caCertificates")
      })
  )

  it.live("passes each piece on when it comes, and counts before the end", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      let finish = () => {}
      api.script((response) => {
        streamHead(response)
        const [first, ...rest] = events()
        response.write(first)
        finish = () => response.end(rest.join(""))
      })
      const response = yield* ask()
      const reader = response.body?.getReader()
      const piece = yield* Effect.promise(async () => await reader?.read())
      assert.include(Buffer.from(piece?.value ?? []).toString(), "message_start")
      assert.strictEqual(broker.brokerReport().models[model]?.input, 1000)
      finish()
      yield* Effect.promise(async () => {
        while (!(await reader?.read())?.done);
      })
      assert.strictEqual(broker.brokerReport().models[model]?.output, 50)
    }))

  it.live("speaks as the person's subscription where the key is a token of one", () =>
    Effect.gen(function*() {
      const api = yield* modelApi
      const around = yield* place
      writeFileSync(`${around.folder}/credentials/anthropic-oauth-token`, "fake-oauth-token-of-a-test")
      const broker = yield* startBroker({ ...around.environment, MODEL_BASE_URL: api.url })
      yield* Effect.promise(() =>
        fetch(`${broker.url}/anthropic/v1/messages`, {
          method: "POST",
          body: JSON.stringify({ model, max_tokens: 10, messages: [] }),
          headers: { authorization: `Bearer ${broker.token}`, "anthropic-beta": "effort-2025-11-24" }
        })
      )
      assert.strictEqual(api.asked[0]?.headers.authorization, "Bearer fake-oauth-token-of-a-test")
      assert.strictEqual(api.asked[0]?.headers["anthropic-beta"], "effort-2025-11-24,oauth-2025-04-20")
      assert.isUndefined(api.asked[0]?.headers["x-api-key"])
    }))

  it.live.each([
    { name: "another path", path: "/v1/files" },
    { name: "a path that climbs", path: "/v1/messages/../files" },
    { name: "a path in disguise", path: "/v1/%6dessages" },
    { name: "another host in the path", path: "//attacker.test/v1/messages" },
    { name: "batches", path: "/v1/messages/batches" }
  ])("does not forward $name", ({ path }) =>
    Effect.gen(function*() {
      const { api, say } = yield* start()
      const { response, text } = yield* say(path)
      assert.strictEqual(response.status, 404)
      assert.strictEqual(JSON.parse(text).type ?? "error", "error")
      assert.lengthOf(api.asked, 0)
    }))

  it.live.each([
    { name: "no token", headers: { "x-api-key": "" } },
    { name: "a wrong token", headers: { "x-api-key": "0".repeat(64) } },
    { name: "the real key", headers: { "x-api-key": apiKey } }
  ])("answers nobody with $name", ({ headers }) =>
    Effect.gen(function*() {
      const { api, say } = yield* start()
      const { response, text } = yield* say(undefined, { headers })
      assert.strictEqual(response.status, 401)
      assert.strictEqual(JSON.parse(text).error.type, "authentication_error")
      assert.lengthOf(api.asked, 0)
    }))

  it.live("says what to set when there is no key", () =>
    Effect.gen(function*() {
      const { api, broker, say } = yield* start({ CREDENTIALS_DIR: "/nonexistent" })
      const { response, text } = yield* say()
      assert.strictEqual(response.status, 401)
      assert.include(JSON.parse(text).error.message, "secrets.apiKeySecretName")
      assert.include(broker.brokerReport().problem, "secrets.apiKeySecretName")
      assert.strictEqual(broker.brokerReport().missing, "ModelKey")
      assert.lengthOf(api.asked, 0)
    }))

  it.live("refuses once the budget is spent, and says so in its report", () =>
    Effect.gen(function*() {
      const { api, broker, say } = yield* start({ MODEL_PRICES: prices, MAX_COST_USD: "0.004" })
      assert.strictEqual((yield* say()).response.status, 200)
      const { response, text } = yield* say()
      assert.strictEqual(response.status, 400)
      assert.strictEqual(response.headers.get("x-should-retry"), "false")
      assert.include(JSON.parse(text).error.message, "budget")
      assert.lengthOf(api.asked, 1)
      assert.strictEqual(broker.brokerReport().modelRefused, "Budget")
    }))

  it.live("refuses once the turns are spent, counting answers and not attempts", () =>
    Effect.gen(function*() {
      const { api, broker, say } = yield* start({ MAX_TURNS: "1", ANSWERS_PER_TURN: "2" })
      api.script(failing(529, "overloaded_error"), streamed())
      const statuses = []
      for (let round = 0; round < 4; round++) statuses.push((yield* say()).response.status)
      assert.deepStrictEqual(statuses, [529, 200, 200, 400])
      assert.strictEqual(broker.brokerReport().modelRefused, "Turns")
    }))

  it.live("keeps what was spent when the broker cannot be started again, because its port was taken meanwhile", () =>
    Effect.gen(function*() {
      const { around: { environment }, broker, say } = yield* start()
      yield* say()
      const { models } = broker.brokerReport()
      assert.strictEqual(models[model]?.output, 50)
      yield* broker.stop
      const squatter = createNetServer()
      yield* Effect.callback<void>((resume) => {
        squatter.listen(Number(new URL(broker.url).port), "127.0.0.1", () => resume(Effect.void))
      })
      assert.strictEqual(yield* brokerThatGivesUp(environment), 1)
      squatter.close()
      assert.include(brokerReportAt(environment).problem, "cannot start")
      assert.deepStrictEqual(brokerReportAt(environment).models, models)
    }))

  it.live("refuses when the run is cancelled", () =>
    Effect.gen(function*() {
      const { broker, say } = yield* start()
      yield* Effect.promise(() =>
        fetch(`${broker.url}/run/cancel`, { method: "POST", headers: { authorization: `Bearer ${broker.token}` } })
      )
      assert.strictEqual((yield* say()).response.status, 400)
      assert.strictEqual(broker.brokerReport().modelRefused, "Cancelled")
    }))

  it.live("keeps the time at which a limit ends, until an answer shows that it has ended", () =>
    Effect.gen(function*() {
      const { api, broker, say } = yield* start()
      api.script(
        failing(429, "rate_limit_error", {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": "1900000000",
          "retry-after": "30"
        }),
        streamed()
      )
      const { response } = yield* say()
      assert.strictEqual(response.status, 429)
      assert.strictEqual(response.headers.get("anthropic-ratelimit-unified-reset"), "1900000000")
      assert.strictEqual(broker.brokerReport().resetAt, "2030-03-17T17:46:40.000Z")
      yield* say()
      assert.isUndefined(broker.brokerReport().resetAt)
    }))

  it.live("says what the API says when it fails, but never the key", () =>
    Effect.gen(function*() {
      const { api, around, broker, say } = yield* start()
      api.script(failing(401, "authentication_error"))
      const { response, text } = yield* say()
      assert.strictEqual(response.status, 401)
      assert.strictEqual(JSON.parse(text).error.type, "authentication_error")
      assert.notInclude(text + visible(around, broker), apiKey)
    }))

  it.live("cuts a stream that says nothing but ping", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({ STREAM_IDLE_SECONDS: "1.5" })
      let closed = false
      api.script((response) => {
        streamHead(response)
        response.write(events()[0])
        const timer = setInterval(() => response.write(ping), 50)
        response.on("close", () => {
          clearInterval(timer)
          closed = true
        })
      })
      const response = yield* ask()
      const ended = yield* Effect.promise(() => response.text().then(() => "whole", () => "cut"))
      assert.strictEqual(ended, "cut")
      yield* until(() => closed)
      assert.strictEqual(broker.brokerReport().models[model]?.input, 1000)
    }))

  it.live("gives up on an API that does not answer, and on one that is not there", () =>
    Effect.gen(function*() {
      const { api, say } = yield* start({ ANSWER_SECONDS: "0.3" })
      api.script(() => {})
      const slow = yield* say()
      assert.strictEqual(slow.response.status, 504)
      assert.strictEqual(JSON.parse(slow.text).error.type, "timeout_error")
      const gone = yield* start({ MODEL_BASE_URL: "https://127.0.0.1:1" })
      const { response, text } = yield* gone.say()
      assert.strictEqual(response.status, 502)
      assert.include(JSON.parse(text).error.message, "ECONNREFUSED")
    }))

  it.live("charges what was seen of an answer whose count was not waited for", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      const [first, block] = events()
      const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x".repeat(400) } }
      api.script((response) => {
        streamHead(response)
        response.write(`${first}${block}${`data: ${JSON.stringify(delta)}\n\n`.repeat(100)}`)
      })
      const reader = (yield* ask()).body?.getReader()
      yield* Effect.promise(async () => {
        let seen = 0
        while (seen < 40_000) seen += (await reader?.read())?.value?.length ?? Infinity
        await reader?.cancel()
      })
      yield* until(() => (broker.brokerReport().models[model]?.output ?? 0) > 9_000)
      assert.isBelow(broker.brokerReport().models[model]?.output ?? 0, 12_000)
      assert.strictEqual(broker.brokerReport().models[model]?.answers, 1)
    }))

  it.live("charges what was seen of a plain answer whose end was not waited for", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start()
      api.script((response) => {
        response.writeHead(200, { "content-type": "application/json" })
        response.write(`{"model":"${model}","content":[{"type":"text","text":"${"x".repeat(40_000)}`)
      })
      const reader = (yield* ask()).body?.getReader()
      yield* Effect.promise(async () => {
        let seen = 0
        while (seen < 40_000) seen += (await reader?.read())?.value?.length ?? Infinity
        await reader?.cancel()
      })
      yield* until(() => (broker.brokerReport().models[model]?.output ?? 0) >= 10_000)
    }))

  it.live("sends no length with a request that has no body, which would make the next one part of it", () =>
    Effect.gen(function*() {
      const { api, broker } = yield* start()
      api.script(plain)
      const { port } = new URL(broker.url)
      const asked = request({
        port,
        path: "/anthropic/v1/models",
        headers: { "x-api-key": broker.token, "content-length": "5" }
      })
      asked.on("error", () => {}).on("response", (response) => response.resume()).end("12345")
      yield* until(() => api.asked.length === 1)
      assert.isUndefined(api.asked[0]?.headers["content-length"])
      assert.strictEqual(api.asked[0]?.body, "")
    }))

  it.live("ends the request to the API when the agent goes away", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start()
      let closed = false
      api.script((response) => {
        streamHead(response)
        response.write(events()[0])
        response.on("close", () => {
          closed = true
        })
      })
      const reader = (yield* ask()).body?.getReader()
      yield* Effect.promise(async () => {
        await reader?.read()
        await reader?.cancel()
      })
      yield* until(() => closed)
    }))

  it.live("lets a flood wait outside", () =>
    Effect.gen(function*() {
      const { api, say } = yield* start()
      const open: Array<() => void> = []
      api.script((response, asked) => open.push(() => streamed()(response, asked)))
      const statuses: Array<number> = []
      const flood = yield* Effect.forkChild(Effect.forEach(
        Array.from({ length: 60 }),
        () => Effect.map(say(), ({ response }) => statuses.push(response.status)),
        { concurrency: "unbounded", discard: true }
      ))
      yield* until(() => open.length === 24 && statuses.length === 36)
      assert.deepStrictEqual(new Set(statuses), new Set([529]))
      for (const end of open) end()
      yield* Fiber.join(flood)
      assert.lengthOf(statuses.filter((status) => status === 200), 24)
      api.script(streamed())
      assert.strictEqual((yield* say()).response.status, 200)
    }))
})
