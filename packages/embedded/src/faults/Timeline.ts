/**
 * Simulated time: nothing passes but by a jump to the next timer. Each process reads it through a Clock of its own, whose wall clock may be
 * wrong; how long things take is the same for all.
 */
import { type Clock, Duration, Effect } from "effect"

/** Owner of timers that are nobody's. */
export const engine = "engine"

export interface Timer {
  readonly at: number
  /** Whose timer it is: a process that is gone or paused is not woken. */
  readonly owner: string
  readonly fire: () => void
}

interface Entry extends Timer {
  readonly order: number
}

export interface Timeline {
  /** Milliseconds since the beginning. */
  readonly now: () => number
  /** Answers with what takes the timer back. */
  readonly after: (millis: number, owner: string, fire: () => void) => () => void
  /** The next of those that may fire, which is taken; the time is then its own, unless that has passed. */
  readonly take: (mayFire: (owner: string) => boolean) => Timer | undefined
  /** When the next of those that may fire is due. */
  readonly next: (mayFire: (owner: string) => boolean) => Timer | undefined
  readonly count: (owner: string) => number
}

export const makeTimeline = (): Timeline => {
  /** The first at the end. */
  const entries: Array<Entry> = []
  let now = 0
  let order = 0

  const isLater = (left: Entry, right: Entry) =>
    left.at > right.at || (left.at === right.at && left.order > right.order)
  const indexOfNext = (mayFire: (owner: string) => boolean) => entries.findLastIndex(({ owner }) => mayFire(owner))

  return {
    now: () => now,
    after: (millis, owner, fire) => {
      const entry: Entry = { at: now + Math.max(0, millis), owner, fire, order: order++ }
      let low = 0
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >>> 1
        const other = entries[middle]
        if (other !== undefined && isLater(other, entry)) low = middle + 1
        else high = middle
      }
      entries.splice(low, 0, entry)
      return () => {
        const index = entries.indexOf(entry)
        if (index >= 0) entries.splice(index, 1)
      }
    },
    count: (owner) => entries.reduce((count, entry) => entry.owner === owner ? count + 1 : count, 0),
    next: (mayFire) => entries[indexOfNext(mayFire)],
    take: (mayFire) => {
      const index = indexOfNext(mayFire)
      const [timer] = index < 0 ? [] : entries.splice(index, 1)
      if (timer !== undefined) now = Math.max(now, timer.at)
      return timer
    }
  }
}

/** 2026-03-01T10:00:00Z. */
const beginning = 1_772_359_200_000
const nanosOfMilli = 1_000_000n

/** `skew`: milliseconds by which the wall clock of the process is ahead. */
export const clockOf = (timeline: Timeline, owner: string, skew: () => number): Clock.Clock => {
  const millis = () => beginning + timeline.now() + skew()
  const wall = () => BigInt(Math.floor(millis())) * nanosOfMilli
  const monotonic = () => BigInt(Math.floor(timeline.now() * 1000)) * 1000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: wall,
    currentTimeNanos: Effect.sync(wall),
    monotonicTimeNanosUnsafe: monotonic,
    monotonicTimeNanos: Effect.sync(monotonic),
    sleep: (duration) => {
      const length = Duration.toMillis(duration)
      if (length <= 0) return Effect.yieldNow
      if (!Number.isFinite(length)) return Effect.never
      return Effect.callback<void>((resume) => {
        const takeBack = timeline.after(length, owner, () => resume(Effect.void))
        return Effect.sync(takeBack)
      })
    }
  }
}
