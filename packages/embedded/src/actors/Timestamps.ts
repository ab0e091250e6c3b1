/** Times as Kubernetes writes them: RFC 3339 in whole seconds. */
import { formatMillis } from "@orchestrator/domain/Retention"
import { DateTime } from "effect"

export { formatMillis as timestamp }

/** Milliseconds since the epoch; undefined when there is no time or none that can be read. */
export const millisOf = (text: string | undefined): number | undefined => {
  const parsed = text === undefined ? Number.NaN : parse(text)
  return Number.isNaN(parsed) ? undefined : parsed
}

let last = { text: "", millis: Number.NaN }

/** Many times of an object are the same one. */
const parse = (text: string): number => {
  if (text !== last.text) {
    const time = DateTime.make(text)
    last = { text, millis: time._tag === "None" ? Number.NaN : DateTime.toEpochMillis(time.value) }
  }
  return last.millis
}

/** The earliest of these times. */
export const earliest = (...times: ReadonlyArray<number | undefined>): number | undefined => {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
