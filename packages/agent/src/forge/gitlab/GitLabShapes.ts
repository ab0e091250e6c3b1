/** The parts of GitLab's answers that are read. */
import { Schema } from "effect"

export const GitLabProject = Schema.Struct({
  id: Schema.Int,
  path_with_namespace: Schema.String,
  archived: Schema.optionalKey(Schema.Boolean),
  merge_requests_access_level: Schema.optionalKey(Schema.NullOr(Schema.String))
})

export const GitLabMergeRequest = Schema.Struct({
  iid: Schema.Int,
  web_url: Schema.String,
  state: Schema.Literals(["opened", "closed", "locked", "merged"]),
  title: Schema.String,
  description: Schema.NullOr(Schema.String),
  draft: Schema.optionalKey(Schema.Boolean),
  source_branch: Schema.String,
  /** None until the branch's head was looked at. */
  sha: Schema.NullOr(Schema.String),
  /** None where a fork was deleted. */
  source_project_id: Schema.NullOr(Schema.Int),
  target_project_id: Schema.Int
})
export type GitLabMergeRequest = typeof GitLabMergeRequest.Type

const User = Schema.Struct({ id: Schema.Int, username: Schema.String })

export const GitLabUser = User
export const GitLabUsers = Schema.Array(User)

export const GitLabMembers = Schema.Array(
  Schema.Struct({ username: Schema.String, access_level: Schema.Int, state: Schema.optionalKey(Schema.String) })
)

export const GitLabReviewers = Schema.Array(Schema.Struct({ user: User, state: Schema.String }))

export const GitLabNote = Schema.Struct({
  id: Schema.Int,
  body: Schema.String,
  author: Schema.NullOr(User),
  /** Written by GitLab about what happened. */
  system: Schema.Boolean,
  resolvable: Schema.optionalKey(Schema.Boolean),
  resolved: Schema.optionalKey(Schema.Boolean),
  position: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    new_path: Schema.optionalKey(Schema.NullOr(Schema.String)),
    new_line: Schema.optionalKey(Schema.NullOr(Schema.Int))
  })))
})
export type GitLabNote = typeof GitLabNote.Type

export const GitLabStatuses = Schema.Array(Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  status: Schema.String,
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  target_url: Schema.optionalKey(Schema.NullOr(Schema.String)),
  allow_failure: Schema.optionalKey(Schema.Boolean)
}))

export const GitLabIssue = Schema.Struct({
  iid: Schema.Int,
  web_url: Schema.String,
  title: Schema.String,
  description: Schema.NullOr(Schema.String),
  state: Schema.Literals(["opened", "closed"]),
  author: Schema.NullOr(User),
  /** The issue that it has become elsewhere. */
  moved_to_id: Schema.optionalKey(Schema.NullOr(Schema.Int))
})

export const GitLabFile = Schema.Struct({ encoding: Schema.String, content: Schema.String })
