/** The parts of GitHub's answers that are read. */
import { Schema } from "effect"

const Branch = Schema.Struct({
  ref: Schema.String,
  sha: Schema.String,
  /** None where a fork was deleted. */
  repo: Schema.optionalKey(Schema.NullOr(Schema.Struct({ full_name: Schema.String })))
})

export const GitHubPullRequest = Schema.Struct({
  number: Schema.Int,
  html_url: Schema.String,
  state: Schema.Literals(["open", "closed"]),
  merged_at: Schema.NullOr(Schema.String),
  title: Schema.String,
  body: Schema.NullOr(Schema.String),
  draft: Schema.optionalKey(Schema.Boolean),
  node_id: Schema.optionalKey(Schema.String),
  head: Branch,
  base: Branch
})
export type GitHubPullRequest = typeof GitHubPullRequest.Type
const Author = {
  body: Schema.optionalKey(Schema.NullOr(Schema.String)),
  user: Schema.NullOr(Schema.Struct({ login: Schema.String })),
  author_association: Schema.optionalKey(Schema.String)
}

export const GitHubIssue = Schema.Struct({
  ...Author,
  number: Schema.Int,
  html_url: Schema.String,
  state: Schema.Literals(["open", "closed"]),
  title: Schema.String,
  /** How many there are. */
  comments: Schema.Int,
  pull_request: Schema.optionalKey(Schema.Unknown)
})

export const GitHubComment = Schema.Struct(Author)
export type GitHubComment = typeof GitHubComment.Type

/** What a person may do: `admin`, `write`, `read` or `none`, whatever the roles of the organization are called. */
