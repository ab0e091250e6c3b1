/** The body of a request, as much of all of them at once as there is memory for. */
import { Effect, type Scope, Stream } from "effect"
import type { HttpServerError, HttpServerRequest } from "effect/http"

/** The API's own bound on a request. */
const largest = 32 * 1_048_576
/** Of all requests that are worked on. */
const largestTogether = 96 * 1_048_576

export type Body = Uint8Array | "TooLarge" | "Busy"

export interface Bodies {
  /** Held until the request's scope closes. */
  readonly read: (
    request: HttpServerRequest.HttpServerRequest
  ) => Effect.Effect<Body, HttpServerError.HttpServerError, Scope.Scope>
}

export const makeBodies = (): Bodies => {
  let held = 0
  return {
    read: Effect.fnUntraced(function*(request) {
      let size = 0
      const chunks: Array<Uint8Array> = []
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          held -= size
        })
      )
      const refused = yield* request.stream.pipe(
        Stream.runForEach((chunk) => {
          size += chunk.length
          held += chunk.length
          chunks.push(chunk)
          if (size > largest) return Effect.fail("TooLarge" as const)
          return held > largestTogether ? Effect.fail("Busy" as const) : Effect.void
        }),
        Effect.as(undefined),
        Effect.catchIf((error) => error === "TooLarge" || error === "Busy", (reason) => Effect.succeed(reason))
      )
      return refused ?? Buffer.concat(chunks)
    })
  }
}
