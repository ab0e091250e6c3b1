/**
 * The narrowest types that hold what a container can truthfully report. Whoever writes a termination message may be the agent itself:
 * what such a field carries goes into statuses, other pods, pages and links. The generated JSON schemas do not show these rules.
 */
import { DateTime, Option, Schema, SchemaTransformation } from "effect"
import { printable } from "./Printable.ts"
import { BranchName, rule } from "./SpecText.ts"

/** Words for people: one printable line of at most so many UTF-16 units, whatever came in. */
export const Words = (max: number) =>
  Schema.String.pipe(
    Schema.decodeTo(
      Schema.String,
      SchemaTransformation.transform({ decode: (text) => printable(text, { max }), encode: (text) => text })
    )
  )

const visible = rule<string>("visible characters only", (text) => printable(text) === text)

/** A branch that git can have and people can read. */
export const Branch = BranchName.check(visible)

/** A commit's full name, of SHA-1 or SHA-256. */
export const Commit = Schema.String.check(
  rule<string>("a commit of 40 or 64 hexadecimal digits", (text) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text), {
    pattern: "^(?:[0-9a-f]{40}|[0-9a-f]{64})$"
  })
)

const rfc3339 = /^(?:19[7-9]|20\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** A time from 1970 to 2099. */
export const Time = Schema.String.check(
  rule<string>(
    "an RFC 3339 time from 1970 to 2099",
    (text) => rfc3339.test(text) && Option.isSome(DateTime.make(text)),
    {
      format: "date-time"
    }
  )
)

const request =
  /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\d{1,5})?(?:\/(?:[\w.~-]|%20){1,100}){2,12}\/\d{1,12}$/

/** A pull request's page, as forges number them: `https://host/owner/name/pull/1`; some have no TLS, some names of projects with spaces. No user, query or fragment. */
export const PullRequestUrl = Schema.String.check(
  rule<string>(
    "the address of a pull request",
    (text) => text.length <= 500 && request.test(text) && !/\/\.{1,2}\//.test(text),
    { format: "uri" }
  )
)

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A session's id. */
export const SessionId = Schema.String.check(
  rule<string>("a UUID in lower case", (text) => uuid.test(text), { format: "uuid" })
)

const between = (what: string, max: number) => rule<number>(`${what} from 0 to ${max}`, (it) => it >= 0 && it <= max)

/** USD of one attempt or one run. */
export const Cost = Schema.Finite.check(between("an amount", 1_000_000))

/** Tokens, turns, answers. */
export const Count = Schema.Int.check(between("a count", 1_000_000_000_000))
