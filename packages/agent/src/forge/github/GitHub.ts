/** Pull requests at GitHub: found before one is opened, so that doing it again, or twice at once, ends with the same one. */
import { Duration, Effect, Schema } from "effect"
import { ForgeError } from "../ForgeError.ts"
import { bodyWith } from "../PullRequestText.ts"
import type { GitHubClient } from "./GitHubClient.ts"
import { GitHubPullRequest, GitHubRepository } from "./GitHubShapes.ts"

export interface PullRequestWish {
  readonly title: string
  /** Our part of the body. */
  readonly part: string
  readonly runUid: string
  readonly branch: string
  readonly base: string
  /** The commit that the pull request must show. */
  readonly head: string
  /** The one that this run had before; closed means that a person closed it. */
  readonly known: string | undefined
  readonly draft: boolean
  readonly labels: ReadonlyArray<string>
  readonly reviewers: ReadonlyArray<string>
  readonly teamReviewers: ReadonlyArray<string>
}

export type Choice =
  | { readonly _tag: "Update"; readonly pullRequest: GitHubPullRequest }
  | { readonly _tag: "Merged"; readonly pullRequest: GitHubPullRequest }
  | { readonly _tag: "Closed"; readonly url: string }
  | { readonly _tag: "Open" }

/** What to do, by what there is. */
export const choosePullRequest = (
  found: ReadonlyArray<GitHubPullRequest>,
  { head, known }: Pick<PullRequestWish, "head" | "known">
): Choice => {
  const open = found.find(({ state }) => state === "open")
  if (open !== undefined) return { _tag: "Update", pullRequest: open }
  const merged = found.find((each) => each.merged_at !== null && each.head.sha === head)
  if (merged !== undefined) return { _tag: "Merged", pullRequest: merged }
  const closed = found.find((each) => each.html_url === known && each.merged_at === null)
  return closed === undefined ? { _tag: "Open" } : { _tag: "Closed", url: closed.html_url }
}

const PullRequests = Schema.Array(GitHubPullRequest)

/** How often, and how many milliseconds apart, a pull request is read until it shows the branch's new head. */
const readings = { times: 6, pause: 500 }

interface RepositoryName {
  readonly owner: string
  readonly name: string
}

/** How often a repository may have been renamed on the way. */
const mostMoves = 3

/** The same for a repository by whatever name it has now: one that was renamed is followed at the same API. */
export const deliverToGitHub = (call: GitHubClient, given: RepositoryName) => {
  let now = given
  const nameAt = (path: string, moves: number): Effect.Effect<RepositoryName, ForgeError> => {
    const [repository] = /^\/(?:repositories\/\d+|repos\/[\w.-]+\/[\w.-]+)(?![^/?])/.exec(path) ?? []
    if (repository === undefined || moves > mostMoves) {
      return Effect.fail(
        new ForgeError({ operation: "follow", ref: `${given.owner}/${given.name}`, reason: { _tag: "Moved", path } })
      )
    }
    return call({ operation: "look at", method: "GET", path: repository, answer: GitHubRepository }).pipe(
      Effect.map((answer): RepositoryName => {
        const [owner = "", name = ""] = answer.full_name.split("/")
        return { owner, name }
      }),
      Effect.catchIf(isMoved, (error) => nameAt(pathOf(error), moves + 1))
    )
  }
  const go = (wish: PullRequestWish, moves: number): Effect.Effect<string, ForgeError> =>
    deliverTo(call, now)(wish).pipe(
      Effect.catchIf((error) => isMoved(error) && moves < mostMoves, (error) =>
        nameAt(pathOf(error), moves + 1).pipe(
          Effect.tap((next) =>
            Effect.logWarning(
              `${now.owner}/${now.name} is ${next.owner}/${next.name} now: set repositoryUrl to it, before somebody takes the old name`
            )
          ),
          Effect.flatMap((next) => {
            now = next
            return go(wish, moves + 1)
          })
        ))
    )
  return (wish: PullRequestWish) => go(wish, 0)
}

const isMoved = ({ reason }: ForgeError): boolean => reason._tag === "Moved"
const pathOf = ({ reason }: ForgeError): string => (reason._tag === "Moved" ? reason.path : "")

