/** Requests and answers of git's smart HTTP, whichever repository they are about. */
import { NodeStream } from "@effect/platform-node"
import { Effect, Schema, Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { createGunzip } from "node:zlib"

class TooLarge extends Schema.TaggedError<TooLarge>()("TooLarge", {}) {}

/** The client went away, or what it sent cannot be unpacked. */
class Broken extends Schema.TaggedError<Broken>()("Broken", { message: Schema.String }) {}

/** What a fetch says of itself is small; what it gets is not bounded. */
export const largestCall = 16 * 1_048_576

/** What comes late from upstream is handed on as it is, and quickly. */
export const reading = [
  ["uploadpack.allowFilter", "true"],
  // A filter by a file of the repository's would read any file of it.
  ["uploadpackfilter.allow", "false"],
  ["uploadpackfilter.blob:none.allow", "true"],
  ["uploadpackfilter.blob:limit.allow", "true"],
  ["uploadpackfilter.tree.allow", "true"],
  ["uploadpack.allowAnySHA1InWant", "false"],
  ["uploadpack.allowReachableSHA1InWant", "false"],
  ["uploadpack.allowRefInWant", "false"],
  ["pack.window", "0"],
  ["pack.compression", "1"]
] as const

/** An answer of `application/x-<kind>`. */
export const answer = (kind: string, body: Uint8Array | Stream.Stream<Uint8Array>) => {
  const options = { contentType: `application/x-${kind}`, headers: { "cache-control": "no-store" } }
  return body instanceof Uint8Array
    ? HttpServerResponse.uint8Array(body, options)
    : HttpServerResponse.stream(body, options)
}

/** The body of a request, unpacked, failing as soon as it is longer than this. */
export const bodyOf = (request: HttpServerRequest.HttpServerRequest, largest: number) => {
  const packed = request.headers["content-encoding"]
  const sent = request.stream.pipe(Stream.mapError(({ message }) => new Broken({ message })))
  const bytes = packed === "gzip" || packed === "x-gzip"
    ? NodeStream.pipeThroughDuplex(sent, {
      evaluate: () => createGunzip(),
      onError: (error) => new Broken({ message: String(error) })
    })
    : sent
  let size = 0
  return bytes.pipe(Stream.tap((chunk) => {
    size += chunk.length
    return size > largest ? Effect.fail(new TooLarge()) : Effect.void
  }))
}
