/** Bedrock, by a double that checks who asks as AWS does. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { signedHeaders } from "../../src/model/providers/bedrock/Bedrock.ts"
import { brokenOff, eventOf, eventStreamReader } from "../../src/model/providers/bedrock/EventStream.ts"
import {
  assumed,
  bedrockDouble,
  type Checks,
  chunkOf,
  dataOf,
  message,
  role,
  secretKey,
  stream
} from "../fixtures/Aws.ts"
import { lastStatusOf, until, visible } from "../fixtures/Broker.ts"
import { json, routed, startCloud as start, token, tokenFile } from "../fixtures/CloudBroker.ts"
import { type Answer, events, model } from "../fixtures/ModelApi.ts"
import { refusedToken, serviceAccountToken } from "../fixtures/ServiceAccountTokens.ts"
import { sentSignature, signatureOf } from "../fixtures/SigV4.ts"

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
        api.script(routed(assumed(3600), bedrockDouble(secretKey, { ahead })))
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
  const cut = (bytes: Buffer, size: number) =>
    Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, index) => bytes.subarray(index * size, (index + 1) * size)
    )

  it("is the same wherever its bytes are cut", () => {
    for (const size of [1, 7, 100, stream.length]) {
      const found = read(cut(stream, size))
      assert.deepStrictEqual(found.flatMap(({ problem }) => problem ?? []), [])
      assert.deepStrictEqual(
        found.flatMap(({ messages }) => messages).map(eventOf).map(dataOf),
        events(77).map(dataOf)
      )
    }
  })

  it.each([0, 5, 9, 20, stream.length - 1])("with a wrong byte at %i is not believed", (at) => {
    const wrong = Buffer.from(stream)
    wrong.writeUInt8(wrong.readUInt8(at) ^ 0x40, at)
    assert.isDefined(read([wrong])[0]?.problem)
  })

  it("that goes wrong keeps what was whole before", () => {
    const wrong = Buffer.concat([chunkOf(dataOf(events(77)[0] ?? "")), Buffer.alloc(12, 1), stream])
    const [found] = read([wrong])
    assert.lengthOf(found?.messages ?? [], 1)
    assert.isDefined(found?.problem)
  })

  it.each([
    ["throttlingException", "rate_limit_error"],
    ["serviceUnavailableException", "overloaded_error"],
    ["modelTimeoutException", "timeout_error"],
    ["validationException", "invalid_request_error"],
    ["modelStreamErrorException", "api_error"],
    ["internalServerException", "api_error"]
  ])("tells %s as the API's %s", (name, type) => {
    const [found] = read([message({ ":message-type": "exception", ":exception-type": name }, `{"message":"slow"}`)])
    const event = found?.messages.map(eventOf).join("") ?? ""
    assert.deepStrictEqual(JSON.parse(dataOf(event)).error, { type, message: "slow" })
  })

  it("tells an error without a payload by its headers", () => {
    const [found] = read([
      message({ ":message-type": "error", ":error-code": "InternalServerError", ":error-message": "gone" }, "")
    ])
    assert.include(found?.messages.map(eventOf).join(""), "gone")
  })

  it.live.each<readonly [string, Buffer]>([
    ["within a message", stream.subarray(0, stream.length - 300)],
    ["with bytes that are none of its", Buffer.concat([stream.subarray(0, -200), Buffer.alloc(200, 7), stream])]
  ])(
    "that breaks off %s ends as the API ends what it gives up, and the most stands",
    ([_, answer]) =>
      Effect.gen(function*() {
        const { api, ask, broker } = yield* start(role, tokenFile)
        api.script(routed(assumed(3600), bedrockDouble(secretKey, { answer })))
        const { status, text } = yield* ask()
        assert.strictEqual(status, 200)
        assert.include(text, "event: message_start")
        assert.lengthOf(text.match(/^event: error/gm) ?? [], 1)
        assert.isTrue(text.trim().endsWith("}") && text.includes(JSON.parse(dataOf(brokenOff(""))).error.type))
        yield* until(() => (broker.brokerReport().reservedUsd ?? 0) > 0)
      })
  )

  it.live("that is throttled on its way is a limit", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, tokenFile)
      const exception = message(
        { ":message-type": "exception", ":exception-type": "throttlingException" },
        `{"message":"Too many tokens"}`
      )
      const answer = Buffer.concat([chunkOf(dataOf(events(77)[0] ?? "")), exception])
      api.script(routed(assumed(3600), bedrockDouble(secretKey, { answer })))
      assert.include((yield* ask()).text, "Too many tokens")
      assert.strictEqual(yield* lastStatusOf(broker), 429)
      assert.isString(broker.brokerReport().limitedAt)
    }))
})

/** As Bedrock does: the whole request is refused for one beta or field that this model does not know. */
const knowing = (betas: ReadonlyArray<string>): Checks => ({ body }) => {
  const { anthropic_beta: sent = [], context_management, ...rest } = JSON.parse(body)
  const refused = (message: string) => ({ status: 400, type: "ValidationException", message })
  if (sent.some((beta: string) => !betas.includes(beta))) return refused("invalid beta flag")
  if (/"scope"/.test(JSON.stringify([rest.system, rest.tools]))) {
    return refused("system.0.cache_control.ephemeral.scope: Extra inputs are not permitted")
  }
  return context_management !== undefined && !betas.includes("context-management-2025-06-27")
    ? refused("context_management: Extra inputs are not permitted")
    : undefined
}

