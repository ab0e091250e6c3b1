/** What runs for as long as the program does: a bug that ends it is logged with its cause, and it begins again after a while. */
import { Cause, Duration, Effect } from "effect"

const firstPauseMillis = 1000
const longestPauseMillis = 60_000

/** `onDeath` is told what ended it, each time. */
export const supervised = <R>(
  what: string,
  work: Effect.Effect<unknown, never, R>,
  onDeath: (cause: string) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<never, never, R> => {
  const life = (deaths: number): Effect.Effect<never, never, R> =>
    Effect.andThen(
      Effect.catchCause(work, (cause) =>
        Effect.gen(function*() {
          yield* Effect.annotateLogs(Effect.logError("died, and is started again", cause), { what })
          yield* onDeath(Cause.pretty(cause).split("\n")[0] ?? "")
          yield* Effect.sleep(
            Duration.millis(Math.min(longestPauseMillis, firstPauseMillis * 2 ** Math.min(deaths, 10)))
          )
        })),
      Effect.suspend(() => life(deaths + 1))
    )
  return life(0)
}
