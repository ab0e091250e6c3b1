/** The parts of Bitbucket Data Center's answers that are read. */
import { Schema } from "effect"

const User = Schema.Struct({ name: Schema.String })

const End = Schema.Struct({
  /** `refs/heads/…`. */
  id: Schema.String,
  latestCommit: Schema.optionalKey(Schema.String),
  repository: Schema.Struct({ slug: Schema.String, project: Schema.Struct({ key: Schema.String }) })
})

const Participant = Schema.Struct({ user: User, status: Schema.optionalKey(Schema.String) })

export const DataCenterPullRequest = Schema.Struct({
  id: Schema.Int,
  /** Goes up with each change; whoever changes it says which one was seen. */
  version: Schema.Int,
  title: Schema.String,
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  state: Schema.Literals(["OPEN", "MERGED", "DECLINED"]),
  draft: Schema.optionalKey(Schema.Boolean),
  fromRef: End,
  toRef: End,
  reviewers: Schema.optionalKey(Schema.Array(Participant)),
  links: Schema.Struct({ self: Schema.Array(Schema.Struct({ href: Schema.String })) })
})
export type DataCenterPullRequest = typeof DataCenterPullRequest.Type

const pageOf = <S extends Schema.Constraint>(item: S) =>
  Schema.Struct({
    values: Schema.Array(item),
    isLastPage: Schema.optionalKey(Schema.Boolean),
    nextPageStart: Schema.optionalKey(Schema.NullOr(Schema.Int))
  })

export const DataCenterPullRequests = pageOf(DataCenterPullRequest)

const Comment = Schema.Struct({
  id: Schema.Int,
  version: Schema.Int,
  text: Schema.String,
  author: Schema.optionalKey(User),
  /** What whoever asks may do with it: the text is its author's to change. */
  permittedOperations: Schema.optionalKey(Schema.Struct({ editable: Schema.optionalKey(Schema.Boolean) }))
})

export const DataCenterActivities = pageOf(Schema.Struct({
  id: Schema.Int,
  action: Schema.String,
  comment: Schema.optionalKey(Comment),
  commentAnchor: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    path: Schema.optionalKey(Schema.String),
    line: Schema.optionalKey(Schema.Int)
  })))
}))

export const DataCenterStatuses = pageOf(Schema.Struct({
  key: Schema.String,
  name: Schema.optionalKey(Schema.NullOr(Schema.String)),
  state: Schema.String,
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  url: Schema.optionalKey(Schema.NullOr(Schema.String))
}))

export const DataCenterPermissions = pageOf(Schema.Struct({ user: User, permission: Schema.String }))

export const DataCenterRepository = Schema.Struct({
  slug: Schema.String,
  archived: Schema.optionalKey(Schema.Boolean),
  project: Schema.Struct({ key: Schema.String })
})
