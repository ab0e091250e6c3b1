/** What forges' events may start, and who is told of a run's end. Of secrets there are only the names of files here. */
import { Schema } from "effect"
import { or } from "./Default.ts"
import { rule } from "./SpecText.ts"
import { EventName } from "./TriggerConfig.ts"

const answer = `{answer}

| | |
|---|---|
| Run | \`{run}\`, attempt {attempt} |
| State | {phase} {reason} |
| Cost | {cost} |

{message}`

export const EventsConfig = Schema.Struct({
  /**
   * Folder with the files of the Secret: `webhook.<forge>` and `webhook.<trigger>` with signing secrets, `token.<host>` with the
   * token that the forge there is asked with, `app-key` with the private key of `github.app`. Empty: no webhook is answered, and no forge is asked.
   */
  folder: or(Schema.String, ""),
  /** Whether a review that asks for changes starts the next attempt. */
  reviews: or(Schema.Boolean, false),
  /** So many attempts of a run, at most, start because checks of its pull request failed. */
  checkAttempts: or(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })), 0),
  /** Comment with which a run answers: {answer}, {run}, {attempt}, {phase}, {reason}, {message}, {branch} and {cost} are filled in. */
  answer: or(Schema.NonEmptyString, answer)
})
export type EventsConfig = typeof EventsConfig.Type

const address = Schema.String.check(
  rule(
    "an http or https URL without credentials, or nothing where the file url.<name> has it",
    (text) => text === "" || /^https?:\/\/[^/\s@]+(?:\/[^\s]*)?$/.test(text)
  )
)

export const NotificationConfig = Schema.Struct({
  /** Name of the files `webhook.<name>`, with the secret that signs it, and `url.<name>`. */
  name: EventName,
  url: or(address, ""),
  phases: or(Schema.Array(Schema.Literals(["Succeeded", "Failed", "Cancelled"])), ["Succeeded", "Failed", "Cancelled"]),
  /** `json`: the run as the API answers it. `slack`: a line of text, as Slack and those that are like it take it. */
  format: or(Schema.Literals(["json", "slack"]), "json")
})
export type NotificationConfig = typeof NotificationConfig.Type
