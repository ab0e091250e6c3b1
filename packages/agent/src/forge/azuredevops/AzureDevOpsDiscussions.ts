/** What people and pipelines say about a pull request. */
import { Effect, Schema } from "effect"
import type { Check, Discussion } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { reviewWords } from "../rest/CommentWords.ts"
import { checkWords, together } from "../rest/Discussions.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { AzureConnection, type AzurePullRequest, AzureStatuses, AzureThreads } from "./AzureDevOpsShapes.ts"

const stateOf = (state: string | undefined): Check["state"] => {
  switch (state) {
    case "succeeded":
    case "notApplicable":
    case "partiallySucceeded":
      return "passed"
    case "failed":
    case "error":
      return "failed"
    default:
      return "pending"
  }
}

const settled: ReadonlySet<string> = new Set(["fixed", "wontFix", "closed", "byDesign"])

export const discussionsAt = (
  call: RestClient,
  { owner, repository, version }: { readonly repository: string; readonly owner: string; readonly version: string },
  get: (id: number) => Effect.Effect<AzurePullRequest, ForgeError>
): Pick<Discussion, "review" | "checks" | "answer"> => {
  const threadsPath = (id: number) => `${repository}/pullrequests/${id}/threads`
  const threads = (id: number) =>
    call({
      operation: "read the comments at",
      method: "GET",
      path: `${threadsPath(id)}?${version}`,
      answer: AzureThreads
    }).pipe(
      Effect.map(({ value }) =>
        value.flatMap(({ comments = [], id, status, threadContext }) =>
          comments.filter(({ commentType }) => commentType !== "system").map((comment) => ({
            ...comment,
            thread: id,
            isOpen: !settled.has(status ?? ""),
            path: threadContext?.filePath ?? undefined,
            line: threadContext?.rightFileStart?.line
          }))
        )
      )
    )

  return {
    review: Effect.fnUntraced(function*(id, author) {
      const { reviewers = [] } = yield* get(id)
      if (!reviewers.some(({ uniqueName, vote = 0 }) => uniqueName === author && vote < 0)) return undefined
      const written = (yield* threads(id)).filter((each) => each.author?.uniqueName === author && each.isOpen)
      return {
        id: written.at(-1)?.thread ?? 0,
        author,
        words: reviewWords(written.map(({ content, line, path }) => ({ body: content ?? "", line, path })))
      }
    }),
    checks: (commit) =>
      call({
        operation: "look for statuses at",
        method: "GET",
        path: `${repository}/commits/${commit}/statuses?latestOnly=true&top=100&${version}`,
        answer: AzureStatuses
      }).pipe(
        Effect.map(({ value }) =>
          together(value.map(({ context, description, state, targetUrl }): Check => ({
            name: [context?.genre, context?.name].filter((text) => (text ?? "") !== "").join("/"),
            state: stateOf(state),
            words: checkWords(description, targetUrl)
          })))
        )
      ),
    answer: Effect.fnUntraced(function*(id, mark, text) {
      const { authenticatedUser } = yield* call({
        operation: "ask whose the token is at",
        method: "GET",
        // Of the organization or the collection, and not of the project.
        path: `/${owner.split("/").slice(0, -1).join("/")}/_apis/connectionData`.replace("//", "/"),
        answer: AzureConnection
      })
      const ours = (yield* threads(id)).find((each) =>
        each.author?.id === authenticatedUser.id && each.content?.includes(mark) === true
      )
      if (ours?.content === text) return
      yield* call({
        operation: "comment at",
        ...(ours === undefined
          ? {
            method: "POST",
            path: `${threadsPath(id)}?${version}`,
            body: { comments: [{ parentCommentId: 0, content: text, commentType: 1 }], status: 4 }
          }
          : {
            method: "PATCH",
            path: `${threadsPath(id)}/${ours.thread}/comments/${ours.id}?${version}`,
            body: { content: text }
          }),
        answer: Schema.Unknown
      })
    })
  }
}
