/** The text of an answer that may be no longer than what a forge has reason to say. */
import { Effect, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"

export const mostBytes = 16 * 1024 * 1024

/** Fails with `TooLarge` where there is more. */
export const boundedText = (response: HttpClientResponse.HttpClientResponse, most = mostBytes) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return response.stream.pipe(
      Stream.runForEach((chunk) => {
        size += chunk.length
        chunks.push(chunk)
        return size > most ? Effect.fail({ _tag: "TooLarge" } as const) : Effect.void
      }),
      Effect.map(() => Buffer.concat(chunks).toString("utf8"))
    )
  })
