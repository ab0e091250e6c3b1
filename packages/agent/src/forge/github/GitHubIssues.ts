/** Issues at GitHub, and who of those that write there may push. */
import { Effect, Schema } from "effect"
import type { Issue, IssueComment, Repository } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import { mayWriteAt } from "../rest/Permission.ts"
import { RenamedRepository } from "../rest/Renames.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { GitHubComment, GitHubIssue } from "./GitHubShapes.ts"

const Comments = Schema.Array(GitHubComment)

/** The most that GitHub gives at once, and how many pages of them are read. */
const perPage = 100
const mostPages = 2

/** What GitHub calls people who belong to a repository or to its organization. */
const members: ReadonlySet<string> = new Set(["OWNER", "MEMBER", "COLLABORATOR"])

const mayPush: ReadonlySet<string> = new Set(["admin", "write"])

const commentOf = ({ author_association = "NONE", body, user }: GitHubComment): IssueComment => ({
  author: user?.login ?? "",
  body: body ?? "",
  member: members.has(author_association)
})

/** Pages with the newest comments; there is at least one, whatever the number says. */
export const newestPages = (comments: number): ReadonlyArray<number> => {
  const last = Math.max(1, Math.ceil(comments / perPage))
  const first = Math.max(1, last - mostPages + 1)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Of the repository at this path of the API. */
export const issuesAt = (call: RestClient, repository: string): Pick<Repository, "issue" | "mayWrite"> => {
  const operation = "read the issue at"

  /** One that was transferred; where the whole repository has another name, that comes out instead. */
  const transferred = (ref: string, path: string) =>
    call({ operation: "look at", method: "GET", path: repository, answer: RenamedRepository }).pipe(
      Effect.andThen(
        new ForgeError({
          operation,
          ref,
          reason: { _tag: "Refused", words: `the issue has been transferred to ${path}` }
        })
      )
    )

  return {
    issue: Effect.fnUntraced(function*(number) {
      const path = `${repository}/issues/${number}`
      const found = yield* call({ operation, method: "GET", path, answer: GitHubIssue }).pipe(
        Effect.catchIf(
          ({ reason }) => reason._tag === "Moved",
          ({ ref, reason }) => transferred(ref, reason._tag === "Moved" ? reason.path : "")
        )
      )
      const pages = newestPages(found.comments)
      const comments = yield* Effect.forEach(pages, (page) =>
        call({
          operation: "read the comments at",
          method: "GET",
          path: `${path}/comments?per_page=${perPage}&page=${page}`,
          answer: Comments
        }))
      const issue: Issue = {
        ...commentOf(found),
        number: found.number,
        url: found.html_url,
        title: found.title,
        state: found.state,
        isPullRequest: found.pull_request !== undefined,
        comments: comments.flat().map(commentOf),
        olderComments: ((pages[0] ?? 1) - 1) * perPage
      }
      return issue
    }),
    mayWrite: mayWriteAt(call, repository, mayPush)
  }
}
