/**
 * An S3-compatible bucket: whole objects put, got, listed and removed, each request signed (AWS Signature Version 4, with the body's hash).
 * Keys are our own and need no escaping. What a server says in place of an answer becomes an error in words.
 */
import type { BucketPlace } from "@orchestrator/domain/Evidence"
import { printable } from "@orchestrator/domain/Printable"
import { AwsV4Signer } from "aws4fetch"
import { DateTime, Duration, Effect, Option, Redacted, Result, Schema, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { createHash } from "node:crypto"
import type { BucketKey } from "../broker/services/BucketKey.ts"
import { connectionProblem } from "../broker/services/ConnectionProblem.ts"
import { type Listed, listPage, serverWords } from "./Answers.ts"

export class BucketError extends Schema.TaggedError<BucketError>()("BucketError", {
  operation: Schema.Literals(["put", "get", "list", "remove"]),
  /** Bucket and key, or the beginning of keys. */
  ref: Schema.String,
  reason: Schema.String,
  /** Whether the same request may get another answer soon. */
  transient: Schema.Boolean
}) {
  override get message(): string {
    return `cannot ${this.operation} ${this.ref}: ${this.reason}`
  }
}

export interface Bucket {
  readonly put: (key: string, bytes: Uint8Array, contentType: string) => Effect.Effect<void, BucketError>
  /** Undefined: there is no such object. */
  readonly get: (key: string) => Effect.Effect<Stream.Stream<Uint8Array, BucketError> | undefined, BucketError>
  readonly list: (prefix: string) => Stream.Stream<Listed, BucketError>
  readonly remove: (key: string) => Effect.Effect<void, BucketError>
}

interface Asked {
  readonly operation: BucketError["operation"]
  readonly method: "GET" | "PUT" | "DELETE"
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: { readonly bytes: Uint8Array; readonly type: string }
}

const answerTakes = Duration.seconds(30)
const nothing = new Uint8Array()

/** Of a server that says no. */
const advice = (status: number): string =>
  status === 403
    ? "; check the key, its rights on the bucket, the region, and the clocks"
    : status === 404
    ? "; check the bucket's name, and evidence.bucket.pathStyle"
    : status === 301 || status === 400
    ? "; check evidence.bucket.region and endpoint"
    : ""

export const urlOf = (
  { endpoint, name, pathStyle }: BucketPlace,
  { key, query = {} }: Pick<Asked, "key" | "query">
) => {
  const url = new URL(endpoint)
  if (!pathStyle) url.hostname = `${name}.${url.hostname}`
  const base = url.pathname.replace(/\/+$/, "")
  url.pathname = [base, ...(pathStyle ? [name] : []), key].join("/")
  for (const [field, value] of Object.entries(query)) url.searchParams.set(field, value)
  return url.toString()
}

/** `key` is read anew for each request, since it may be renewed. */
export const makeBucket = Effect.fnUntraced(function*(
  place: BucketPlace,
  key: Effect.Effect<Result.Result<BucketKey, string>>
) {
  const client = yield* HttpClient.HttpClient

  const failed = ({ key, operation }: Asked, reason: string, transient: boolean) =>
    new BucketError({ operation, ref: `${place.name}/${key}`, reason, transient })

  const signed = Effect.fnUntraced(function*(asked: Asked) {
    const found = yield* key
    if (Result.isFailure(found)) return yield* failed(asked, found.failure, false)
    const { accessKeyId, secretAccessKey } = found.success
    const bytes = asked.body?.bytes ?? nothing
    const now = DateTime.formatIso(yield* DateTime.now).replace(/[:-]|\.\d{3}/g, "")
    const headers = {
      "x-amz-content-sha256": createHash("sha256").update(bytes).digest("hex"),
      ...(asked.body === undefined ? {} : { "content-type": asked.body.type })
    }
    const signer = new AwsV4Signer({
      method: asked.method,
      url: urlOf(place, asked),
      headers,
      accessKeyId,
      secretAccessKey: Redacted.value(secretAccessKey),
      service: "s3",
      region: place.region,
      datetime: now
    })
    const { headers: signedHeaders, url } = yield* Effect.promise(() => signer.sign())
    const request = HttpClientRequest.make(asked.method)(url.toString()).pipe(
      HttpClientRequest.setHeaders(Object.fromEntries(signedHeaders.entries()))
    )
    return asked.body === undefined
      ? request
      : HttpClientRequest.bodyUint8Array(request, bytes, asked.body.type)
  })

  const send = Effect.fnUntraced(function*(asked: Asked) {
    const request = yield* signed(asked)
    return yield* client.execute(request).pipe(
      Effect.timeoutOrElse({
        duration: answerTakes,
        orElse: () => Effect.fail(failed(asked, `no answer within ${Duration.toSeconds(answerTakes)} s`, true))
      }),
      Effect.catchTag("HttpClientError", (error) => Effect.fail(failed(asked, connectionProblem(error), true)))
    )
  })

  const refused = Effect.fnUntraced(function*(asked: Asked, response: HttpClientResponse.HttpClientResponse) {
    const text = yield* response.text.pipe(Effect.orElseSucceed(() => ""))
    const words = printable(serverWords(text), { max: 300 })
    const { status } = response
    return yield* failed(
      asked,
      `the server answered ${status}${words === "" ? "" : ` (${words})`}${advice(status)}`,
      status === 429 || status >= 500
    )
  })

  /** The answer of a request that went well. */
  const ask = Effect.fnUntraced(function*(asked: Asked) {
    const response = yield* send(asked)
    return response.status >= 200 && response.status < 300 ? response : yield* refused(asked, response)
  })

  const page = Effect.fnUntraced(function*(prefix: string, token: string | undefined) {
    const asked: Asked = {
      operation: "list",
      method: "GET",
      key: "",
      query: {
        "list-type": "2",
        "encoding-type": "url",
        prefix,
        ...(token === undefined ? {} : { "continuation-token": token })
      }
    }
    const text = yield* Effect.flatMap(ask(asked), (response) =>
      response.text.pipe(
        Effect.catchTag("HttpClientError", (error) => Effect.fail(failed(asked, connectionProblem(error), true)))
      ))
    const { items, next } = listPage(text)
    return [items, Option.fromUndefinedOr(next)] as const
  })

  const bucket: Bucket = {
    put: Effect.fn("Bucket.put")((key, bytes, type) =>
      Effect.asVoid(ask({ operation: "put", method: "PUT", key, body: { bytes, type } }))
    ),
    get: Effect.fn("Bucket.get")(function*(key) {
      const asked: Asked = { operation: "get", method: "GET", key }
      const response = yield* send(asked)
      if (response.status === 404) {
        const text = yield* response.text.pipe(Effect.orElseSucceed(() => ""))
        return serverWords(text).startsWith("NoSuchBucket")
          ? yield* failed(asked, `there is no bucket ${place.name}${advice(404)}`, false)
          : undefined
      }
      if (response.status !== 200) return yield* refused(asked, response)
      return response.stream.pipe(Stream.mapError((error) => failed(asked, connectionProblem(error), true)))
    }),
    list: (prefix) => Stream.paginate(undefined as string | undefined, (token) => page(prefix, token)),
    remove: Effect.fn("Bucket.remove")((key) => Effect.asVoid(ask({ operation: "remove", method: "DELETE", key })))
  }
  return bucket
})
