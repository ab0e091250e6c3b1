/** Issues of repositories that have a tracker, and who of those that write there may push. */
import { Effect } from "effect"
import type { Issue, Repository } from "../ForgeAdapter.ts"
import { unlessUntold } from "../rest/Permission.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { BitbucketComments, BitbucketIssue, BitbucketPermissions } from "./BitbucketCloudShapes.ts"

const open: ReadonlySet<string> = new Set(["submitted", "new", "open", "on hold"])

const mayPush: ReadonlySet<string> = new Set(["write", "admin"])

const perPage = 100

/** `workspace`: of the repository at this path. */
export const issuesAt = (
  call: RestClient,
  repository: string,
  workspace: string
): Pick<Repository, "issue" | "mayWrite"> => ({
  issue: Effect.fnUntraced(function*(number) {
    const path = `${repository}/issues/${number}`
    const found = yield* call({ operation: "read the issue at", method: "GET", path, answer: BitbucketIssue })
    const { values } = yield* call({
      operation: "read the comments at",
      method: "GET",
      path: `${path}/comments?sort=-created_on&pagelen=${perPage}`,
      answer: BitbucketComments
    })
    const issue: Issue = {
      author: found.reporter?.nickname ?? "",
      body: found.content?.raw ?? "",
      member: false,
      number: found.id,
      url: found.links.html.href,
      title: found.title,
      state: open.has(found.state) ? "open" : "closed",
      isPullRequest: false,
      comments: values.toReversed().flatMap(({ content, user }) =>
        (content?.raw ?? "") === "" ? [] : [{ author: user?.nickname ?? "", body: content?.raw ?? "", member: false }]
      ),
      olderComments: values.length === perPage ? 1 : 0
    }
    return issue
  }),
  // Only administrators of a workspace are told.
  mayWrite: (login) =>
    call({
      operation: "ask for permissions at",
      method: "GET",
      path: `/workspaces/${workspace}/permissions/repositories/${repository.split("/").at(-1)}?pagelen=100&q=${
        encodeURIComponent(`user.nickname="${login.replace(/["\\]/g, "")}"`)
      }`,
      answer: BitbucketPermissions
    }).pipe(
      Effect.map(({ values }) =>
        values.some(({ permission, user }) => user?.nickname === login && mayPush.has(permission))
      ),
      unlessUntold
    )
})
