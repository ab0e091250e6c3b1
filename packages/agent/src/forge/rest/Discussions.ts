/** What people and programs say about a pull request, by the paths and shapes that GitHub's API and those made after it have in common. */
import { Effect, Schema } from "effect"
import type { Check, Checks, Discussion } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { reviewWords } from "./CommentWords.ts"
import type { RestClient } from "./RestClient.ts"

const User = Schema.NullOr(Schema.Struct({ login: Schema.String }))

const Reviews = Schema.Array(Schema.Struct({
  id: Schema.Int,
  user: User,
  state: Schema.String,
  body: Schema.optionalKey(Schema.NullOr(Schema.String)),
  dismissed: Schema.optionalKey(Schema.Boolean)
}))

const ReviewComments = Schema.Array(Schema.Struct({
  id: Schema.Int,
  path: Schema.String,
  body: Schema.String,
  line: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  diff_hunk: Schema.optionalKey(Schema.String)
}))

const Comments = Schema.Array(Schema.Struct({
  id: Schema.Int,
  user: User,
  body: Schema.optionalKey(Schema.NullOr(Schema.String))
}))

/** One of the two names has the state. */
const Statuses = Schema.Struct({
  total_count: Schema.optionalKey(Schema.Int),
  statuses: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    id: Schema.optionalKey(Schema.Int),
    context: Schema.String,
    description: Schema.NullOr(Schema.String),
    state: Schema.optionalKey(Schema.String),
    status: Schema.optionalKey(Schema.String),
    target_url: Schema.optionalKey(Schema.NullOr(Schema.String))
  }))))
})

const pageSize = 100
const mostPages = 10

interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** Of all pages together, where the forge says it. */
  readonly total?: number | undefined
}

/**
 * Everything of a list. A forge may give fewer at once than it was asked for, so that only an empty page is the last; one that has no pages
 * of this list gives the same again.
 */
export const everyPage = <A extends { readonly id?: number }>(
  load: (query: string) => Effect.Effect<Page<A>, ForgeError>,
  before: ReadonlyArray<A> = [],
  page = 1
): Effect.Effect<ReadonlyArray<A>, ForgeError> =>
  load(`per_page=${pageSize}&limit=${pageSize}&page=${page}`).pipe(
    Effect.flatMap(({ items, total }) => {
      const [first] = items
      if (first === undefined || before.some(({ id }) => id !== undefined && id === first.id)) {
        return Effect.succeed(before)
      }
      const all = [...before, ...items]
      return page === mostPages || (total !== undefined && all.length >= total)
        ? Effect.succeed(all)
        : everyPage(load, all, page + 1)
    })
  )

/** Those of the repository's own branches, of as many pages as there are: forks have branches of the same name, and anybody opens many. */
export const ownPages = Effect.fnUntraced(function*<A>(
  size: number,
  isFork: (pull: A) => boolean,
  load: (page: number) => Effect.Effect<ReadonlyArray<A>, ForgeError>
) {
  const own: Array<A> = []
  for (let page = 1; page <= mostPages; page++) {
    const found = yield* load(page)
    own.push(...found.filter((each) => !isFork(each)))
    if (found.length < size) break
  }
  return own
})

/** Comments of reviews say nothing about whether changes are wanted. */
const decisive: ReadonlySet<string> = new Set(["CHANGES_REQUESTED", "REQUEST_CHANGES", "APPROVED", "DISMISSED"])
const wantsChanges: ReadonlySet<string> = new Set(["CHANGES_REQUESTED", "REQUEST_CHANGES"])

const stateOf = (word: string | undefined): Check["state"] => {
  switch (word) {
    case "failure":
    case "error":
      return "failed"
    case "success":
    case "warning":
    case "skipped":
      return "passed"
    default:
      return "pending"
  }
}

/** Failed where one has, once none is under way. Cancelled ones alone leave it open. */
export const together = (checks: ReadonlyArray<Check>): Checks => {
  const has = (state: Check["state"]) => checks.some((check) => check.state === state)
  return {
    state: checks.length === 0 ? "none" : has("pending")
      ? "pending"
      : has("failed")
      ? "failed"
      : has("cancelled")
      ? "pending"
      : "passed",
    failures: checks.filter(({ state }) => state === "failed").map(({ name, words }) => ({ name, words }))
  }
}

/** What a check said, of which any part may be missing. */
export const checkWords = (...said: ReadonlyArray<string | null | undefined>): string =>
  said.filter((text) => (text ?? "") !== "").join("\n")

/** Statuses of a commit; each name once, as the forge has it now. */
export const statusesOf = (call: RestClient, repository: string, commit: string) =>
  everyPage((page) =>
    call({
      operation: "look for statuses at",
      method: "GET",
      path: `${repository}/commits/${commit}/status?${page}`,
      answer: Statuses
    }).pipe(Effect.map(({ statuses, total_count }) => ({ items: statuses ?? [], total: total_count })))
  ).pipe(
    Effect.map((statuses) =>
      statuses.map(({ context, description, state, status, target_url }): Check => ({
        name: context,
        state: stateOf(state ?? status),
        words: checkWords(description, target_url)
      }))
    )
  )

export const discussionsAt = (call: RestClient, repository: string): Pick<Discussion, "review" | "answer"> => {
  const list = <S extends typeof Reviews | typeof ReviewComments | typeof Comments>(
    operation: string,
    path: string,
    answer: S
  ) =>
    everyPage<S["Type"][number]>((page) =>
      Effect.map(call({ operation, method: "GET", path: `${path}?${page}`, answer }), (items) => ({ items }))
    )

  /** Apps have no user of their own: their comments are a bot's. */
  const ownLogin = call({
    operation: "ask whose the token is at",
    method: "GET",
    path: "/user",
    answer: Schema.Struct({ login: Schema.String })
  }).pipe(
    Effect.map(({ login }): string | undefined => login),
    Effect.catchIf(({ reason }) => reason._tag === "Forbidden", () => Effect.succeed(undefined))
  )

  return {
    review: Effect.fnUntraced(function*(id, author) {
      const path = `${repository}/pulls/${id}/reviews`
      const reviews = yield* list("read the reviews at", path, Reviews)
      const newest = reviews.filter(({ state, user }) => user?.login === author && decisive.has(state))
        .toSorted((left, right) => left.id - right.id).at(-1)
      if (newest === undefined || newest.dismissed === true || !wantsChanges.has(newest.state)) return undefined
      const comments = yield* list("read the review at", `${path}/${newest.id}/comments`, ReviewComments)
      const words = reviewWords([
        { body: newest.body ?? "" },
        ...comments.map(({ diff_hunk: hunk, ...comment }) => ({ ...comment, hunk }))
      ])
      return { id: newest.id, author, words }
    }),
    answer: Effect.fnUntraced(function*(id, mark, text) {
      const path = `${repository}/issues/${id}/comments`
      const login = yield* ownLogin
      const isOurs = (name = "") => login === undefined ? name.endsWith("[bot]") : name === login
      const comments = yield* list("read the comments at", path, Comments)
      const ours = comments.find(({ body, user }) => body?.includes(mark) === true && isOurs(user?.login))
      if (ours?.body === text) return
      yield* call({
        operation: "comment at",
        ...(ours === undefined
          ? { method: "POST", path }
          : { method: "PATCH", path: `${repository}/issues/comments/${ours.id}` }),
        body: { body: text },
        answer: Schema.Unknown
      })
    })
  }
}
