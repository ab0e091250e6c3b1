/** Every dialect but the first, which has its own files: what an agent tries, whichever API its CLI speaks. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answering, type ApiDouble, doubles, streamHead, streaming } from "../fixtures/ApiDoubles.ts"
import { apiKey, lastStatusOf, until, visible } from "../fixtures/Broker.ts"
import { dialectKey, startDialect } from "../fixtures/DialectBroker.ts"
import { type Answer, modelApi } from "../fixtures/ModelApi.ts"

/** What clients take for a context that is full: they shorten it and ask again, some for ever. */
const overflow =
  /too long|too large|context|exceed|maximum|token count|reduce|413|entity|window|limit of|length|prompt is/i

const counts = { input: 1_200, cached: 200, output: 50 }
const once = { MAX_COST_USD: "0.03" }

describe.each(doubles)("$api", (double: ApiDouble) => {
  it.live("passes an answer on as it comes, and counts its tokens", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double)
      api.script(streaming(double.events(counts)))
      const { headers, status, text } = yield* ask()
      assert.strictEqual(status, 200)
      assert.strictEqual(text, double.events(counts).join(""))
      assert.include(headers.get("content-type"), "text/event-stream")
      yield* until(() => (broker.brokerReport().reservedUsd ?? 1) === 0)
      const { costUsd, models, turns } = broker.brokerReport()
      assert.deepStrictEqual(models[double.model], {
        answers: 1,
        input: 1_000,
        output: 50,
        cacheRead: 200,
        cacheWrite: 0
      })
      assert.strictEqual(costUsd, (1_000 * 2 + 200 + 50 * 10) / 1e6)
      assert.strictEqual(turns, 1)
    }))

  it.live("is spoken by whoever has it: a provider that says nothing of APIs, and has no maker's name, is not asked", () =>
    Effect.gen(function*() {
      const other = yield* modelApi
      const { ask } = yield* startDialect(double, {
        MODEL_PROVIDERS: JSON.stringify([{ name: "other", baseUrl: other.url }])
      })
      const { status, text } = yield* ask()
      assert.strictEqual(status, 400)
      assert.include(double.words(text), "spec.provider")
      assert.lengthOf(other.asked, 0)
    }))

  it.live("notes a limit that is told within a stream, with its end, and the status that it would have had", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double)
      api.script(streaming(double.limitedStream))
      const { status, text } = yield* ask()
      assert.deepStrictEqual([status, text], [200, double.limitedStream.join("")])
      yield* until(() => broker.brokerReport().limitedAt !== undefined)
      assert.strictEqual(yield* lastStatusOf(broker), 429)
      const { limitedAt, resetAt, reservedUsd } = broker.brokerReport()
      assert.isString(limitedAt)
      const seconds = (Date.parse(resetAt ?? "") - Date.now()) / 1000
      assert.isTrue(seconds > 250 && seconds < 330, `${seconds} s`)
      assert.isAbove(reservedUsd ?? 0, 0)
    }))

  it.live("counts a plain answer too", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double)
      api.script(answering(double.plain(counts)))
      assert.strictEqual((yield* ask(undefined, {}, double.path(false))).status, 200)
      yield* until(() => (broker.brokerReport().reservedUsd ?? 1) === 0)
      assert.strictEqual(broker.brokerReport().models[double.model]?.output, 50)
    }))

  it.live("sends the provider's key in place of the run's token, to that path alone, uncompressed", () =>
    Effect.gen(function*() {
      const { api, around, ask, broker } = yield* startDialect(double)
      api.script(streaming(double.events(counts)))
      yield* ask(undefined, { headers: { cookie: "c=1", "openai-organization": "other", "accept-encoding": "gzip" } })
      const [asked] = api.asked
      assert.strictEqual(asked?.url, double.path(true))
      assert.strictEqual(asked?.headers[double.key[0]], `${double.key[1]}${dialectKey}`)
      assert.strictEqual(asked?.headers["accept-encoding"], "identity")
      for (const name of ["cookie", "openai-organization"]) assert.notProperty(asked?.headers, name)
      assert.notInclude(JSON.stringify(asked), broker.token)
      assert.notInclude(visible(around, broker), dialectKey)
    }))

  it.live.each<readonly [string, Readonly<Record<string, string>>]>([
    ["no token", {}],
    ["a wrong one", { authorization: `Bearer ${"0".repeat(64)}` }],
    ["the real key", { authorization: `Bearer ${dialectKey}` }],
    ["another API's key", { "x-api-key": apiKey }]
  ])("answers nobody with %s, in its own words", ([, headers]) =>
    Effect.gen(function*() {
      const { api, broker } = yield* startDialect(double)
      const { status, text } = yield* Effect.promise(() =>
        fetch(`${broker.url}${double.mount}${double.path(true)}`, { method: "POST", body: double.body(), headers })
          .then(
            async (response) => ({ status: response.status, text: await response.text() })
          )
      )
      assert.strictEqual(status, 401)
      assert.include(double.words(text), "token")
      assert.lengthOf(api.asked, 0)
    }))

  it.live.each([
    "/v1/files",
    "/v1/responses/../files",
    "/v1/%72esponses",
    "//attacker.test/v1/responses",
    "/v1/responses/resp_1/cancel",
    "/v1/batches",
    "/v1beta/models/x:batchGenerateContent",
    "/v1beta/cachedContents",
    "/upload/v1beta/files",
    "/v1/responses?background=true",
    "/v1beta/models/../../v1/files:generateContent"
  ])("does not forward %s", (path) =>
    Effect.gen(function*() {
      const { api, ask } = yield* startDialect(double)
      const { status, text } = yield* ask(undefined, {}, path)
      assert.strictEqual(status, 404)
      assert.notMatch(double.words(text), overflow)
      assert.lengthOf(api.asked, 0)
    }))

  it.live("refuses for good what the budget cannot pay, as a plain 400 that reads as no full context", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { MAX_COST_USD: "0.001" })
      const { status, text } = yield* ask()
      assert.strictEqual(status, 400)
      assert.include(double.words(text), "budget")
      assert.notMatch(double.words(text), overflow)
      assert.lengthOf(api.asked, 0)
      assert.strictEqual(broker.brokerReport().modelRefused, "Budget")
    }))

  it.live("refuses once the turns are used, however the client goes on, as a plain 400", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { MAX_TURNS: "1", ANSWERS_PER_TURN: "2" })
      api.script(streaming(double.events(counts)))
      const answers = yield* Effect.forEach([1, 2, 3, 4], () => ask())
      assert.deepStrictEqual(answers.map(({ status }) => status), [200, 200, 400, 400])
      assert.include(double.words(answers[3]?.text ?? ""), "turns")
      assert.notMatch(double.words(answers[3]?.text ?? ""), overflow)
      assert.strictEqual(broker.brokerReport().modelRefused, "Turns")
    }))

  it.live("refuses after a cancel", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double)
      yield* Effect.promise(() =>
        fetch(`${broker.url}/run/cancel`, { method: "POST", headers: { authorization: `Bearer ${broker.token}` } })
      )
      const { status, text } = yield* ask()
      assert.strictEqual(status, 400)
      assert.notMatch(double.words(text), overflow)
      assert.lengthOf(api.asked, 0)
    }))

  it.live("does not let more through at once than the budget pays for", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, once)
      api.script(answering(double.plain({ input: 1_100, cached: 0, output: 1_000 })))
      const answers = yield* Effect.forEach(Array.from({ length: 20 }), () => ask(), { concurrency: "unbounded" })
      assert.isAtLeast(answers.filter(({ status }) => status === 200).length, 1)
      assert.isAtMost(api.asked.length * (1_100 * 2 + 1_000 * 10) / 1e6, 0.03)
      assert.isAtMost(broker.brokerReport().costUsd ?? 1, 0.03)
    }))

  it.live("bounds the output of a client that names none, and reserves for that", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { MODEL_OUTPUT_TOKENS: "700" })
      api.script((sent) => void sent.writeHead(200).end())
      yield* ask(double.unbounded)
      assert.include(api.asked[0]?.body, ":700")
      yield* until(() => (broker.brokerReport().reservedUsd ?? 0) >= 700 * 10 / 1e6)
    }))

  it.live("refuses another model than the run's", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { MODEL: "another-model" })
      const { status, text } = yield* ask()
      assert.strictEqual(status, 400)
      assert.include(double.words(text), "another-model")
      assert.lengthOf(api.asked, 0)
      assert.deepStrictEqual(broker.brokerReport().refusedModels, [double.model])
    }))

  const unseen: ReadonlyArray<readonly [attack: string, answer: Answer]> = [
    ["a stream that is cut", (sent) => {
      streamHead(sent)
      for (const event of double.events(counts).slice(0, 2)) sent.write(event)
      setImmediate(() => sent.destroy())
    }],
    ["a stream without its totals", streaming(double.events(counts).slice(0, 1))],
    ["a stream that says nothing", streaming(["data: [DONE]\n\n"])],
    ["totals of less than nothing", answering(double.plain({ input: -1, cached: -1, output: -1 }))],
    ["an empty object", answering("{}")],
    ["a page of a proxy", (sent) => void sent.writeHead(200, { "content-type": "text/html" }).end("<html>")],
    ["a connection that breaks", (sent) => void sent.destroy()]
  ]
  it.live.each(unseen)("lets what was reserved stand after %s", ([, answer]) =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { MAX_COST_USD: "0.018" })
      api.script(answer)
      yield* ask().pipe(Effect.exit)
      yield* until(() => (broker.brokerReport().reservedUsd ?? 0) >= 0.011)
      assert.strictEqual((yield* ask()).status, 400)
      assert.lengthOf(api.asked, 1)
    }))

  it.live("lets whoever goes away in the middle pay for all of it", () =>
    Effect.gen(function*() {
      const { api, broker, leave } = yield* startDialect(double)
      api.script((sent) => {
        streamHead(sent)
        for (const event of double.events(counts).slice(0, 2)) sent.write(event)
      })
      yield* leave(() => api.asked.length === 1)
      yield* until(() => (broker.brokerReport().reservedUsd ?? 0) >= 0.011)
    }))

  it.live.each<readonly [string, Answer]>([
    ["a limit", (sent) => void sent.writeHead(429).end("{}")],
    ["an overload", (sent) => void sent.writeHead(503).end("{}")],
    ["a bad request", (sent) => void sent.writeHead(400).end("{}")],
    ["an error within a stream", streaming(double.refusedStream)]
  ])("charges nothing for %s before any content", ([, answer]) =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { MAX_COST_USD: "0.018" })
      api.script(answer, answer, answer, streaming(double.events(counts)))
      for (let round = 0; round < 3; round++) yield* ask()
      yield* until(() => broker.brokerReport().costUsd === 0)
      assert.strictEqual((yield* ask()).status, 200)
    }))

  it.live("says what is missing where it has no key, as what will not change", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startDialect(double, { CREDENTIALS_DIR: "/nonexistent" })
      const { status, text } = yield* ask()
      assert.strictEqual(status, 400)
      assert.include(double.words(text), double.provider)
      assert.strictEqual(broker.brokerReport().missing, "ModelKey")
      assert.strictEqual(broker.brokerReport().costUsd, 0)
      assert.lengthOf(api.asked, 0)
    }))

  it.live("says the provider's own words when it fails, but never its key", () =>
    Effect.gen(function*() {
      const { api, around, ask, broker } = yield* startDialect(double)
      api.script((sent) =>
        void sent.writeHead(401, { "content-type": "application/json" }).end(`{"no":"${dialectKey}"}`)
      )
      const { status, text } = yield* ask()
      assert.strictEqual(status, 401)
      assert.notInclude(text + visible(around, broker), dialectKey)
    }))
})
