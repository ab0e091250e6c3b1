/** The parts of Azure DevOps' answers that are read. */
import { Schema } from "effect"

const Commit = Schema.optionalKey(Schema.NullOr(Schema.Struct({ commitId: Schema.String })))

export const AzurePullRequest = Schema.Struct({
  pullRequestId: Schema.Int,
  status: Schema.Literals(["active", "completed", "abandoned", "notSet"]),
  title: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  isDraft: Schema.optionalKey(Schema.Boolean),
  sourceRefName: Schema.String,
  /** As it was when the merge was last tried. */
  lastMergeSourceCommit: Commit,
  /** The fork that it comes from. */
  forkSource: Schema.optionalKey(Schema.NullOr(Schema.Unknown)),
  repository: Schema.Struct({ webUrl: Schema.optionalKey(Schema.String) }),
  reviewers: Schema.optionalKey(Schema.Array(Schema.Struct({
    uniqueName: Schema.optionalKey(Schema.String),
    /** -10 no, -5 waits for the author, 5 with suggestions, 10 yes. */
    vote: Schema.optionalKey(Schema.Int)
  })))
})
export type AzurePullRequest = typeof AzurePullRequest.Type

const listOf = <S extends Schema.Constraint>(item: S) => Schema.Struct({ value: Schema.Array(item) })

export const AzurePullRequests = listOf(AzurePullRequest)

export const AzureThreads = listOf(Schema.Struct({
  id: Schema.Int,
  status: Schema.optionalKey(Schema.NullOr(Schema.String)),
  threadContext: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    filePath: Schema.optionalKey(Schema.NullOr(Schema.String)),
    rightFileStart: Schema.optionalKey(Schema.NullOr(Schema.Struct({ line: Schema.Int })))
  }))),
  comments: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Schema.Int,
    content: Schema.optionalKey(Schema.NullOr(Schema.String)),
    commentType: Schema.optionalKey(Schema.String),
    author: Schema.optionalKey(
      Schema.Struct({ id: Schema.optionalKey(Schema.String), uniqueName: Schema.optionalKey(Schema.String) })
    )
  })))
}))

export const AzureStatuses = listOf(Schema.Struct({
  state: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  targetUrl: Schema.optionalKey(Schema.NullOr(Schema.String)),
  context: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    name: Schema.optionalKey(Schema.NullOr(Schema.String)),
    genre: Schema.optionalKey(Schema.NullOr(Schema.String))
  })))
}))

export const AzureConnection = Schema.Struct({ authenticatedUser: Schema.Struct({ id: Schema.String }) })

export const AzureItem = Schema.Struct({
  /** Absent of an empty file. */
  content: Schema.optionalKey(Schema.NullOr(Schema.String)),
  isFolder: Schema.optionalKey(Schema.Boolean),
  isSymLink: Schema.optionalKey(Schema.Boolean)
})
