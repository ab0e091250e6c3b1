/**
 * The events of the server as one stream that does not end: a connection that breaks is made again, with back-off and from where it was
 * (`Last-Event-ID`), and whoever listens is told. What cannot be better next time fails: a token that is refused, a server without events.
 */
import type { RunStreamEvent } from "@orchestrator/http/contract/RunEvents"
import { Data, Duration, Effect, Predicate, Schedule, Stream } from "effect"
import { HttpClientError } from "effect/http"
import type { OrchestratorClient } from "../OrchestratorClient.ts"

type Follow = OrchestratorClient["Service"]["events"]["follow"]
export type EventFilters = Parameters<Follow>[0]["query"]

export interface Reconnecting {
  /** What ended the connection. */
  readonly error: unknown
  /** From 1, until a connection brings something again. */
  readonly attempt: number
  readonly delayMillis: number
}

export interface FollowOptions {
  /** Told when the server has answered a connection, the first and each later one. */
  readonly onConnected?: Effect.Effect<void> | undefined
  /** Told before each wait for the next connection. */
  readonly onReconnecting?: ((reconnecting: Reconnecting) => Effect.Effect<void>) | undefined
}

/** Why it ended is in the answer to the next connection, where that cannot be served. */
export class StreamEnded extends Data.TaggedError("StreamEnded")<{ readonly message: string }> {}

const statusOf = (error: unknown): number | undefined => {
  if (HttpClientError.isHttpClientError(error)) return error.response?.status
  return Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status) ? error.status : undefined
}

/** Whether the next connection may succeed: without an answer, or with one that speaks of now. */
const isPassing = (error: unknown): boolean => {
  const status = statusOf(error)
  if (status === undefined) return error instanceof StreamEnded || HttpClientError.isHttpClientError(error)
  return status === 200 || status === 429 || status >= 500
}

const longestDelay = Duration.seconds(30)

/** Waits longer and longer between what fails by a fault that passes. */
export const backOff = ({ onReconnecting = () => Effect.void }: FollowOptions) =>
  Schedule.exponential("500 millis").pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, longestDelay))),
    Schedule.jittered,
    Schedule.setInputType<unknown>(),
    Schedule.while(({ input }) => isPassing(input)),
    Schedule.tap(({ attempt, duration, input }) =>
      onReconnecting({ error: input, attempt, delayMillis: Duration.toMillis(duration) })
    )
  )

/** Only events that say something: `reset`, after which runs are to be listed again, and `run`. */
export const followEvents = (
  client: OrchestratorClient["Service"],
  query: EventFilters,
  options: FollowOptions = {}
): Stream.Stream<Extract<RunStreamEvent, { readonly event: "reset" | "run" }>, unknown> =>
  Stream.suspend(() => {
    let last: string | undefined
    const connection = Stream.suspend(() =>
      Stream.unwrap(
        Effect.tap(
          client.events.follow({ query, headers: last === undefined ? {} : { "last-event-id": last } }),
          () => options.onConnected ?? Effect.void
        )
      )
    )
    return Stream.concat(connection, Stream.fail(new StreamEnded({ message: "The server closed the stream" }))).pipe(
      Stream.mapEffect((event) => {
        if (event.event === "end") return Effect.fail(new StreamEnded({ message: event.data.message }))
        last = event.id ?? last
        return Effect.succeed(event)
      }),
      Stream.retry(backOff(options)),
      Stream.filter((event) => event.event === "reset" || event.event === "run")
    )
  })
