import { DateTime, Option, Schema } from "effect"
import { rule } from "./SpecText.ts"

/** Of the IANA's list, or an offset. */
export const TimeZoneName = Schema.String.check(
  rule("a time zone such as UTC or Europe/Berlin", (text) => Option.isSome(DateTime.zoneFromString(text)))
)
