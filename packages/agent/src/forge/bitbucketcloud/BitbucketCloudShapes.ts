/** The parts of Bitbucket Cloud's answers that are read. Much may be absent, and is where an account or a fork is gone. */
import { Schema } from "effect"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Account = Schema.Struct({
  uuid: Schema.optionalKey(Schema.String),
  account_id: optional(Schema.String),
  nickname: optional(Schema.String)
})
export const BitbucketAccount = Account
export type BitbucketAccount = typeof Account.Type

const Named = optional(Schema.Struct({ full_name: Schema.String }))

const End = Schema.Struct({
  branch: Schema.Struct({ name: Schema.String }),
  /** Its first twelve digits. */
  commit: optional(Schema.Struct({ hash: Schema.String })),
  repository: Named
})

export const BitbucketPullRequest = Schema.Struct({
  id: Schema.Int,
  links: Schema.Struct({ html: Schema.Struct({ href: Schema.String }) }),
  title: Schema.String,
  state: Schema.Literals(["OPEN", "MERGED", "DECLINED", "SUPERSEDED"]),
  draft: Schema.optionalKey(Schema.Boolean),
  summary: optional(Schema.Struct({ raw: optional(Schema.String) })),
  source: End,
  destination: End,
  reviewers: Schema.optionalKey(Schema.Array(Account)),
  participants: Schema.optionalKey(Schema.Array(Schema.Struct({
    user: optional(Account),
    state: optional(Schema.String)
  })))
})
export type BitbucketPullRequest = typeof BitbucketPullRequest.Type

const pageOf = <S extends Schema.Constraint>(item: S) =>
  Schema.Struct({ values: Schema.Array(item), next: Schema.optionalKey(Schema.String) })

export const BitbucketPullRequests = pageOf(BitbucketPullRequest)

export const BitbucketCommit = Schema.Struct({ hash: Schema.String })

export const BitbucketBranches = pageOf(Schema.Struct({ target: BitbucketCommit }))

/** `commit_file` or `commit_directory`. */
export const BitbucketEntry = Schema.Struct({ type: Schema.String })

export const BitbucketComment = Schema.Struct({
  id: Schema.Int,
  content: optional(Schema.Struct({ raw: optional(Schema.String) })),
  user: optional(Account),
  deleted: Schema.optionalKey(Schema.Boolean),
  inline: optional(Schema.Struct({ path: Schema.String, to: optional(Schema.Int) }))
})
export type BitbucketComment = typeof BitbucketComment.Type
export const BitbucketComments = pageOf(BitbucketComment)

export const BitbucketStatuses = pageOf(Schema.Struct({
  key: Schema.String,
  name: optional(Schema.String),
  state: Schema.String,
  description: optional(Schema.String),
  url: optional(Schema.String)
}))

export const BitbucketIssue = Schema.Struct({
  id: Schema.Int,
  links: Schema.Struct({ html: Schema.Struct({ href: Schema.String }) }),
  title: Schema.String,
  state: Schema.String,
  content: optional(Schema.Struct({ raw: optional(Schema.String) })),
  reporter: optional(Account)
})

export const BitbucketMembers = pageOf(Schema.Struct({ user: Account }))
export const BitbucketPermissions = pageOf(Schema.Struct({ permission: Schema.String, user: optional(Account) }))
