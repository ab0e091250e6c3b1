/** Where the broker is, as it says itself. */
import { Schema } from "effect"

/** The file by which the broker says where it is. */
export const Endpoint = Schema.Struct({
  url: Schema.String.check(Schema.isPattern(/^http:\/\/127\.0\.0\.1:\d+$/)),
  /** The run's own; worth nothing anywhere else. */
  token: Schema.NonEmptyString,
  /** Public key of what signs the run's commits; absent where nothing does. */
  signingKey: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/)))
})
export type Endpoint = typeof Endpoint.Type

/** Where a model's requests go, by its API; a path of the API is the part below, with its version. */
export const messagesPath = "/anthropic"
export const responsesPath = "/responses"
export const chatPath = "/chat"
export const generateContentPath = "/generate-content"
