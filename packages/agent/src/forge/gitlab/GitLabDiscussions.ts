/** What people and pipelines say about a merge request. */
import { Effect, Schema } from "effect"
import type { Check, Discussion } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { reviewWords } from "../rest/CommentWords.ts"
import { checkWords, everyPage, together } from "../rest/Discussions.ts"
import { logsOf } from "../rest/LogTail.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { type GitLabNote, GitLabNote as Note, GitLabReviewers, GitLabStatuses, GitLabUser } from "./GitLabShapes.ts"

const Notes = Schema.Array(Note)

const stateOf = (status: string, mayFail: boolean): Check["state"] => {
  switch (status) {
    case "success":
    case "skipped":
    // Waits for a person, and keeps nobody from merging.
    case "manual":
      return "passed"
    case "failed":
      return mayFail ? "passed" : "failed"
    case "canceled":
    case "canceling":
      return "cancelled"
    default:
      return "pending"
  }
}

const isOpen = ({ resolvable, resolved, system }: GitLabNote): boolean =>
  !system && !(resolvable === true && resolved === true)

export const discussionsAt = (
  call: RestClient,
  tail: (path: string) => Effect.Effect<string, ForgeError>,
  project: string
): Pick<Discussion, "review" | "checks" | "answer"> => {
  const notesAt = (path: string) =>
    everyPage<GitLabNote>((page) =>
      Effect.map(
        call({ operation: "read the comments at", method: "GET", path: `${path}?sort=asc&${page}`, answer: Notes }),
        (items) => ({ items })
      )
    )
  const path = (id: number) => `${project}/merge_requests/${id}`
  return {
    // A reviewer asks for changes with a button beside what is written.
    review: Effect.fnUntraced(function*(id, author) {
      const reviewers = yield* call({
        operation: "read the reviews at",
        method: "GET",
        path: `${path(id)}/reviewers`,
        answer: GitLabReviewers
      })
      const asks = reviewers.some(({ state, user }) => user.username === author && state === "requested_changes")
      if (!asks) return undefined
      const notes = (yield* notesAt(`${path(id)}/notes`)).filter((note) =>
        note.author?.username === author && isOpen(note)
      )
      return {
        id: notes.at(-1)?.id ?? 0,
        author,
        words: reviewWords(notes.map(({ body, position }) => ({
          body,
          path: position?.new_path ?? undefined,
          line: position?.new_line
        })))
      }
    }),
    checks: Effect.fnUntraced(function*(commit) {
      const statuses = yield* everyPage((page) =>
        Effect.map(
          call({
            operation: "look for statuses at",
            method: "GET",
            path: `${project}/repository/commits/${commit}/statuses?${page}`,
            answer: GitLabStatuses
          }),
          (items) => ({ items })
        )
      )
      const checks = statuses.map((each) => ({ ...each, state: stateOf(each.status, each.allow_failure === true) }))
      // A status that another program has set is no job, and has no log.
      const logs = yield* logsOf(
        checks.filter(({ state }) => state === "failed").map(({ id }) => id),
        (id) => Effect.orElseSucceed(tail(`${project}/jobs/${id}/trace`), () => "")
      )
      return together(checks.map(({ description, id, name, state, target_url }): Check => ({
        name,
        state,
        words: checkWords(description, target_url, logs.get(id))
      })))
    }),
    answer: Effect.fnUntraced(function*(id, mark, text) {
      const { username } = yield* call({
        operation: "ask whose the token is at",
        method: "GET",
        path: "/user",
        answer: GitLabUser
      })
      const ours = (yield* notesAt(`${path(id)}/notes`)).find(({ author, body }) =>
        author?.username === username && body.includes(mark)
      )
      if (ours?.body === text) return
      yield* call({
        operation: "comment at",
        ...(ours === undefined
          ? { method: "POST", path: `${path(id)}/notes` }
          : { method: "PUT", path: `${path(id)}/notes/${ours.id}` }),
        body: { body: text },
        answer: Schema.Unknown
      })
    })
  }
}
