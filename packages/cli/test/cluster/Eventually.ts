/** Waiting for what a cluster does in its own time. */
import { Effect } from "effect"

/** Long enough for a busy machine: what is right takes a second or two. */
const defaultSeconds = 90

/** Asks until the answer satisfies; fails with the last answer when that takes too long. */
export const eventually = <A, E, R>(
  what: string,
  ask: Effect.Effect<A, E, R>,
  satisfies: (answer: A) => boolean,
  seconds = defaultSeconds
) =>
  Effect.gen(function*() {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const answer = yield* Effect.result(ask)
      if (answer._tag === "Success" && satisfies(answer.success)) return answer.success
      if (performance.now() > end) {
        const found = answer._tag === "Success" ? answer.success : answer.failure
        return yield* Effect.die(
          new Error(`expected ${what} within ${seconds} s, found ${JSON.stringify(found, null, 1)}`)
        )
      }
      yield* Effect.sleep("50 millis")
    }
  })
