/** The text of an answer that may be no longer than what a forge has reason to say. */
import { Effect, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"

export const mostBytes = 16 * 1024 * 1024

/** Fails with `TooLarge` where there is more. */
export const boundedText = (response: HttpClientResponse.HttpClientResponse) =>
  Stream.runFoldEffect(
    response.stream,
    (): ReadonlyArray<Uint8Array> => [],
    (chunks, chunk: Uint8Array) => {
      const all = [...chunks, chunk]
      return all.reduce((sum, { length }) => sum + length, 0) > mostBytes
        ? Effect.fail({ _tag: "TooLarge" } as const)
        : Effect.succeed(all)
    }
  ).pipe(Effect.map((chunks) => Buffer.concat(chunks).toString("utf8")))
