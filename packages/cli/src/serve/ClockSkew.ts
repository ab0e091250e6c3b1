/** From when on two clocks that differ are worth a word. Pure. */
import { fail, type Line, warn } from "./Line.ts"

/** Milliseconds that are noticed, and from where on tokens, Leases, signatures and times of runs are in danger. */
const skew = { noticed: 5000, dangerous: 60_000 }

/** What says so; undefined: they agree well enough. */
export const skewAlarm = (
  apartMillis: number
): ((check: string, found: string, next?: string) => Line) | undefined =>
  apartMillis > skew.dangerous ? fail : apartMillis > skew.noticed ? warn : undefined
