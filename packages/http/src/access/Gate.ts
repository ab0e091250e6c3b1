/**
 * How many questions about unknown tokens the cluster is asked at a time, by everybody and for one address: whoever knocks with tokens that
 * nobody knows keeps neither the cluster nor the others waiting. What is too much is refused at once, and not queued.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Effect, Semaphore } from "effect"
import { AccessUnknown } from "../contract/Problem.ts"

/** Reviews of tokens under way, and those that wait for one of them to end. */
const mostAtOnce = 8
const mostWaiting = 32
/** Of these, what one address may have. */
const mostOfAddress = 8
/** Refused tokens of one address in so many milliseconds. */
const mostRefused = 20
const refusedWithin = 10_000
/** Addresses that are remembered; the one that was heard of first goes. */
const mostAddresses = 4096

interface Caller {
  active: number
  refused: number
  since: number
}

const busy = (detail: string, retryAfterSeconds: number) =>
  new AccessUnknown({
    detail,
    hint: "Retry later; a recently accepted token is not reviewed again",
    retryAfterSeconds
  })

export const makeGate = Effect.gen(function*() {
  const slots = yield* Semaphore.make(mostAtOnce)
  const callers = new Map<string, Caller>()
  let inside = 0

  const callerOf = (address: string, now: number): Caller => {
    const known = callers.get(address)
    if (known !== undefined && now - known.since < refusedWithin) return known
    const caller = { active: known?.active ?? 0, refused: 0, since: now }
    callers.delete(address)
    callers.set(address, caller)
    const [oldest] = callers.keys()
    if (callers.size > mostAddresses && oldest !== undefined) callers.delete(oldest)
    return caller
  }

  const enter = (caller: Caller | undefined): AccessUnknown | undefined => {
    if (caller !== undefined && caller.refused >= mostRefused) {
      return busy("Too many rejected tokens from this address", refusedWithin / 1000)
    }
    if (inside >= mostAtOnce + mostWaiting || (caller !== undefined && caller.active >= mostOfAddress)) {
      return busy("Too many token reviews in progress", 1)
    }
    inside += 1
    if (caller !== undefined) caller.active += 1
    return undefined
  }

  const leave = (caller: Caller | undefined) => {
    inside -= 1
    if (caller !== undefined) caller.active -= 1
  }

  /** The review of a token from an address; without an address only the bounds for everybody hold. */
  return <A>(
    address: string | undefined,
    isRefused: (answer: A) => boolean,
    review: Effect.Effect<A, AccessUnknown>
  ): Effect.Effect<A, AccessUnknown> =>
    Effect.flatMap(monotonicMillis, (now) =>
      Effect.suspend(() => {
        const caller = address === undefined ? undefined : callerOf(address, now)
        const refusal = enter(caller)
        if (refusal !== undefined) return Effect.fail(refusal)
        return slots.withPermits(1)(review).pipe(
          Effect.tap((answer) =>
            Effect.sync(() => {
              if (caller !== undefined && isRefused(answer)) caller.refused += 1
            })
          ),
          Effect.ensuring(Effect.sync(() => leave(caller)))
        )
      }))
})