/** Finds or opens the pull request and reads it back. */
const deliverTo = (call: GitHubClient, { name, owner }: RepositoryName) => {
  const repository = `/repos/${owner}/${name}`
  const failed = (operation: string, reason: ForgeError["reason"]) =>
    new ForgeError({ operation, ref: `${owner}/${name}`, reason })

  const find = (branch: string) =>
    call({
      operation: "look for pull requests at",
      method: "GET",
      path: `${repository}/pulls?state=all&sort=created&direction=desc&per_page=30&head=${
        encodeURIComponent(`${owner}:${branch}`)
      }`,
      answer: PullRequests
    })

  const create = (wish: PullRequestWish, draft: boolean) =>
    call({
      operation: "open a pull request at",
      method: "POST",
      path: `${repository}/pulls`,
      body: { title: wish.title, head: wish.branch, base: wish.base, body: wish.part, draft },
      answer: GitHubPullRequest
    })

  /** What people see beside the pull request; without it the work is delivered all the same. */
  const decorate = (number: number, { labels, reviewers, teamReviewers }: PullRequestWish) => {
    const optional = (operation: string, path: string, body: Readonly<Record<string, ReadonlyArray<string>>>) =>
      Object.values(body).every((names) => names.length === 0) ? Effect.void : call({
        operation,
        method: "POST",
        path: `${repository}${path}`,
        body,
        answer: Schema.Unknown
      }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
    return Effect.all([
      optional("label", `/issues/${number}/labels`, { labels }),
      optional("ask for reviews at", `/pulls/${number}/requested_reviewers`, {
        reviewers,
        team_reviewers: teamReviewers
      })
    ], { discard: true })
  }

  const open = (wish: PullRequestWish) =>
    create(wish, wish.draft).pipe(
      Effect.catchIf(
        ({ reason }) => wish.draft && reason._tag === "Refused" && /draft/i.test(reason.words),
        () => create(wish, false)
      ),
      Effect.tap(({ number }) => decorate(number, wish)),
      Effect.map(({ number }) => number),
      // Somebody, perhaps a request of ours whose answer was lost, was quicker.
      Effect.catchIf(({ reason }) => reason._tag === "Refused" && /already exists/i.test(reason.words), (error) =>
        find(wish.branch).pipe(
          Effect.map((found) =>
            found.find(({ state }) => state === "open")?.number
          ),
          Effect.filterOrFail((number) => number !== undefined, () => error)
        ))
    )

  const update = Effect.fnUntraced(function*(pullRequest: GitHubPullRequest, wish: PullRequestWish) {
    const body = bodyWith(pullRequest.body, wish.part, wish.runUid)
    if (body !== (pullRequest.body ?? "")) {
      yield* call({
        operation: "update the pull request at",
        method: "PATCH",
        path: `${repository}/pulls/${pullRequest.number}`,
        body: { body },
        answer: GitHubPullRequest
      })
    }
    return pullRequest.number
  })

  const readBack = Effect.fnUntraced(function*(number: number, { branch, head }: PullRequestWish) {
    for (let reading = 1;; reading++) {
      const seen = yield* call({
        operation: "read back the pull request at",
        method: "GET",
        path: `${repository}/pulls/${number}`,
        answer: GitHubPullRequest
      })
      if (seen.head.ref === branch && seen.head.sha === head) {
        if (seen.state === "open" || seen.merged_at !== null) return seen.html_url
        return yield* failed("read back the pull request at", { _tag: "Closed", url: seen.html_url })
      }
      if (reading === readings.times) {
        return yield* failed("read back the pull request at", {
          _tag: "Unavailable",
          words: `${seen.html_url} shows ${seen.head.ref} at ${seen.head.sha.slice(0, 12)}, not the pushed commit`
        })
      }
      yield* Effect.sleep(Duration.millis(readings.pause))
    }
  })

  return Effect.fn("GitHub.deliver")(function*(wish: PullRequestWish) {
    const choice = choosePullRequest(yield* find(wish.branch), wish)
    switch (choice._tag) {
      case "Closed":
        return yield* failed("deliver to", { _tag: "Closed", url: choice.url })
      case "Merged":
        return yield* readBack(choice.pullRequest.number, wish)
      case "Update":
        return yield* readBack(yield* update(choice.pullRequest, wish), wish)
      case "Open":
        return yield* readBack(yield* open(wish), wish)
    }
  })
}
