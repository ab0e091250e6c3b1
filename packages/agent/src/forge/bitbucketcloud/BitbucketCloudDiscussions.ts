/** What people and builds say about a pull request. */
import { Effect, Schema } from "effect"
import { buildCheck } from "../bitbucket/BuildCheck.ts"
import type { Discussion } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { reviewWords } from "../rest/CommentWords.ts"
import { everyPage, together } from "../rest/Discussions.ts"
import type { RestClient } from "../rest/RestClient.ts"
import {
  BitbucketAccount,
  type BitbucketComment,
  BitbucketComments,
  type BitbucketPullRequest,
  BitbucketStatuses
} from "./BitbucketCloudShapes.ts"

export const discussionsAt = (
  call: RestClient,
  repository: string,
  get: (id: number) => Effect.Effect<BitbucketPullRequest, ForgeError>
): Pick<Discussion, "review" | "checks" | "answer"> => {
  const commentsAt = (path: string) =>
    everyPage<BitbucketComment>((page) =>
      call({
        operation: "read the comments at",
        method: "GET",
        path: `${path}?pagelen=100&${page}`,
        answer: BitbucketComments
      }).pipe(Effect.map(({ next, values }) => ({ items: values, total: next === undefined ? 0 : undefined })))
    )

  /** Access tokens are nobody's that may be asked. */
  const own = call({
    operation: "ask whose the token is at",
    method: "GET",
    path: "/user",
    answer: BitbucketAccount
  }).pipe(
    Effect.map(({ uuid }) => uuid),
    Effect.catchIf(
      ({ reason }) => ["Forbidden", "Unauthorized", "NotFound"].includes(reason._tag),
      () => Effect.succeed(undefined)
    )
  )

  return {
    review: Effect.fnUntraced(function*(id, author) {
      const { participants = [] } = yield* get(id)
      const asks = participants.some(({ state, user }) => user?.nickname === author && state === "changes_requested")
      if (!asks) return undefined
      const comments = (yield* commentsAt(`${repository}/pullrequests/${id}/comments`))
        .filter(({ deleted, user }) => user?.nickname === author && deleted !== true)
      return {
        id: comments.at(-1)?.id ?? 0,
        author,
        words: reviewWords(
          comments.map(({ content, inline }) => ({ body: content?.raw ?? "", path: inline?.path, line: inline?.to }))
        )
      }
    }),
    checks: (commit) =>
      everyPage<(typeof BitbucketStatuses.Type)["values"][number] & { readonly id?: never }>((page) =>
        call({
          operation: "look for statuses at",
          method: "GET",
          path: `${repository}/commit/${commit}/statuses?pagelen=100&${page}`,
          answer: BitbucketStatuses
        }).pipe(Effect.map(({ next, values }) => ({ items: values, total: next === undefined ? 0 : undefined })))
      ).pipe(
        Effect.map((found) => together(found.map(buildCheck)))
      ),
    answer: Effect.fnUntraced(function*(id, mark, text) {
      const path = `${repository}/pullrequests/${id}/comments`
      const uuid = yield* own
      const comments = yield* commentsAt(path)
      const ours = comments.find(({ content, deleted, user }) =>
        deleted !== true && content?.raw?.includes(mark) === true
        // Nobody's nickname is an access token's.
        && (uuid === undefined ? (user?.nickname ?? undefined) === undefined : user?.uuid === uuid)
      )
      if (ours?.content?.raw === text) return
      yield* call({
        operation: "comment at",
        ...(ours === undefined ? { method: "POST", path } : { method: "PUT", path: `${path}/${ours.id}` }),
        body: { content: { raw: text } },
        answer: Schema.Unknown
      })
    })
  }
}
