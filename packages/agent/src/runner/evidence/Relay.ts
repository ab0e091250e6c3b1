/**
 * Hands what the runner sees over to the broker while it goes on, in parts: so it is with the broker whatever becomes of this container.
 * Bounded; a broker that is being restarted is waited for; nothing here ever stops or fails a run.
 */
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Effect, Fiber, Schedule, Semaphore } from "effect"
import type { HttpClient } from "effect/http"
import type { EvidencePart } from "../../pod/BrokerApi.ts"
import type { Endpoint } from "../../pod/Endpoint.ts"
import { brokerClient, failureOf } from "../services/BrokerClient.ts"

/** UTF-16 units of a part; its JSON is below the bound of a body, whatever it has to escape. */
const partSize = 131_072
/** Of what waits for the broker; what comes on top is left out, and that is said. */
const mostWaiting = 4_194_304
const pause = "500 millis"
const lastPartsTake = "5 seconds"

type Piece = { readonly log: string } | { readonly event: TranscriptEvent; readonly size: number }

const sizeOf = (piece: Piece) => "log" in piece ? piece.log.length : piece.size

export interface Relay {
  /** Lines of the runner's log, each with its time. */
  readonly log: (lines: string) => Effect.Effect<void>
  readonly event: (event: TranscriptEvent) => Effect.Effect<void>
  /** The runner's result, as it tells it. */
  readonly result: (text: string) => Effect.Effect<void>
  /** From now on to this broker. */
  readonly connect: (endpoint: Endpoint) => Effect.Effect<void, never, HttpClient.HttpClient>
  /** Hands the rest over; returns soon where that is not possible. */
  readonly finish: Effect.Effect<void>
}

/** Pieces of one part, from the front. */
const firstPart = (waiting: ReadonlyArray<Piece>): ReadonlyArray<Piece> => {
  let size = 0
  const end = waiting.findIndex((piece, index) => index > 0 && (size += sizeOf(piece)) > partSize)
  return end < 0 ? waiting : waiting.slice(0, end)
}

export const makeRelay = Effect.gen(function*() {
  const turn = yield* Semaphore.make(1)
  let waiting: ReadonlyArray<Piece> = []
  let size = 0
  let leftOut = 0
  let result: string | undefined
  let send: ((part: EvidencePart) => Effect.Effect<void, { readonly again: boolean }>) | undefined
  let sending: Fiber.Fiber<unknown> | undefined

  const add = (piece: Piece) =>
    Effect.sync(() => {
      if (size + sizeOf(piece) > mostWaiting) leftOut += 1
      else {
        waiting = [...waiting, piece]
        size += sizeOf(piece)
      }
    })

  const handOver = Effect.suspend(() => {
    const part = firstPart(waiting)
    if (send === undefined || (part.length === 0 && result === undefined)) return Effect.succeed(false)
    const told = result
    const done = Effect.sync(() => {
      waiting = waiting.slice(part.length)
      size = waiting.reduce((sum, piece) => sum + sizeOf(piece), 0)
      leftOut = 0
      if (result === told) result = undefined
      return waiting.length > 0
    })
    return send({
      log: part.flatMap((piece) => "log" in piece ? [piece.log] : []).join(""),
      events: part.flatMap((piece) => "log" in piece ? [] : [piece.event]),
      leftOut,
      ...(told === undefined ? {} : { result: told })
    }).pipe(
      Effect.andThen(done),
      // A part that the broker does not take will not be taken another time.
      Effect.catchIf(({ again }) => !again, () => done)
    )
  }).pipe(turn.withPermit)

  const all = Effect.repeat(handOver, { while: (more) => more }).pipe(Effect.asVoid)

  const relay: Relay = {
    log: (lines) => add({ log: lines }),
    event: (event) => add({ event, size: JSON.stringify(event).length }),
    result: (text) =>
      Effect.sync(() => {
        result = text
      }),
    connect: Effect.fnUntraced(function*(endpoint) {
      const broker = yield* brokerClient(endpoint)
      send = (payload) =>
        broker.evidence({ payload }).pipe(
          Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.fail({ again: true }) }),
          Effect.mapError((failure) => "again" in failure ? failure : { again: !failureOf(failure).refused })
        )
      sending = yield* Effect.forkDetach(
        Effect.interruptible(Effect.repeat(Effect.ignore(all), Schedule.spaced(pause)))
      )
    }),
    // In a fiber of its own: the one that asks may have been interrupted.
    finish: Effect.gen(function*() {
      if (sending !== undefined) yield* Fiber.interrupt(sending)
      const last = yield* Effect.forkDetach(
        Effect.interruptible(Effect.retry(all, Schedule.spaced(pause))).pipe(Effect.timeoutOption(lastPartsTake))
      )
      yield* Fiber.await(last)
    })
  }
  return relay
})
