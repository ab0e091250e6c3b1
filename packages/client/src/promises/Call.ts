/** Effects of the client as promises and async iterables, which an AbortSignal ends with its own reason. */
import { Cause, type Context, Effect, Exit, Stream } from "effect"
import { thrownBy } from "./Failures.ts"

export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const aborted = (signal: AbortSignal) =>
  Effect.callback<never, unknown>((resume) => {
    const abort = () => resume(Effect.fail(signal.reason))
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

/** Runs the effects of a client; `input` is what the caller gave, for the words of what is wrong in it. */
export const callsWith = <R>(context: Context.Context<R>) => ({
  promise: async <A, E>(effect: Effect.Effect<A, E, R>, { signal }: CallOptions = {}, input?: unknown): Promise<A> => {
    const exit = await Effect.runPromiseExitWith(context)(effect, signal === undefined ? {} : { signal })
    if (Exit.isSuccess(exit)) return exit.value
    if (signal?.aborted === true) throw signal.reason
    throw await Effect.runPromise(thrownBy(exit.cause, input))
  },
  iterable: <A, E>(stream: Stream.Stream<A, E, R>, { signal }: CallOptions = {}, input?: unknown): AsyncIterable<A> =>
    stream.pipe(
      Stream.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Stream.failCause(cause)
          : Stream.unwrap(Effect.map(thrownBy(cause, input), (error) => Stream.fail(error)))
      ),
      signal === undefined ? (whole) => whole : Stream.interruptWhen(aborted(signal)),
      Stream.toAsyncIterableWith(context)
    )
})

export type Calls<R> = ReturnType<typeof callsWith<R>>
