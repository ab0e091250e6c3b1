/**
 * Amazon Bedrock: the Messages API in InvokeModel's wrapping. Requests are signed (AWS Signature Version 4) by the time that AWS tells, and
 * a stream comes as AWS's events.
 */
import { AwsV4Signer } from "aws4fetch"
import { DateTime, Effect, Option, Result, Stream } from "effect"
import { HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { Headers } from "../../ModelDialect.ts"
import type { Asked, ModelProvider } from "../../ModelProvider.ts"
import type { CloudOptions } from "../Cloud.ts"
import { messagesBody } from "../MessagesInCloud.ts"
import { nameOf } from "../Names.ts"
import { awsCredentials, type AwsKeys } from "./AwsCredentials.ts"
import { errorType, eventOf, eventStreamReader } from "./EventStream.ts"

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

const decoded = (response: HttpClientResponse.HttpClientResponse) =>
  Stream.suspend(() => {
    const reader = eventStreamReader()
    return response.stream.pipe(
      Stream.map((bytes) =>
        Buffer.from(Result.match(reader.read(bytes), {
          // What cannot be read ends as the API ends what it gives up.
          onFailure: (problem) =>
            eventOf({
              headers: { ":message-type": "error", ":error-message": `The stream cannot be read: ${problem}` },
              payload: ""
            }),
          onSuccess: (messages) => messages.map(eventOf).join("")
        }))
      ),
      Stream.filter(({ length }) => length > 0)
    )
  })

/** An error of AWS's as one of the API. */
const refusal = ({ headers, stream }: HttpClientResponse.HttpClientResponse) =>
  stream.pipe(
    Stream.runFold(() => "", (text, chunk) => text.length > 65_536 ? text : text + Buffer.from(chunk).toString("utf8")),
    Effect.map((text) => {
      const [, message = text.slice(0, 1_000)] = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/i.exec(text) ?? []
      const type = errorType(headers["x-amzn-errortype"]?.split(":")[0] ?? "")
      const words: unknown = message.startsWith("\"") ? JSON.parse(message) : message
      return Buffer.from(JSON.stringify({ type: "error", error: { type, message: words } }))
    }),
    Stream.fromEffect
  )

const contentType = (headers: Headers, type: string): Headers => {
  const { "content-length": _, ...others } = headers
  return { ...others, "content-type": type, "request-id": headers["x-amzn-requestid"] }
}

/** Beyond this AWS takes no signature. */
const skewMillis = 60_000

export const bedrock = (options: CloudOptions): ModelProvider => {
  const { provider } = options
  const { baseUrl, name, region = "us-east-1" } = provider
  const address = (baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`).replace(/\/+$/, "")
  const credentials = awsCredentials(options)
  /** How far AWS's clock is before this one. */
  let offset = 0

  return {
    name,
    address,
    serves: ({ asks }) => asks === "answer",
    request: Effect.fnUntraced(function*(asked: Asked) {
      const keys = yield* credentials.get
      const { stream: wanted, ...body } = messagesBody(asked, apiVersion)
      const text = JSON.stringify(body)
      const stream = wanted === true
      const id = encodeURIComponent(nameOf(provider.names, asked.checked?.model ?? ""))
      const url = `${address}/model/${id}/${stream ? "invoke-with-response-stream" : "invoke"}`
      const millis = (yield* DateTime.now).epochMilliseconds + offset
      const accept = stream ? "application/vnd.amazon.eventstream" : "application/json"
      const signed = yield* Effect.promise(() => signedHeaders({ url, body: text, region, keys, millis, accept }))
      return HttpClientRequest.bodyText(HttpClientRequest.post(url, { headers: signed }), text, "application/json")
    }),
    answer: (response) => {
      const { headers, status } = response
      if (status >= 300) {
        return { status, headers: contentType(headers, "application/json"), bytes: refusal(response) }
      }
      return /^application\/vnd\.amazon\.eventstream\b/.test(headers["content-type"] ?? "")
        ? { status, headers: contentType(headers, "text/event-stream; charset=utf-8"), bytes: decoded(response) }
        : { status, headers: contentType(headers, "application/json"), bytes: response.stream }
    },
    again: ({ headers, status }) =>
      status !== 403 ? Effect.succeed(false) : Effect.gen(function*() {
        const now = (yield* DateTime.now).epochMilliseconds
        const told = Option.getOrUndefined(DateTime.make(headers["date"] ?? ""))?.epochMilliseconds
        const skewed = told !== undefined && Math.abs(told - now - offset) > skewMillis
        if (skewed) offset = told - now
        const expired = /expired|unrecognizedclient/i.test(headers["x-amzn-errortype"] ?? "")
        if (expired) yield* credentials.forget
        return skewed || expired
      })
  }
}
