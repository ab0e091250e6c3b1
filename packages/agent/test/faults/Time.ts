/**
 * Time of a case: it stands still while anything works, and jumps to the next timer where everything waits. So a bound of twenty minutes
 * costs nothing, and no busy machine makes one come too early. Each process reads it through a clock of its own.
 */
import { clockOf, makeTimeline, type Timeline } from "@orchestrator/embedded/faults/Timeline"
import type { Clock } from "effect"

export interface Time {
  /** Milliseconds since the case began. */
  readonly now: () => number
  readonly after: Timeline["after"]
  readonly clockOf: (owner: string) => Clock.Clock
  /** The timers of a process that is gone. */
  readonly forget: (owner: string) => void
  /** Something began to work, or to answer somebody who waits. */
  readonly begin: () => void
  readonly end: () => void
  /** Whoever works waits for an answer: of two that work one does not. */
  readonly wait: () => void
  readonly goOn: () => void
  readonly stop: () => void
}

/** Turns of the host's event loop without anything new, after which nothing is under way any more. */
const quietTurns = 4
/** For what the host itself still has under way: a socket, a pipe; more of it where somebody waits for an answer that may be on its way. */
const quietMillis = { alone: 3, asked: 120 }
/** Nothing that works takes so long by itself: whoever was counted is not there any more. */
const longestWork = 8000

const beginning = 1_772_359_200_000

/** `from`: milliseconds that have passed already. */
export const makeTime = (from = 0): Time => {
  const timeline = makeTimeline()
  const gone = new Set<string>()
  const ahead = from + Date.now() - beginning
  let reads = 0
  let working = 0
  /** Times at which something began or ended to work. */
  let works = 0
  let waiting = 0
  let last = performance.now()
  let over = false
  let looking: NodeJS.Timeout | undefined

  const jump = () => {
    const timer = timeline.take((owner) => !gone.has(owner))
    const before = works
    last = performance.now()
    timer?.fire()
    // What only waits on goes from timer to timer.
    if (timer === undefined) lookLater()
    else setImmediate(() => over ? undefined : works === before && working <= 0 ? jump() : lookLater())
  }
  const look = (seen: number, turns: number) => {
    if (over) return
    const stuck = performance.now() - last > longestWork
    if (seen !== works || (working > 0 && !stuck)) return lookLater()
    if (stuck) working = Math.min(0, working)
    if (turns < quietTurns) return void setImmediate(() => look(seen, turns + 1))
    jump()
  }
  const lookLater = () => {
    if (over) return
    const seen = works
    looking = setTimeout(() => look(seen, 0), waiting > 0 ? quietMillis.asked : quietMillis.alone)
  }
  lookLater()

  const count = (change: number) => () => {
    working += change
    works++
    last = performance.now()
  }
  return {
    now: () => from + timeline.now(),
    after: timeline.after,
    // The wall clock goes on a little with each look at it: names are made of it.
    clockOf: (owner) => clockOf(timeline, owner, () => ahead + Math.floor(reads++ / 8)),
    forget: (owner) => gone.add(owner),
    begin: count(1),
    end: count(-1),
    wait: () => {
      waiting++
      count(-1)()
    },
    goOn: () => {
      waiting--
      count(1)()
    },
    stop: () => {
      over = true
      clearTimeout(looking)
    }
  }
}
