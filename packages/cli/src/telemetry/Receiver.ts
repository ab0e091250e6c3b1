/**
 * The client that telemetry is sent with. What the receiver does not take within a bound is dropped, so that nothing of it piles up, and nobody
 * waits for it; that it is away is said once, and once that it is back.
 */
import { Duration, Effect, Schedule } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"

/** Reports on their way at a time, of all signals. */
const mostSending = 6
/** For one report, with all its tries. */
const longestSending = Duration.seconds(15)

const tries = { times: 3, schedule: Schedule.exponential("500 millis") }

/** No reason that Effect's exporter tries again for: it pauses for a minute, and drops what comes meanwhile. */
const dropped = (request: HttpClientRequest.HttpClientRequest, description: string) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.EncodeError({ request, description })
  })

const wordsOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

export const makeReceiver = (client: HttpClient.HttpClient, place: string): HttpClient.HttpClient => {
  let sending = 0
  let away = false

  const failed = (words: string) =>
    Effect.suspend(() => {
      if (away) return Effect.void
      away = true
      return Effect.logWarning(
        `Telemetry is not taken by ${place}: ${words}. What it does not take is dropped, and nothing else waits for it; it is `
          + "tried again every minute"
      )
    })

  const taken = Effect.suspend(() => {
    if (!away) return Effect.void
    away = false
    return Effect.logInfo(`Telemetry is taken by ${place} again`)
  })

  return HttpClient.transform(client, (answer, request) =>
    Effect.suspend(() => {
      if (sending >= mostSending) return Effect.fail(dropped(request, "too many reports are on their way"))
      sending += 1
      return answer.pipe(
        Effect.flatMap(HttpClientResponse.filterStatusOk),
        Effect.retry({ ...tries, while: HttpClient.isTransientError }),
        Effect.timeoutOrElse({
          duration: longestSending,
          orElse: () => Effect.fail(dropped(request, "no answer within 15 seconds"))
        }),
        Effect.tap(taken),
        Effect.catch((error) => Effect.andThen(failed(wordsOf(error)), Effect.fail(dropped(request, wordsOf(error))))),
        Effect.ensuring(Effect.sync(() => {
          sending -= 1
        }))
      )
    }))
}
