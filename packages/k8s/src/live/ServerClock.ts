/**
 * How far our wall clock is from the API server's, by the Date that its answers carry. That is a whole second, and an answer is on its way for a
 * while: differences of a second or two mean nothing.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Clock, DateTime, Effect, Option } from "effect"

export interface ServerClock {
  /** Of an answer that has just come. */
  readonly noted: (date: string | undefined) => Effect.Effect<void>
  /** Milliseconds by which ours is ahead; undefined before an answer has said so. */
  readonly offsetMillis: Effect.Effect<number | undefined>
}

/** Answers are many, and clocks drift slowly. */
const betweenLooks = 2000
/** The Date is cut to a second: on average it is half of one late. */
const cut = 500

export const makeServerClock = (): ServerClock => {
  let looked = Number.NEGATIVE_INFINITY
  let offset: number | undefined
  return {
    noted: (date) =>
      Effect.gen(function*() {
        const now = yield* monotonicMillis
        if (date === undefined || now - looked < betweenLooks) return
        const theirs = DateTime.make(date)
        if (Option.isNone(theirs)) return
        looked = now
        offset = (yield* Clock.currentTimeMillis) - DateTime.toEpochMillis(theirs.value) - cut
      }),
    offsetMillis: Effect.sync(() => offset)
  }
}
