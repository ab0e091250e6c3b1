/** Bedrock, Vertex and Azure, by doubles that check who asks as the clouds do. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createVerify, generateKeyPairSync } from "node:crypto"
import { crc32 } from "node:zlib"
import { signedHeaders } from "../../src/model/providers/bedrock/Bedrock.ts"
import { eventOf, eventStreamReader } from "../../src/model/providers/bedrock/EventStream.ts"
import { until, visible } from "../fixtures/Broker.ts"
import { json, routed, startCloud as start, token, tokenFile } from "../fixtures/CloudBroker.ts"
import { type Answer, type Asked, events, model, modelApi, plain } from "../fixtures/ModelApi.ts"
import { sentSignature, signatureOf } from "../fixtures/SigV4.ts"

const secretKey = "fake-aws-secret-key-of-a-test-0123456789"
const header = (name: string, value: string) => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)])
}

const uint = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const message = (headers: Readonly<Record<string, string>>, payload: string) => {
  const fields = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const lengths = Buffer.concat([uint(12 + fields.length + Buffer.byteLength(payload) + 4), uint(fields.length)])
  const most = Buffer.concat([lengths, uint(crc32(lengths)), fields, Buffer.from(payload)])
  return Buffer.concat([most, uint(crc32(most))])
}

const chunkOf = (data: string) =>
  message(
    { ":message-type": "event", ":event-type": "chunk", ":content-type": "application/json" },
    JSON.stringify({ bytes: Buffer.from(data).toString("base64"), p: "abc" })
  )

const dataOf = (event: string) => /data: (.*)/.exec(event)?.[1] ?? ""
const stream = Buffer.concat(events(77).map((event) => chunkOf(dataOf(event))))

/** Takes what is signed with this secret, by a clock that is so far from ours. */
const bedrockDouble = (secret: string, ahead = 0): Answer => (response, asked) => {
  const now = Date.now() + ahead
  const sent = String(asked.headers["x-amz-date"]).replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    "$1-$2-$3T$4:$5:$6Z"
  )
  const refused = (type: string) =>
    response.writeHead(403, {
      "x-amzn-errortype": type,
      "content-type": "application/json",
      date: new Date(now).toUTCString()
    })
      .end(JSON.stringify({ message: `no: ${type}` }))
  if (sentSignature(asked.headers) !== signatureOf(asked, secret)) return void refused("InvalidSignatureException")
  if (Math.abs(Date.parse(sent) - now) > 300_000) return void refused("InvalidSignatureException")
  response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" }).end(stream)
}

const assumed = (expiresInSeconds: number): Answer =>
  json({
    AssumeRoleWithWebIdentityResponse: {
      AssumeRoleWithWebIdentityResult: {
        Credentials: {
          AccessKeyId: "ASIAFAKE",
          SecretAccessKey: secretKey,
          SessionToken: "fake-session-token-of-a-test",
          Expiration: Date.now() / 1000 + expiresInSeconds
        }
      }
    }
  })

