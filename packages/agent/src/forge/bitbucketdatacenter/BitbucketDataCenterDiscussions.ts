/** What people and builds say about a pull request, and who may push. */
import { Effect, Schema } from "effect"
import { buildCheck } from "../bitbucket/BuildCheck.ts"
import type { Discussion, Repository } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { reviewWords } from "../rest/CommentWords.ts"
import { together } from "../rest/Discussions.ts"
import type { RestClient } from "../rest/RestClient.ts"
import {
  DataCenterActivities,
  DataCenterPermissions,
  type DataCenterPullRequest,
  DataCenterStatuses
} from "./BitbucketDataCenterShapes.ts"

interface Page<A> {
  readonly values: ReadonlyArray<A>
  readonly isLastPage?: boolean
  readonly nextPageStart?: number | null
}

const mostPages = 10

/** Everything of a list, which says itself where it goes on. */
const everyValue = <A>(
  load: (query: string) => Effect.Effect<Page<A>, ForgeError>,
  start = 0,
  page = 1
): Effect.Effect<ReadonlyArray<A>, ForgeError> =>
  Effect.flatMap(
    load(`limit=100&start=${start}`),
    ({ isLastPage, nextPageStart, values }) =>
      isLastPage !== false || page === mostPages || typeof nextPageStart !== "number" || nextPageStart <= start
        ? Effect.succeed(values)
        : Effect.map(everyValue(load, nextPageStart, page + 1), (rest) => [...values, ...rest])
  )

const mayPush: ReadonlySet<string> = new Set(["REPO_WRITE", "REPO_ADMIN"])

/** Builds are told beside the API, and not below it. */
const buildsAt = "/../../build-status/1.0/commits"

export const discussionsAt = (
  call: RestClient,
  repository: string,
  get: (id: number) => Effect.Effect<DataCenterPullRequest, ForgeError>
): Pick<Discussion, "review" | "checks" | "answer"> & Pick<Repository, "mayWrite"> => {
  /** Newest first. */
  const comments = (id: number) =>
    everyValue((query) =>
      call({
        operation: "read the comments at",
        method: "GET",
        path: `${repository}/pull-requests/${id}/activities?${query}`,
        answer: DataCenterActivities
      })
    ).pipe(
      Effect.map((found) =>
        found.flatMap(({ action, comment, commentAnchor }) =>
          action === "COMMENTED" && comment !== undefined ? [{ ...comment, anchor: commentAnchor ?? undefined }] : []
        )
      )
    )

  return {
    review: Effect.fnUntraced(function*(id, author) {
      const { reviewers = [] } = yield* get(id)
      if (!reviewers.some(({ status, user }) => user.name === author && status === "NEEDS_WORK")) return undefined
      const written = (yield* comments(id)).filter((each) => each.author?.name === author).toReversed()
      return {
        id: written.at(-1)?.id ?? 0,
        author,
        words: reviewWords(written.map(({ anchor, text }) => ({ body: text, path: anchor?.path, line: anchor?.line })))
      }
    }),
    checks: (commit) =>
      everyValue((query) =>
        call({
          operation: "look for builds at",
          method: "GET",
          path: `${buildsAt}/${commit}?${query}`,
          answer: DataCenterStatuses
        })
      ).pipe(
        Effect.map((found) => together(found.map(buildCheck)))
      ),
    answer: Effect.fnUntraced(function*(id, mark, text) {
      const path = `${repository}/pull-requests/${id}/comments`
      const ours = (yield* comments(id)).find((each) =>
        each.text.includes(mark) && each.permittedOperations?.editable === true
      )
      if (ours?.text === text) return
      yield* call({
        operation: "comment at",
        ...(ours === undefined
          ? { method: "POST", path, body: { text } }
          : { method: "PUT", path: `${path}/${ours.id}`, body: { text, version: ours.version } }),
        answer: Schema.Unknown
      })
    }),
    // Who may by a group or by the project is not told here: only a yes is known.
    mayWrite: (login) =>
      call({
        operation: "ask for permissions at",
        method: "GET",
        path: `${repository}/permissions/users?limit=100&filter=${encodeURIComponent(login)}`,
        answer: DataCenterPermissions
      }).pipe(
        Effect.map(({ values }): boolean | undefined =>
          values.some(({ permission, user }) => user.name === login && mayPush.has(permission)) ? true : undefined
        ),
        Effect.catchIf(
          ({ reason }) => ["Forbidden", "NotFound", "Unauthorized"].includes(reason._tag),
          () => Effect.succeed(undefined)
        )
      )
  }
}