const claudes =
  "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,prompt-caching-scope-2026-01-05,effort-2025-11-24,advanced-tool-use-2025-11-20"
const claudesTurn = JSON.stringify({
  model,
  max_tokens: 100,
  stream: true,
  messages: [{ role: "user", content: "Hi" }],
  context_management: { edits: [{ type: "clear_thinking_20251015" }] },
  output_config: { effort: "high" },
  system: [{ type: "text", text: "x", cache_control: { type: "ephemeral", scope: "global" } }],
  tools: [{ name: "a", input_schema: {}, defer_loading: true, eager_input_streaming: true }]
})

describe("what Claude Code asks of its maker's own API", () => {
  const asIs = { headers: { "anthropic-beta": claudes } }

  it.live("goes to Bedrock as far as that takes it", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start(role, tokenFile)
      const taken = [
        "interleaved-thinking-2025-05-14",
        "context-management-2025-06-27",
        "effort-2025-11-24",
        "tool-search-tool-2025-10-19"
      ]
      api.script(routed(assumed(3600), bedrockDouble(secretKey, { checks: knowing(taken) })))
      assert.strictEqual((yield* ask(claudesTurn, undefined, asIs)).status, 200)
      const sent = JSON.parse(api.asked.at(-1)?.body ?? "")
      assert.deepStrictEqual(sent.anthropic_beta, taken)
      assert.deepStrictEqual(sent.system[0].cache_control, { type: "ephemeral" })
      assert.deepStrictEqual(sent.tools, [{ name: "a", input_schema: {}, defer_loading: true }])
      assert.lengthOf(api.asked, 2)
    }))

  it.live("goes without all of it for a model that takes none, after one refusal", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, tokenFile)
      api.script(routed(assumed(3600), bedrockDouble(secretKey, { checks: knowing([]) })))
      assert.strictEqual((yield* ask(claudesTurn, undefined, asIs)).status, 200)
      assert.strictEqual((yield* ask(claudesTurn, undefined, asIs)).status, 200)
      assert.lengthOf(api.asked, 4)
      const sent = JSON.parse(api.asked.at(-1)?.body ?? "")
      assert.doesNotHaveAnyKeys(sent, ["anthropic_beta", "context_management", "output_config"])
      assert.deepStrictEqual(sent.tools, [{ name: "a", input_schema: {} }])
      yield* until(() => broker.brokerReport().models[model]?.answers === 2)
    }))
})

/** STS, which looks at the token that it is given. */
const strictSts: Answer = (response, asked) => {
  const refused = refusedToken(new URLSearchParams(asked.body).get("WebIdentityToken") ?? "", "sts.amazonaws.com")
  return refused === undefined
    ? assumed(60)(response, asked)
    : json({ Error: { Type: "Sender", Code: refused, Message: "no" } }, 400)(response, asked)
}

