/** How clouds say that they have no room: each in its own shape, which agents and the run's report get in the API's. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { doubles, streaming } from "../fixtures/ApiDoubles.ts"
import { until } from "../fixtures/Broker.ts"
import { json, routed, startCloud, token, tokenFile } from "../fixtures/CloudBroker.ts"
import type { Answer } from "../fixtures/ModelApi.ts"

const access = json({ access_token: "fake-access-token-of-a-test", expires_in: 3600 })
const vertex = {
  type: "vertex",
  project: "acme-models",
  region: "europe-west1",
  audience: "//iam.googleapis.com/projects/1/x",
  tokenFile: "model-token-cloud"
}
const azure = { type: "azure", tenantId: "t-1", clientId: "c-1", tokenFile: "model-token-cloud" }

const exhausted = {
  error: {
    code: 429,
    message: "Quota exceeded for online_prediction_requests_per_base_model.",
    status: "RESOURCE_EXHAUSTED",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "300s" }]
  }
}

const secondsFromNow = (time: string | undefined) => (Date.parse(time ?? "") - Date.now()) / 1000
const isAbout = (found: number, want: number) => assert.isTrue(Math.abs(found - want) < 30, `${found} is not ${want}`)

const refusing = (status: number, headers: Readonly<Record<string, string>>, body: object): Answer => (response) => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
}

const [responses, chat, gemini] = doubles
if (responses === undefined || chat === undefined || gemini === undefined) throw new Error("expected three doubles")

describe("Vertex", () => {
  it.live.each([exhausted, [exhausted]])(
    "says a quota's end in its details, alone or in a list",
    (body) =>
      Effect.gen(function*() {
        const { api, ask, broker } = yield* startCloud(vertex, tokenFile)
        api.script(routed(access, json(body, 429)))
        const { status, text } = yield* ask()
        assert.strictEqual(status, 429)
        assert.deepInclude(JSON.parse(text).error, { type: "rate_limit_error", message: exhausted.error.message })
        isAbout(secondsFromNow(broker.brokerReport().resetAt), 300)
        assert.strictEqual(broker.brokerReport().costUsd, 0)
      })
  )

  it.live("hands on what Anthropic's API has said, with the end in its header", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startCloud(vertex, tokenFile)
      const body = { type: "error", error: { type: "rate_limit_error", message: "slow" } }
      api.script(routed(access, refusing(429, { "retry-after": "90" }, body)))
      assert.deepStrictEqual(JSON.parse((yield* ask()).text), body)
      isAbout(secondsFromNow(broker.brokerReport().resetAt), 90)
    }))

  it.live("is asked for generateContent at Google's models, and answers are counted", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startCloud(
        { ...vertex, names: { [gemini.model]: "gemini-2.5-pro@001" } },
        tokenFile
      )
      api.script(routed(access, streaming(gemini.events({ input: 1_200, cached: 200, output: 50 }))))
      const { status, text } = yield* ask(gemini.body(), `${gemini.mount}${gemini.path(true)}`)
      assert.strictEqual(status, 200)
      assert.include(text, "usageMetadata")
      const [sts, asked] = api.asked
      assert.include(sts?.body, `subject_token=${token}`)
      assert.strictEqual(
        asked?.url,
        "/v1/projects/acme-models/locations/europe-west1/publishers/google/models/gemini-2.5-pro@001:streamGenerateContent?alt=sse"
      )
      assert.strictEqual(asked?.headers["authorization"], "Bearer fake-access-token-of-a-test")
      assert.notProperty(asked?.headers, "x-goog-api-key")
      assert.deepInclude(JSON.parse(asked?.body ?? ""), { generationConfig: { maxOutputTokens: 1_000 } })
      yield* until(() => broker.brokerReport().models[gemini.model]?.output === 50)
      assert.strictEqual(broker.brokerReport().models[gemini.model]?.input, 1_000)
    }))

  it.live("says the end of a quota of generateContent as the Gemini API does", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startCloud(vertex, tokenFile)
      api.script(routed(access, json(exhausted, 429)))
      const { status, text } = yield* ask(gemini.body(), `${gemini.mount}${gemini.path(false)}`)
      assert.deepStrictEqual([status, JSON.parse(text)], [429, exhausted])
      isAbout(secondsFromNow(broker.brokerReport().resetAt), 300)
    }))

  it.live("is not asked to count, which nothing there bounds", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* startCloud(vertex, tokenFile)
      const path = `${gemini.mount}/v1beta/models/${gemini.model}:countTokens`
      assert.strictEqual((yield* ask(JSON.stringify({ contents: [] }), path)).status, 404)
      assert.lengthOf(api.asked, 0)
    }))
})

describe("Azure", () => {
  const limited = { error: { code: "429", message: "Rate limit is exceeded. Try again in 26 seconds." } }
  const counts = { input: 1_200, cached: 200, output: 50 }

  it.live.each([responses, chat])(
    "is asked for $api at a deployment, and says in headers when a limit ends",
    (double) =>
      Effect.gen(function*() {
        const { api, ask, broker } = yield* startCloud({ ...azure, names: { [double.model]: "ours" } }, tokenFile, [])
        api.script(routed(access, refusing(429, { "retry-after": "260" }, limited)))
        const path = `${double.mount}${double.path(true)}`
        const { status, text } = yield* ask(double.body(), path)
        assert.deepStrictEqual([status, JSON.parse(text)], [429, limited])
        isAbout(secondsFromNow(broker.brokerReport().resetAt), 260)
        const asked = api.asked.at(-1)
        assert.strictEqual(asked?.url, `/openai${double.path(true)}`)
        assert.strictEqual(JSON.parse(asked?.body ?? "").model, "ours")
        api.script(routed(access, streaming(double.events(counts))))
        assert.strictEqual((yield* ask(double.body(), path)).status, 200)
        yield* until(() => broker.brokerReport().models[double.model]?.output === 50)
        assert.isUndefined(broker.brokerReport().resetAt)
      })
  )

  it.live("whose token has ended is asked once more with a new one, and no third time", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* startCloud(azure, tokenFile)
      api.script(routed(access, json({ error: { code: "401", message: "expired" } }, 401)))
      assert.strictEqual((yield* ask()).status, 401)
      assert.deepStrictEqual(api.asked.map(({ url }) => url.startsWith("/token")), [true, false, true, false])
    }))

  it.live("whose Entra refuses the service account's token says its words, and asks no model", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* startCloud(azure, tokenFile)
      api.script(routed(json({ error: "invalid_client", error_description: "AADSTS700213" }, 400), json({})))
      assert.strictEqual((yield* ask()).status, 401)
      assert.include(broker.brokerReport().problem, "AADSTS700213")
      assert.lengthOf(api.asked, 1)
    }))
})
