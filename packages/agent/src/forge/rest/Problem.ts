/** What forges say of what went wrong, in the shape that the first of these APIs has made usual. */
import { Schema } from "effect"
import type { ForgeError } from "../ForgeError.ts"

/** An error, of which the details are strings or objects. */
export const Problem = Schema.Struct({
  message: Schema.String,
  errors: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Union([
    Schema.String,
    Schema.Struct({ message: Schema.optionalKey(Schema.String), field: Schema.optionalKey(Schema.String) })
  ]))))
})

/** Everything that a forge said, in one line. */
export const problemWords = ({ errors, message }: typeof Problem.Type): string =>
  [message, ...(errors ?? []).map((error) => typeof error === "string" ? error : error.message ?? error.field ?? "")]
    .filter((text) => text !== "")
    .join(": ")

/** Whether a forge refused with words such as these. */
export const refusedWith = (words: RegExp) => ({ reason }: ForgeError): boolean =>
  reason._tag === "Refused" && words.test(reason.words)
