/** Issues at GitLab, and who of those that write there may push. */
import { Effect, Schema } from "effect"
import type { Issue, Repository } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import { unlessUntold } from "../rest/Permission.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { GitLabIssue, GitLabMembers, GitLabNote } from "./GitLabShapes.ts"

const Notes = Schema.Array(GitLabNote)

const perPage = 100

/** Developer, in numbers. */
const mayPush = 30

export const issuesAt = (call: RestClient, project: string): Pick<Repository, "issue" | "mayWrite"> => ({
  issue: Effect.fnUntraced(function*(number) {
    const path = `${project}/issues/${number}`
    const operation = "read the issue at"
    const found = yield* call({ operation, method: "GET", path, answer: GitLabIssue })
    if ((found.moved_to_id ?? null) !== null) {
      const words = "the issue has been moved to another project: name it as it is called there"
      return yield* new ForgeError({ operation, ref: path, reason: { _tag: "Refused", words } })
    }
    // The newest two pages; that there are more is known where the second is full.
    const pages = yield* Effect.forEach([1, 2], (page) =>
      call({
        operation: "read the comments at",
        method: "GET",
        path: `${path}/notes?sort=desc&order_by=created_at&per_page=${perPage}&page=${page}`,
        answer: Notes
      }))
    const notes = pages.flat()
    const issue: Issue = {
      author: found.author?.username ?? "",
      body: found.description ?? "",
      member: false,
      number: found.iid,
      url: found.web_url,
      title: found.title,
      state: found.state === "opened" ? "open" : "closed",
      isPullRequest: false,
      comments: notes.filter(({ system }) => !system).toReversed().map(({ author, body }) => ({
        author: author?.username ?? "",
        body,
        member: false
      })),
      olderComments: notes.length === 2 * perPage ? 1 : 0
    }
    return issue
  }),
  mayWrite: (login) =>
    call({
      operation: "ask for permissions at",
      method: "GET",
      path: `${project}/members/all?per_page=${perPage}&query=${encodeURIComponent(login)}`,
      answer: GitLabMembers
    }).pipe(
      Effect.map((members) =>
        members.some(({ access_level, state, username }) =>
          username === login && access_level >= mayPush && (state ?? "active") === "active"
        )
      ),
      unlessUntold
    )
})