const role = {
  type: "bedrock",
  region: "eu-central-1",
  roleArn: "arn:aws:iam::123456789012:role/models",
  tokenFile: "model-token-cloud"
}
describe("the check of signatures itself", () => {
  it.each([
    ["GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"]
  ])("knows AWS's published example of a plain %s", (method, want) =>
    assert.strictEqual(
      signatureOf({
        method,
        url: "/",
        headers: {
          host: "example.amazonaws.com",
          "x-amz-date": "20150830T123600Z",
          authorization:
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=x"
        },
        body: ""
      }, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      want
    ))
})

describe("Bedrock", () => {
  it("signs the encoded name of a model as AWS reads it", async () => {
    const url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/eu.anthropic.claude-x-v1%3A0/invoke"
    const keys = { accessKeyId: "AKIAFAKE", secretAccessKey: secretKey }
    const headers = await signedHeaders({
      url,
      body: "{}",
      region: "us-east-1",
      keys,
      millis: 1_750_000_000_000,
      accept: "x"
    })
    const came = {
      method: "POST",
      url: new URL(url).pathname,
      headers: { host: new URL(url).host, ...headers },
      body: "{}"
    }
    assert.strictEqual(sentSignature(headers), signatureOf(came, secretKey))
  })

  it.live("is asked in InvokeModel's wrapping with a role's keys, and its events are the API's", () =>
    Effect.gen(function*() {
      const { api, around, ask, broker } = yield* start(
        { ...role, names: { [model]: "eu.anthropic.claude-x-v1:0" } },
        tokenFile
      )
      api.script(routed(assumed(3600), bedrockDouble(secretKey)))
      const { status, text, type } = yield* ask()
      assert.strictEqual(status, 200)
      assert.include(type ?? "", "text/event-stream")
      assert.deepStrictEqual(text.match(/^event: \w+/gm), events(77).join("").match(/^event: \w+/gm))
      const [sts, asked] = api.asked
      assert.include(sts?.body, `WebIdentityToken=${token}`)
      assert.strictEqual(asked?.url, "/model/eu.anthropic.claude-x-v1%3A0/invoke-with-response-stream")
      const sent = JSON.parse(asked?.body ?? "")
      assert.deepStrictEqual([sent.anthropic_version, sent.anthropic_beta, sent.model, sent.stream], [
        "bedrock-2023-05-31",
        ["effort-2025-11-24"],
        undefined,
        undefined
      ])
      assert.strictEqual(asked?.headers["x-amz-security-token"], "fake-session-token-of-a-test")
      yield* until(() => broker.brokerReport().models[model]?.output === 77)
      for (const secret of [secretKey, token]) assert.notInclude(visible(around, broker), secret)
    }))

  it.live("gets keys anew in mid-run before they end, and keeps those that last", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start(role, tokenFile)
      const sts = () => api.asked.filter(({ url }) => url.startsWith("/token")).length
      api.script(routed(assumed(60), bedrockDouble(secretKey)))
      yield* ask()
      yield* ask()
      assert.strictEqual(sts(), 2)
      api.script(routed(assumed(3600), bedrockDouble(secretKey)))
      yield* ask()
      yield* ask()
      assert.strictEqual(sts(), 3)
    }))

  it.live("is asked with keys of the EKS agent's, which takes the service account's token and is asked in time", () =>
    Effect.gen(function*() {
      const { api, around, ask, broker } = yield* start(
        { type: "bedrock", region: "eu-central-1", tokenFile: "model-token-cloud" },
        tokenFile
      )
      const agent = (seconds: number) =>
        json({
          AccessKeyId: "ASIAFAKE",
          SecretAccessKey: secretKey,
          Token: "fake-session-token-of-a-test",
          AccountId: "123456789012",
          Expiration: new Date(Date.now() + seconds * 1000).toISOString()
        })
      api.script(routed(agent(60), bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 200)
      api.script(routed(agent(3600), bedrockDouble(secretKey)))
      for (const _ of [1, 2]) assert.strictEqual((yield* ask()).status, 200)
      const asked = api.asked.filter(({ url }) => url.startsWith("/token"))
      assert.deepStrictEqual(
        asked.map(({ headers, method }) => [method, headers["authorization"]]),
        [["GET", token], ["GET", token]]
      )
      assert.strictEqual(api.asked.at(-1)?.headers["x-amz-security-token"], "fake-session-token-of-a-test")
      for (const secret of [secretKey, token]) assert.notInclude(visible(around, broker), secret)
    }))

  it.live("whose EKS agent knows no role for the pod says so", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(
        { type: "bedrock", region: "eu-central-1", tokenFile: "model-token-cloud" },
        tokenFile
      )
      api.script(routed(json({ message: "no association" }, 404), bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 401)
      assert.include(broker.brokerReport().problem, "no association")
      assert.lengthOf(api.asked, 1)
    }))

  it.live.each([600_000, -600_000])(
    "signs by AWS's clock where that is %i ms from ours",
    (ahead) =>
      Effect.gen(function*() {
        const { api, ask, broker } = yield* start(role, tokenFile)
        api.script(routed(assumed(3600), bedrockDouble(secretKey, ahead)))
        assert.strictEqual((yield* ask()).status, 200)
        assert.strictEqual((yield* ask()).status, 200)
        assert.lengthOf(api.asked, 4)
        yield* until(() => broker.brokerReport().reservedUsd === 0)
      })
  )

  it.live("is refused with a Secret's wrong key, once, and nothing is charged", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(
        { type: "bedrock", region: "us-east-1", keyFile: "model-key-cloud" },
        { "model-key-cloud": "fake-wrong-secret-key-of-a-test", "model-key-cloud-id": "AKIAFAKE" }
      )
      api.script(bedrockDouble(secretKey))
      const { status, text } = yield* ask()
      assert.strictEqual(status, 403)
      assert.strictEqual(JSON.parse(text).error.type, "permission_error")
      assert.lengthOf(api.asked, 1)
      assert.strictEqual(broker.brokerReport().costUsd, 0)
    }))

  it.live("that throttles is a limit in the API's words", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, tokenFile)
      api.script(routed(assumed(3600), (response) => {
        response.writeHead(429, { "x-amzn-errortype": "ThrottlingException:http://x" }).end(
          `{"message":"Too many requests"}`
        )
      }))
      const { status, text } = yield* ask()
      assert.deepStrictEqual([status, JSON.parse(text)], [429, {
        type: "error",
        error: { type: "rate_limit_error", message: "Too many requests" }
      }])
      assert.isString(broker.brokerReport().limitedAt)
    }))

  it.live("without a token says what is missing, and asks nobody", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, {})
      assert.strictEqual((yield* ask()).status, 401)
      assert.strictEqual(broker.brokerReport().missing, "ModelKey")
      assert.strictEqual(broker.brokerReport().costUsd, 0)
      assert.lengthOf(api.asked, 0)
    }))
})

