/**
 * Waiting for a server that cannot answer now (429, 503) before the same request is sent again: for as long as it says in `Retry-After`, and longer from
 * one time to the next, with jitter, so that all who were turned away do not come back together. Only requests that may come twice are sent again, and
 * only where the server says when.
 */
import { retryAfterIn } from "@orchestrator/domain/RetryAfter"
import { Clock, Duration, Effect, Random } from "effect"
import { HttpClient, type HttpClientRequest, type HttpClientResponse } from "effect/http"

const firstWait = Duration.millis(500)
const longestWait = Duration.seconds(15)

const mayComeTwice = ({ headers, method }: HttpClientRequest.HttpClientRequest): boolean =>
  method === "GET" || method === "HEAD" || headers["idempotency-key"] !== undefined

/** The longer one of what the server asks for and of what grows from one time to the next, 15 seconds at most, and up to half as much again. */
export const waitBefore = (attempt: number, asked: Duration.Duration | undefined, random: number): Duration.Duration =>
  Duration.times(
    Duration.min(longestWait, Duration.max(asked ?? Duration.zero, Duration.times(firstWait, 2 ** attempt))),
    1 + random / 2
  )

/** Sends a request up to so many times more. */
export const retryUnavailable = (times: number) => (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(client, (answer, request) => {
    const send = (attempt: number): typeof answer =>
      Effect.flatMap(answer, (response: HttpClientResponse.HttpClientResponse) => {
        const isPassing = response.status === 503 || response.status === 429
        if (!isPassing || attempt >= times || !mayComeTwice(request)) return Effect.succeed(response)
        return Effect.gen(function*() {
          const asked = retryAfterIn(response.headers["retry-after"], yield* Clock.currentTimeMillis)
          // Whoever is asked to come back much later is told so.
          if (asked === undefined || Duration.isGreaterThan(asked, longestWait)) return response
          yield* Effect.sleep(waitBefore(attempt, asked, yield* Random.next))
          return yield* send(attempt + 1)
        })
      })
    return send(0)
  })
