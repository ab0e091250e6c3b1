/** Issues at Gitea, and who of those that write there may push. Only administrators of a repository are told the latter. */
import { Effect, Schema } from "effect"
import type { Issue, IssueComment, Repository } from "../ForgeAdapter.ts"
import { mayWriteAt } from "../rest/Permission.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { GiteaComment, GiteaIssue } from "./GiteaShapes.ts"

const Comments = Schema.Array(GiteaComment)

const mostComments = 200

/** It says nothing of authors beside their comments: whoever wants to know asks. */
const commentOf = ({ body, user }: GiteaComment): IssueComment => ({ author: user?.login ?? "", body, member: false })

const mayPush: ReadonlySet<string> = new Set(["owner", "admin", "write"])

/** Of the repository at this path of the API. */
export const issuesAt = (call: RestClient, repository: string): Pick<Repository, "issue" | "mayWrite"> => ({
  issue: Effect.fnUntraced(function*(number) {
    const path = `${repository}/issues/${number}`
    const found = yield* call({ operation: "read the issue at", method: "GET", path, answer: GiteaIssue })
    const comments = yield* call({
      operation: "read the comments at",
      method: "GET",
      path: `${path}/comments`,
      answer: Comments
    })
    const issue: Issue = {
      ...commentOf(found),
      number: found.number,
      url: found.html_url,
      title: found.title,
      state: found.state,
      isPullRequest: found.pull_request !== null,
      comments: comments.slice(-mostComments).map(commentOf),
      olderComments: Math.max(0, comments.length - mostComments)
    }
    return issue
  }),
  mayWrite: mayWriteAt(call, repository, mayPush)
})
