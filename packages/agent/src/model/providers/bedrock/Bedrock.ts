/**
 * Amazon Bedrock: the Messages API in InvokeModel's wrapping. Requests are signed (AWS Signature Version 4) by the time that AWS tells, and
 * a stream comes as AWS's events.
 */
import { AwsV4Signer } from "aws4fetch"
import { DateTime, Effect, Option, Schema, Stream } from "effect"
import { HttpClientRequest } from "effect/http"
import type { Headers } from "../../ModelDialect.ts"
import type { Asked, Came, ModelProvider, Refused } from "../../ModelProvider.ts"
import { type CloudOptions, dateOf } from "../Cloud.ts"
import { makeBetas, messagesFor } from "../MessagesInCloud.ts"
import { nameOf } from "../Names.ts"
import { awsCredentials, type AwsKeys } from "./AwsCredentials.ts"
import { brokenOff, errorType, eventOf, eventStreamReader } from "./EventStream.ts"

const apiVersion = "bedrock-2023-05-31"

export interface Signed {
  readonly url: string
  readonly body: string
  readonly region: string
  readonly keys: AwsKeys
  readonly millis: number
  readonly accept: string
}

/** Headers of a signed request. */
export const signedHeaders = async (
  { accept, body, keys, millis, region, url }: Signed
): Promise<Record<string, string>> => {
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  const { headers } = await new AwsV4Signer({
    method: "POST",
    url,
    headers: { "content-type": "application/json", accept },
    body,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: "bedrock",
    region,
    datetime: DateTime.formatIso(DateTime.makeUnsafe(millis)).replace(/[:-]|\.\d{3}/g, "")
  }).sign()
  return Object.fromEntries(headers.entries())
}

const decoded = ({ stream }: Came) =>
  Stream.suspend(() => {
    const reader = eventStreamReader()
    return stream.pipe(
      Stream.map(reader.read),
      Stream.takeUntil(({ problem }) => problem !== undefined),
      Stream.map(({ messages, problem }) =>
        [...messages.map(eventOf), problem === undefined ? "" : brokenOff(problem)].join("")
      ),
      Stream.concat(
        Stream.suspend(() => reader.isWithin() ? Stream.make(brokenOff("within a message")) : Stream.empty)
      ),
      Stream.filter((text) => text !== ""),
      Stream.map((text) => Buffer.from(text))
    )
  })

const decodeError = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({
  __type: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  Message: Schema.optionalKey(Schema.String)
})))

/** AWS's name of an error, which stands in a header, or in the body behind its namespace. */
const errorName = (headers: Headers, text: string): string =>
  headers["x-amzn-errortype"]?.split(":")[0]
    ?? Option.getOrUndefined(decodeError(text))?.__type?.replace(/^.*#/, "")
    ?? ""

/** An error of AWS's as one of the API; what the model's own API has said goes on as it is. */
const refusal = ({ headers, stream }: Came) =>
  stream.pipe(
    Stream.runFold(() => "", (text, chunk) => text.length > 65_536 ? text : text + Buffer.from(chunk).toString("utf8")),
    Effect.map((text) => {
      const told = Option.getOrUndefined(decodeError(text))
      const message = told?.message ?? told?.Message ?? text.slice(0, 1_000)
      return Buffer.from(
        JSON.stringify({ type: "error", error: { type: errorType(errorName(headers, text)), message } })
      )
    }),
    Stream.fromEffect
  )

/** A quota that is used up comes as a request that is wrong. */
const statusOf = ({ headers, status }: Came): number =>
  status === 400 && /quota|throttling/i.test(headers["x-amzn-errortype"] ?? "") ? 429 : status

const contentType = (headers: Headers, type: string): Headers => {
  const { "content-length": _, ...others } = headers
  return { ...others, "content-type": type, "request-id": headers["x-amzn-requestid"] }
}

/** AWS takes a signature that is some minutes from its own time. */
const skewMillis = 60_000

export const bedrock = (options: CloudOptions): ModelProvider => {
  const { provider } = options
  const { baseUrl, name, region = "us-east-1" } = provider
  const address = (baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`).replace(/\/+$/, "")
  const credentials = awsCredentials(options)
  const betas = makeBetas("bedrock")
  /** How far AWS's clock is before this one. */
  let offset = 0

  return {
    name,
    address,
    prices: provider.prices ?? {},
    serves: ({ asks }) => asks === "answer",
    request: Effect.fnUntraced(function*(asked: Asked) {
      const keys = yield* credentials.get
      const { body: { stream: wanted, ...body }, names } = messagesFor(asked, betas)
      const text = JSON.stringify({
        anthropic_version: apiVersion,
        ...(names.length === 0 ? {} : { anthropic_beta: names }),
        ...body
      })
      const stream = wanted === true
      const id = encodeURIComponent(nameOf(provider.names, asked.checked?.model ?? ""))
      const url = `${address}/model/${id}/${stream ? "invoke-with-response-stream" : "invoke"}`
      const millis = (yield* DateTime.now).epochMilliseconds + offset
      const accept = stream ? "application/vnd.amazon.eventstream" : "application/json"
      const signed = yield* Effect.promise(() => signedHeaders({ url, body: text, region, keys, millis, accept }))
      return HttpClientRequest.bodyText(HttpClientRequest.post(url, { headers: signed }), text, "application/json")
    }),
    answer: (came) => {
      const { headers, status, stream } = came
      if (status >= 300) {
        return { status: statusOf(came), headers: contentType(headers, "application/json"), bytes: refusal(came) }
      }
      return /^application\/vnd\.amazon\.eventstream\b/.test(headers["content-type"] ?? "")
        ? { status, headers: contentType(headers, "text/event-stream; charset=utf-8"), bytes: decoded(came) }
        : { status, headers: contentType(headers, "application/json"), bytes: stream }
    },
    again: Effect.fnUntraced(function*(refused: Refused, asked: Asked) {
      const { headers, status, text } = refused
      if (status !== 403 && status !== 400) return false
      const now = (yield* DateTime.now).epochMilliseconds
      const told = dateOf(headers)
      const isSkewed = status === 403 && told !== undefined && Math.abs(told - now - offset) > skewMillis
      if (isSkewed) offset = told - now
      const isExpired = /expired|unrecognizedclient/i.test(errorName(headers, text))
      if (isExpired) yield* credentials.forget
      return isSkewed || isExpired || betas.learn(refused, asked)
    })
  }
}
