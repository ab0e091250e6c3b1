/** `Retry-After` of an HTTP answer (RFC 9110, 10.2.3). */
import { DateTime, Duration, Option } from "effect"

/** More would be nobody's wish: 115 days. */
const wholeSeconds = /^\d{1,7}$/
/** One of the three forms of an HTTP time, or RFC 3339, which some servers write; what else a parser of dates takes for one is none here. */
const time = /^(?:[A-Z][a-z]{2,8},? |\d{4}-\d\d-\d\dT)/

/** How long to wait, from now on: it says seconds, or a time; undefined where it says neither. */
export const retryAfterIn = (header: string | undefined, nowMillis: number): Duration.Duration | undefined => {
  if (header === undefined) return undefined
  if (wholeSeconds.test(header)) return Duration.seconds(Number(header))
  if (!time.test(header)) return undefined
  return Option.getOrUndefined(
    Option.map(DateTime.make(header), (at) => Duration.millis(Math.max(0, DateTime.toEpochMillis(at) - nowMillis)))
  )
}