describe("AWS's event stream", () => {
  const read = (pieces: ReadonlyArray<Uint8Array>) => {
    const reader = eventStreamReader()
    return pieces.map((piece) => reader.read(piece))
  }

  it("is the same wherever its bytes are cut", () => {
    for (const size of [1, 7, 100, stream.length]) {
      const pieces = Array.from(
        { length: Math.ceil(stream.length / size) },
        (_, index) => stream.subarray(index * size, (index + 1) * size)
      )
      const found = read(pieces).flatMap((each) => each._tag === "Success" ? each.success : assert.fail(each.failure))
      assert.deepStrictEqual(found.map(eventOf).map(dataOf), events(77).map(dataOf))
    }
  })

  it.each([0, 5, 9, 20, stream.length - 1])("with a wrong byte at %i is not believed", (at) => {
    const wrong = Buffer.from(stream)
    wrong.writeUInt8(wrong.readUInt8(at) ^ 0x40, at)
    assert.isTrue(read([wrong]).some(({ _tag }) => _tag === "Failure"))
  })

  it("tells an exception as the API's error", () => {
    const [found] = read([
      message({ ":message-type": "exception", ":exception-type": "throttlingException" }, `{"message":"slow"}`)
    ])
    const event = found?._tag === "Success" ? found.success.map(eventOf).join("") : ""
    assert.deepStrictEqual(JSON.parse(dataOf(event)).error, { type: "rate_limit_error", message: "slow" })
  })
})

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
      assert.strictEqual(api.asked[0]?.headers["api-key"], "fake-key-of-azure-0123")
      assert.notProperty(api.asked[0]?.headers, "x-api-key")
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
        assert.strictEqual(broker.brokerReport().modelStatus, 200)
      })
  )

  it.live("is asked after all where the one in its place has no room either", () =>
    Effect.gen(function*() {
      const other = yield* modelApi
      other.script(json({}, 529))
      const { api, ask, broker } = yield* start({}, {}, [{ name: "other", apis: ["messages"], baseUrl: other.url }])
      api.script(json({}, 529))
      assert.strictEqual((yield* ask()).status, 529)
      assert.strictEqual(broker.brokerReport().modelStatus, 529)
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
