import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { Seen } from "../../src/model/answer/AnswerMeter.ts"
import { sseReader } from "../../src/model/answer/Sse.ts"
import { allowedPath, answerHeaders, requestHeaders } from "../../src/model/messages/ModelRequest.ts"
import { resetOf } from "../../src/model/messages/RateLimit.ts"
import { isPing, seenAfter, usageOf } from "../../src/model/messages/Usage.ts"
import { events, model, ping } from "../fixtures/ModelApi.ts"

const usageOfStream = (pieces: ReadonlyArray<Uint8Array>) => {
  const reader = sseReader()
  let seen: Seen | undefined
  for (const piece of pieces) for (const data of reader.read(piece)) seen = seenAfter(seen, data)
  assert.isTrue(seen?.final)
  return seen?.usage
}

const whole = Buffer.from(events(77).join(""))
const counted = {
  model,
  input: 1000,
  output: 77,
  cacheRead: 200,
  cacheWrite: 100,
  iterations: [],
  besideMicros: 0,
  factor: 1
}

describe("tokens of a stream", () => {
  it("are the same wherever its bytes are cut", () =>
    fc.assert(fc.property(fc.array(fc.nat({ max: whole.length })), (cuts) => {
      const places = [0, ...[...cuts].sort((left, right) => left - right), whole.length]
      const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end))
      assert.deepStrictEqual(usageOfStream(pieces), counted)
    })))

  it.each([
    { name: "with carriage returns", text: events(77).join("").replaceAll("\n", "\r\n") },
    { name: "with a line of a megabyte in between", text: `data: ${"x".repeat(1_000_000)}\n\n${events(77).join("")}` },
    { name: "with nonsense in between", text: `data: {"type":"message_start"}\n\ndata: [\n\n${events(77).join("")}` },
    { name: "with pings", text: ping + events(77).join(ping) }
  ])("are found $name", ({ text }) => assert.deepStrictEqual(usageOfStream([Buffer.from(text)]), counted))

  it("are never those that a model's text only speaks of", () => {
    const text = JSON.stringify({
      type: "content_block_delta",
      delta: { text: "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}" }
    })
    assert.strictEqual(usageOfStream([whole, Buffer.from(`data: ${text}\n\n`)])?.output, 77)
  })

  it.each(["{}", "", "<html>", "{\"type\":\"error\"}", "{\"model\":\"m\",\"usage\":{\"input_tokens\":-1}}"])(
    "are not made up from %j",
    (body) => assert.isUndefined(usageOf(body))
  )

  it("knows a ping from an event", () => {
    assert.isTrue(isPing("{\"type\": \"ping\"}"))
    assert.isFalse(isPing("{\"type\":\"message_stop\"}"))
  })
})

describe("what goes on to the API", () => {
  it.each<readonly [string, string, string, boolean]>([
    ["POST", "/v1/messages", "", true],
    ["POST", "/v1/messages", "?beta=true", true],
    ["POST", "/v1/messages/count_tokens", "?beta=true", true],
    ["GET", "/v1/models/claude-sonnet-4", "", true],
    ["GET", "/v1/messages", "", false],
    ["DELETE", "/v1/messages", "", false],
    ["POST", "/v1/messages/", "", false],
    ["POST", "/v1/messages", "?url=http://x/", false],
    ["POST", "/v1/messages%2f..", "", false],
    ["GET", "/v1/models/../files", "", false],
    ["GET", "/v1/models/..", "", false],
    ["GET", "/v1/organizations/api_keys", "", false],
    ["POST", "", "", false]
  ])(
    "%s %s%s: %s",
    (method, path, query, want) =>
      assert.strictEqual(allowedPath(method, path, query), want ? `${path}${query}` : undefined)
  )

  it("carries neither the agent's credentials nor its cookies, and no answer carries the API's", () => {
    const sent = requestHeaders(
      {
        authorization: "Bearer run",
        "x-api-key": "run",
        cookie: "c",
        host: "h",
        "content-length": "9",
        "transfer-encoding": "chunked",
        "anthropic-version": "v"
      },
      { type: "apiKey", value: "real" },
      undefined
    )
    assert.deepStrictEqual(sent, { "accept-encoding": "identity", "anthropic-version": "v", "x-api-key": "real" })
    assert.deepStrictEqual(
      answerHeaders({ "set-cookie": "c", "request-id": "r", "x-api-key": "k", "anthropic-ratelimit-a": "1" }),
      { "request-id": "r", "anthropic-ratelimit-a": "1" }
    )
  })
})

describe("the end of a limit", () => {
  const parse = (text: string) => (text === "2030-01-01T00:00:00Z" ? 1_893_456_000 : undefined)
  it.each<readonly [string, Readonly<Record<string, string>>, number | undefined]>([
    ["is the unified one", { "anthropic-ratelimit-unified-reset": "1900000000", "retry-after": "5" }, 1_900_000_000],
    [
      "is not that of a limit that is not reached",
      { "anthropic-ratelimit-unified-reset": "1900000000", "anthropic-ratelimit-unified-status": "allowed" },
      undefined
    ],
    ["is that of what is used up", {
      "anthropic-ratelimit-requests-remaining": "7",
      "anthropic-ratelimit-requests-reset": "1900000000",
      "anthropic-ratelimit-tokens-remaining": "0",
      "anthropic-ratelimit-tokens-reset": "2030-01-01T00:00:00Z"
    }, 1_893_456_000],
    ["is some seconds from now", { "retry-after": "90" }, 1_000_090],
    ["is a time", { "retry-after": "2030-01-01T00:00:00Z" }, 1_893_456_000],
    ["is not known", {}, undefined],
    ["is not made up from nonsense", { "retry-after": "soon" }, undefined]
  ])("%s", (_, headers, want) => assert.strictEqual(resetOf(headers, 1_000_000, parse), want))
})