describe("who asks AWS", () => {
  it.live("is read from the file each time, which the kubelet writes anew", () =>
    Effect.gen(function*() {
      const first = serviceAccountToken("sts.amazonaws.com")
      const { api, around, ask, broker } = yield* start(role, { "model-token-cloud": first })
      api.script(routed(strictSts, bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 200)
      const second = serviceAccountToken("sts.amazonaws.com", 7_200)
      writeFileSync(join(around.folder, "credentials", "model-token-cloud"), second)
      assert.strictEqual((yield* ask()).status, 200)
      const sent = api.asked.filter(({ url }) => url === "/token")
        .map(({ body }) => new URLSearchParams(body).get("WebIdentityToken"))
      assert.deepStrictEqual(sent, [first, second])
      for (const secret of [first, second]) assert.notInclude(visible(around, broker), secret)
    }))

  it.live.each<readonly [string, string]>([
    ["IncorrectTokenAudience", serviceAccountToken("https://kubernetes.default.svc")],
    ["ExpiredTokenException", serviceAccountToken("sts.amazonaws.com", -60)]
  ])("is refused in STS's words: %s", ([code, mine]) =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, { "model-token-cloud": mine })
      api.script(routed(strictSts, bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 401)
      assert.include(broker.brokerReport().problem, code)
      assert.lengthOf(api.asked, 1)
    }))

  it.live("goes on with keys that last while STS is away, and says so where there are none: the agent may ask again", () =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, tokenFile)
      const away = json({ message: "ServiceUnavailable" }, 503)
      api.script(routed(away, bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 502)
      assert.isUndefined(broker.brokerReport().problem)
      api.script(routed(assumed(100), bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 200)
      api.script(routed(away, bedrockDouble(secretKey)))
      assert.strictEqual((yield* ask()).status, 200)
    }))

  it.live("is known by a Secret's keys with their session's token", () =>
    Effect.gen(function*() {
      const { api, ask } = yield* start(
        { type: "bedrock", region: "us-east-1", keyFile: "model-key-cloud" },
        {
          "model-key-cloud": secretKey,
          "model-key-cloud-id": "ASIAFAKE",
          "model-key-cloud-session": "fake-session-of-a-secret"
        }
      )
      api.script(bedrockDouble(secretKey))
      assert.strictEqual((yield* ask()).status, 200)
      assert.strictEqual(api.asked[0]?.headers["x-amz-security-token"], "fake-session-of-a-secret")
    }))

  it.live.each([2, -2])(
    "keeps keys for as long as STS means where its clock is %i hours from ours",
    (hours) =>
      Effect.gen(function*() {
        const { api, ask } = yield* start(role, tokenFile)
        const ahead = hours * 3_600_000
        api.script(routed(assumed(3600, ahead), bedrockDouble(secretKey, { ahead })))
        for (const _ of [1, 2, 3]) assert.strictEqual((yield* ask()).status, 200)
        assert.lengthOf(api.asked.filter(({ url }) => url === "/token"), 1)
        // One more for the first signature, which had our time.
        assert.lengthOf(api.asked, 1 + 4)
      })
  )
})

describe("Bedrock that has no room", () => {
  it.live.each<readonly [string, number, Readonly<Record<string, string>>, object, number, string]>([
    ["a rate", 429, { "x-amzn-errortype": "ThrottlingException:http://x" }, {}, 429, "rate_limit_error"],
    ["a quota", 400, { "x-amzn-errortype": "ServiceQuotaExceededException" }, {}, 429, "rate_limit_error"],
    ["a rate, told in the body", 429, {}, { __type: "com.amazon.coral#ThrottlingException" }, 429, "rate_limit_error"],
    ["none at all", 503, { "x-amzn-errortype": "ServiceUnavailableException" }, {}, 503, "overloaded_error"]
  ])("says so: %s", ([_, status, headers, body, want, type]) =>
    Effect.gen(function*() {
      const { api, ask, broker } = yield* start(role, tokenFile)
      api.script(routed(assumed(3600), (response) => {
        response.writeHead(status, { ...headers }).end(JSON.stringify({ ...body, message: "no room" }))
      }))
      const answer = yield* ask()
      assert.deepStrictEqual([answer.status, JSON.parse(answer.text).error], [want, { type, message: "no room" }])
      assert.strictEqual(broker.brokerReport().limitedAt !== undefined, want === 429)
      assert.strictEqual(broker.brokerReport().costUsd, 0)
    }))
})
