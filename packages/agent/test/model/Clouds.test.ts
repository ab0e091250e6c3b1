/** Vertex and Azure, by doubles that check who asks as the clouds do; and what is done while one is overloaded. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createVerify, generateKeyPairSync } from "node:crypto"
import { hostOf } from "../../src/model/providers/Vertex.ts"
import { role } from "../fixtures/Aws.ts"
import { lastStatusOf, visible } from "../fixtures/Broker.ts"
import { json, routed, startCloud as start, token, tokenFile } from "../fixtures/CloudBroker.ts"
import { type Answer, type Asked, model, modelApi, plain } from "../fixtures/ModelApi.ts"

const vertex = { type: "vertex", project: "acme-models", region: "europe-west1" }

describe("Vertex", () => {
  it.live("is asked with a token for the service account's own, acting as another, and once more with a new one", () =>
    Effect.gen(function*() {
      const { api, around, ask, broker } = yield* start(
        {
          ...vertex,
          audience: "//iam.googleapis.com/projects/1/x",
          serviceAccount: "models@acme.test",
          tokenFile: "model-token-cloud"
        },
        tokenFile
      )
      let round = 0
      const tokens: Answer = (response, asked) =>
        asked.url.startsWith("/token")
          ? json({ access_token: "fake-federated-token-of-a-test", expires_in: 3600 })(response, asked)
          : json({
            accessToken: `fake-access-token-of-a-test-${++round}`,
            expireTime: new Date(Date.now() + 3_600_000).toISOString()
          })(response, asked)
      const models: Answer = (response, asked) =>
        asked.headers["authorization"] === "Bearer fake-access-token-of-a-test-2"
          ? plain(response, asked)
          : json({}, 401)(response, asked)
      api.script(routed(tokens, models))
      assert.strictEqual((yield* ask()).status, 200)
      assert.include(api.asked[0]?.body, `subject_token=${token}`)
      const last: Asked | undefined = api.asked.at(-1)
      assert.strictEqual(
        last?.url,
        `/v1/projects/acme-models/locations/europe-west1/publishers/anthropic/models/${model}:streamRawPredict`
      )
      assert.strictEqual(JSON.parse(last?.body ?? "").anthropic_version, "vertex-2023-10-16")
      assert.notInclude(visible(around, broker), token)
    }))

  it.live("takes the word that a key file signs", () =>
    Effect.gen(function*() {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
      const file = JSON.stringify({
        client_email: "models@acme.test",
        private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
        token_uri: "https://attacker.test/token"
      })
      const { api, ask } = yield* start({ ...vertex, keyFile: "model-key-cloud" }, { "model-key-cloud": file })
      const tokens: Answer = (response, asked) => {
        const [head = "", claims = "", signature = ""] = (new URLSearchParams(asked.body).get("assertion") ?? "").split(
          "."
        )
        const { aud, exp, iss } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"))
        const good = createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(publicKey, signature, "base64url")
          && aud === `${api.url}/token` && exp * 1000 > Date.now() && iss === "models@acme.test"
        json(good ? { access_token: "fake-access-token-of-a-test", expires_in: 3600 } : {}, good ? 200 : 400)(
          response,
          asked
        )
      }
      api.script(routed(tokens, plain))
      assert.strictEqual((yield* ask()).status, 200)
      assert.strictEqual(api.asked.at(-1)?.headers["authorization"], "Bearer fake-access-token-of-a-test")
    }))
})

describe("Vertex's addresses and proofs", () => {
  it.each([
    ["europe-west1", "europe-west1-aiplatform.googleapis.com"],
    ["us", "aiplatform.us.rep.googleapis.com"],
    ["eu", "aiplatform.eu.rep.googleapis.com"],
    ["global", "aiplatform.googleapis.com"]
  ])("are %s's", (region, host) => assert.strictEqual(hostOf(region), host))

  it.live.each([2, -2])(
    "are signed anew by Google's time where that is %i hours from ours",
    (hours) =>
      Effect.gen(function*() {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
        const file = JSON.stringify({
          client_email: "models@acme.test",
          private_key: privateKey.export({ type: "pkcs8", format: "pem" })
        })
        const { api, ask } = yield* start({ ...vertex, keyFile: "model-key-cloud" }, { "model-key-cloud": file })
        const tokens: Answer = (response, asked) => {
          const now = Date.now() + hours * 3_600_000
          const [, claims = ""] = (new URLSearchParams(asked.body).get("assertion") ?? "").split(".")
          const { exp, iat } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"))
          const good = iat * 1000 < now + 1_000 && exp * 1000 > now && exp - iat < 3_600
          response.writeHead(good ? 200 : 400, {
            "content-type": "application/json",
            date: new Date(now).toUTCString()
          })
            .end(JSON.stringify(
              good
                ? { access_token: "fake-access-token-of-a-test", expires_in: 3599, token_type: "Bearer" }
                : { error: "invalid_grant", error_description: "Invalid JWT: Token must be a short-lived token" }
            ))
        }
        api.script(routed(tokens, plain))
        assert.strictEqual((yield* ask()).status, 200)
        assert.strictEqual((yield* ask()).status, 200)
        assert.lengthOf(api.asked, 4)
      })
  )

  it.live("are no file of workload identity federation: what it says goes into the configuration", () =>
    Effect.gen(function*() {
      const file = JSON.stringify({
        type: "external_account",
        audience: "//iam.googleapis.com/projects/1/x",
        service_account_impersonation_url:
          "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/models@acme.test:generateAccessToken"
      })
      const { api, ask, broker } = yield* start({ ...vertex, keyFile: "model-key-cloud" }, { "model-key-cloud": file })
      assert.strictEqual((yield* ask()).status, 401)
      const { problem } = broker.brokerReport()
      assert.include(problem, "model.providers.cloud.audience to //iam.googleapis.com/projects/1/x")
      assert.include(problem, "serviceAccount to models@acme.test")
      assert.lengthOf(api.asked, 0)
    }))

  it.live("go on without a beta that Vertex does not know, which is told in its header", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start(
        { ...vertex, audience: "//iam.googleapis.com/projects/1/x", tokenFile: "model-token-cloud" },
        tokenFile
      )
      const tokens = json({ access_token: "fake-access-token-of-a-test", expires_in: 3600 })
      const none: Answer = (response, asked) =>
        asked.headers["anthropic-beta"] === undefined ? plain(response, asked) : json({
          type: "error",
          error: { type: "invalid_request_error", message: "Unexpected value(s) `x` for the `anthropic-beta` header." }
        }, 400)(response, asked)
      api.script(routed(tokens, none))
      const betas = { headers: { "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14" } }
      assert.strictEqual((yield* ask(undefined, undefined, betas)).status, 200)
      assert.deepStrictEqual(
        api.asked.slice(1).map(({ headers }) => headers["anthropic-beta"]),
        ["interleaved-thinking-2025-05-14", undefined]
      )
    }))
})

describe("Azure", () => {
  it.live("is asked with a token of Entra for the service account's own", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start(
        {
          type: "azure",
          tenantId: "t-1",
          clientId: "c-1",
          tokenFile: "model-token-cloud",
          names: { [model]: "our-deployment" }
        },
        tokenFile
      )
      api.script(routed(json({ access_token: "fake-entra-token-of-a-test", expires_in: 3600 }), plain))
      assert.strictEqual((yield* ask()).status, 200)
      const [entra, asked] = api.asked
      assert.strictEqual(new URLSearchParams(entra?.body).get("client_assertion"), token)
      assert.strictEqual(asked?.url, "/anthropic/v1/messages")
      assert.strictEqual(asked?.headers["authorization"], "Bearer fake-entra-token-of-a-test")
      assert.strictEqual(JSON.parse(asked?.body ?? "").model, "our-deployment")
    }))

  it.live("is asked with a key, by its own header", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start({ type: "azure", keyFile: "model-key-cloud" }, {
        "model-key-cloud": "fake-key-of-azure-0123"
      })
      api.script(plain)
      yield* ask()
      assert.strictEqual(api.asked[0]?.headers["x-api-key"], "fake-key-of-azure-0123")
      assert.notProperty(api.asked[0]?.headers, "authorization")
    }))
})

describe("a provider that is overloaded", () => {
  it.live.each([429, 503, 529])(
    "with %i is not asked again for this request: the next one is, and pays once",
    (status) =>
      Effect.gen(function*() {
        const other = yield* modelApi
        other.script(plain)
        const { api, ask, broker } = yield* start({}, {}, [{ name: "other", apis: ["messages"], baseUrl: other.url }])
        api.script(json({}, status))
        assert.strictEqual((yield* ask()).status, 200)
        assert.deepStrictEqual([api.asked.length, other.asked.length], [1, 1])
        assert.isTrue(broker.log.some((line) => line.includes("cloud") && line.includes("other")))
        assert.strictEqual(broker.brokerReport().models[model]?.answers, 1)
        assert.isUndefined(broker.brokerReport().limitedAt)
        assert.strictEqual((yield* ask()).status, 200)
        assert.deepStrictEqual([api.asked.length, other.asked.length], [1, 2])
        assert.deepStrictEqual(broker.brokerReport().failovers, [
          { provider: "cloud", instead: "other", why: `answers ${status}`, requests: 2 }
        ])
        assert.strictEqual(yield* lastStatusOf(broker), 200)
      })
  )

  it.live("costs by the prices of whoever has answered; reserved is for the dearest of them", () =>
    Effect.gen(function*() {
      const other = yield* modelApi
      other.script(plain)
      const price = (input: number) => ({ prices: { [model]: { input, output: input } } })
      const { api, ask, broker } = yield* start({ ...price(1), apis: ["messages"] }, {}, [
        { name: "other", apis: ["messages"], baseUrl: other.url, ...price(1_000) }
      ])
      api.script(plain)
      assert.strictEqual((yield* ask()).status, 200)
      assert.strictEqual(broker.brokerReport().costUsd, 15 / 1e6)
      api.script(json({}, 529))
      assert.strictEqual((yield* ask()).status, 200)
      assert.strictEqual(broker.brokerReport().costUsd, (15 + 15_000) / 1e6)
      other.script((response) => response.destroy())
      yield* ask()
      assert.isAbove(broker.brokerReport().reservedUsd ?? 0, 0.1)
    }))

  it.live("is asked after all where the one in its place has no room either", () =>
    Effect.gen(function*() {
      const other = yield* modelApi
      other.script(json({}, 529))
      const { api, ask, broker } = yield* start({}, {}, [{ name: "other", apis: ["messages"], baseUrl: other.url }])
      api.script(json({}, 529))
      assert.strictEqual((yield* ask()).status, 529)
      assert.strictEqual(yield* lastStatusOf(broker), 529)
      api.script(plain)
      assert.strictEqual((yield* ask()).status, 200)
      assert.deepStrictEqual([api.asked.length, other.asked.length], [2, 2])
    }))

  it.live("that cannot be reached, or has no proof, is passed over too; what it refuses is not", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start({ baseUrl: "http://127.0.0.1:1" }, {}, [{ ...role, name: "second" }])
      assert.strictEqual((yield* ask()).status, 401)
      assert.lengthOf(api.asked, 0)
      const refusing = yield* start({}, {}, [{ name: "other", apis: ["messages"], baseUrl: "http://127.0.0.1:1" }])
      refusing.api.script(json({}, 400))
      assert.strictEqual((yield* refusing.ask()).status, 400)
    }))

  it.live("and so are all: what was reserved is given back, and the last one's words are told", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start({}, {}, [{
        name: "other",
        apis: ["messages"],
        baseUrl: "http://127.0.0.1:1"
      }])
      api.script(json({}, 529))
      assert.strictEqual((yield* ask()).status, 502)
      assert.strictEqual(broker.brokerReport().costUsd, 0)
    }))
})
