/** The parts of Gitea's and Forgejo's answers that are read. */
import { Schema } from "effect"

/** `label` is the branch's name also when the branch is gone, where `ref` is not. */
const Branch = Schema.Struct({
  label: Schema.String,
  ref: Schema.String,
  sha: Schema.String,
  /** None where a fork was deleted. */
  repo_id: Schema.Int
})

export const GiteaPullRequest = Schema.Struct({
  number: Schema.Int,
  html_url: Schema.String,
  state: Schema.Literals(["open", "closed"]),
  merged: Schema.Boolean,
  title: Schema.String,
  body: Schema.NullOr(Schema.String),
  draft: Schema.Boolean,
  head: Branch,
  base: Branch
})
export type GiteaPullRequest = typeof GiteaPullRequest.Type

const Author = { body: Schema.String, user: Schema.NullOr(Schema.Struct({ login: Schema.String })) }

export const GiteaComment = Schema.Struct(Author)
export type GiteaComment = typeof GiteaComment.Type

export const GiteaIssue = Schema.Struct({
  ...Author,
  number: Schema.Int,
  html_url: Schema.String,
  state: Schema.Literals(["open", "closed"]),
  title: Schema.String,
  pull_request: Schema.NullOr(Schema.Unknown)
})

/** What a person may do: `owner`, `admin`, `write`, `read` or `none`. */
