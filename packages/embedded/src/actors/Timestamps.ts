/** Times as Kubernetes writes them: RFC 3339 in whole seconds. */
import { formatTime } from "@orchestrator/domain/Retention"
import { DateTime } from "effect"

export const timestamp = (millis: number): string => formatTime(DateTime.makeUnsafe(millis))

/** Milliseconds since the epoch; undefined when there is no time or none that can be read. */
export const millisOf = (text: string | undefined): number | undefined => {
  const parsed = text === undefined ? Number.NaN : parse(text)
  return Number.isNaN(parsed) ? undefined : parsed
}

const parse = (text: string): number => {
  const time = DateTime.make(text)
  return time._tag === "None" ? Number.NaN : DateTime.toEpochMillis(time.value)
}

/** The earliest of these times. */
export const earliest = (...times: ReadonlyArray<number | undefined>): number | undefined => {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
