/**
 * Requests to the API server of the last ten minutes, by the code of their answers, for whoever looks after the installation: what the
 * counters of MeasuredClient are for a Prometheus.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Context, Effect } from "effect"

const minuteMillis = 60_000
export const recentMinutes = 10

interface Minute {
  readonly number: number
  readonly codes: Map<string, number>
}

export interface RequestTally {
  /** How many by code; 0: no answer came; `quota`: 403 of a quota that is used up. */
  readonly codes: ReadonlyMap<string, number>
}

const make = () => {
  let minutes: ReadonlyArray<Minute> = []
  const since = (number: number) => minutes.filter((each) => each.number > number - recentMinutes)
  return {
    /** At this time of the monotonic clock. */
    note: (code: string, millis: number): void => {
      const number = Math.floor(millis / minuteMillis)
      let newest = minutes.at(-1)
      if (newest?.number !== number) {
        newest = { number, codes: new Map() }
        minutes = [...since(number), newest]
      }
      newest.codes.set(code, (newest.codes.get(code) ?? 0) + 1)
    },
    tally: Effect.map(monotonicMillis, (now): RequestTally => {
      const codes = new Map<string, number>()
      for (const minute of since(Math.floor(now / minuteMillis))) {
        for (const [code, count] of minute.codes) codes.set(code, (codes.get(code) ?? 0) + count)
      }
      return { codes }
    })
  }
}

/** Of this process. */
export const RecentRequests = Context.Reference("@orchestrator/k8s/RecentRequests", { defaultValue: make })
