/** What trials have in common while they last: who leads, a clock, what is done again and again, and what people do when. */
import { Effect } from "effect"
import { isAccepted } from "./AuditEvent.ts"
import type { Life } from "./AuditId.ts"
import type { Act } from "./Load.ts"
import type { Tail } from "./Tail.ts"

/** Who has written the Lease last, as far as the audit log has been read; and the index of its place. */
export const leadershipIn = (tail: Tail) => {
  const holder = (): Life | undefined =>
    tail.events.findLast((event) => event.resource === "leases" && event.life !== undefined && isAccepted(event))?.life
  return { holder, leader: () => Number((holder() ?? "0").split(".")[0]) }
}

/** From now on. */
export const beginCourse = () => {
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  const at = (due: number, what: Effect.Effect<unknown>): Effect.Effect<void> =>
    Effect.asVoid(Effect.delay(what, `${Math.max(0, due - elapsed()) * 1000} millis`))
  return {
    /** Milliseconds since the epoch. */
    started: performance.timeOrigin + started,
    /** Seconds. */
    elapsed,
    at,
    /** What is done to one run is done in its order. */
    play: (acts: ReadonlyArray<Act>, perform: (act: Act) => Effect.Effect<unknown>): Effect.Effect<void> =>
      Effect.forEach(
        Map.groupBy(acts, (act) => "name" in act ? act.name : act.service).values(),
        (own) => Effect.forEach(own, (act) => at(act.at, perform(act)), { discard: true }),
        { concurrency: "unbounded", discard: true }
      )
  }
}

/** In the background, each time so many seconds after the last. */
export const every = (seconds: number, what: Effect.Effect<void>) =>
  Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(`${seconds} seconds`), what)))
