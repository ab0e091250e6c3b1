/**
 * What a forge tells, as far as it is believed: which object has changed, and who did it. What the object is now is asked of the forge.
 * Forks' pull requests, bots and what nobody here waits for are left out by whoever reads the payload.
 */
import { Schema } from "effect"

const place = {
  /** Lower case, with the port where it is not the usual one. */
  host: Schema.String,
  /** Owner and name. */
  repository: Schema.String,
  /** Address of the repository's page. */
  page: Schema.String
}
export type ForgePlace = { readonly [key in keyof typeof place]: string }

const item = { ...place, number: Schema.Int, url: Schema.String }

const Events = {
  PullRequest: Schema.Struct({ tag: Schema.Literal("PullRequest"), ...item, branch: Schema.String }),
  Comment: Schema.Struct({
    tag: Schema.Literal("Comment"),
    ...item,
    id: Schema.Int,
    author: Schema.String,
    text: Schema.String
  }),
  Review: Schema.Struct({ tag: Schema.Literal("Review"), ...item, author: Schema.String }),
  Checks: Schema.Struct({ tag: Schema.Literal("Checks"), ...place, commit: Schema.String }),
  Labelled: Schema.Struct({
    tag: Schema.Literal("Labelled"),
    ...item,
    /** Address of the repository as git is given it. */
    cloneUrl: Schema.String,
    labels: Schema.Array(Schema.String),
    author: Schema.String,
    /** RFC 3339. */
    at: Schema.String
  })
}

export const ForgeEvent = Schema.Union(Object.values(Events))
export type ForgeEvent = typeof ForgeEvent.Type
export type EventOf<Tag extends ForgeEvent["tag"]> = Extract<ForgeEvent, { readonly tag: Tag }>
