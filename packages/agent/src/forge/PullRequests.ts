/** A run's pull request at any forge: found before one is opened, so that doing it again, or twice at once, ends with the same one. */
import { Duration, Effect } from "effect"
import type { PullRequest, PullRequestOptions, Repository } from "./ForgeAdapter.ts"
import { ForgeError } from "./ForgeError.ts"
import { bodyWith, shortPart } from "./PullRequestText.ts"
import { pauseAfter, tries } from "./rest/Tries.ts"

export type Choice =
  | { readonly _tag: "Update"; readonly pullRequest: PullRequest }
  | { readonly _tag: "Merged"; readonly pullRequest: PullRequest }
  | { readonly _tag: "Closed"; readonly url: string }
  | { readonly _tag: "Open" }

/** What to do, by what there is. */
export const choosePullRequest = (
  found: ReadonlyArray<PullRequest>,
  { head, known }: Pick<PullRequestOptions, "head" | "known">
): Choice => {
  const open = found.find(({ state }) => state === "open")
  if (open !== undefined) return { _tag: "Update", pullRequest: open }
  const merged = found.find(({ commit, state }) => state === "merged" && commit === head)
  if (merged !== undefined) return { _tag: "Merged", pullRequest: merged }
  const closed = found.find(({ state, url }) => state === "closed" && url === known)
  return closed === undefined ? { _tag: "Open" } : { _tag: "Closed", url: closed.url }
}

/** How often, and how many milliseconds apart, a pull request is read until it shows the branch's new head. */
const readings = { times: 6, pause: 500 }

/** Finds or opens the pull request and reads it back; answers with its address. */
export const deliverPullRequest = Effect.fn("PullRequests.deliver")(
  function*(repository: Repository, options: PullRequestOptions) {
    const { name, owner } = repository.name
    const failed = (operation: string, reason: ForgeError["reason"]) =>
      new ForgeError({ operation, ref: `${owner}/${name}`, reason })

    const openThere = Effect.map(
      repository.find(options.branch),
      (found) => found.find(({ state }) => state === "open")
    )

    /** Where nobody knows whether it was opened, it is looked for before that is tried again: not every forge refuses a second one. */
    const open = (attempt: number): Effect.Effect<PullRequest, ForgeError> =>
      repository.open({ ...options, part: shortPart(options.part, repository.longestBody) }).pipe(
        Effect.catch((error) => {
          // Somebody was quicker.
          if (repository.isDuplicate(error)) {
            return Effect.flatMap(
              openThere,
              (found) => found === undefined ? Effect.fail(error) : Effect.succeed(found)
            )
          }
          if (error.reason._tag !== "Unavailable" || attempt === tries) return Effect.fail(error)
          return Effect.sleep(Duration.seconds(pauseAfter(attempt))).pipe(
            Effect.andThen(openThere),
            Effect.flatMap((found) => found === undefined ? open(attempt + 1) : Effect.succeed(found))
          )
        })
      )

    const update = Effect.fnUntraced(function*(pullRequest: PullRequest) {
      const body = bodyWith(pullRequest.body, options.part, options.runUid, repository.longestBody)
      if (body !== pullRequest.body) yield* repository.update(pullRequest.id, body)
      return pullRequest
    })

    const readBack = Effect.fnUntraced(function*({ id }: PullRequest) {
      for (let reading = 1;; reading++) {
        const seen = yield* repository.read(id)
        if (seen.branch === options.branch && seen.commit === options.head) {
          if (seen.state !== "closed") return seen.url
          return yield* failed("read back the pull request at", { _tag: "Closed", url: seen.url })
        }
        if (reading === readings.times) {
          return yield* failed("read back the pull request at", {
            _tag: "Unavailable",
            words: `${seen.url} shows ${seen.branch} at ${seen.commit.slice(0, 12)}, not the pushed commit`
          })
        }
        yield* Effect.sleep(Duration.millis(readings.pause))
      }
    })

    const choice = choosePullRequest(yield* repository.find(options.branch), options)
    switch (choice._tag) {
      case "Closed":
        return yield* failed("deliver to", { _tag: "Closed", url: choice.url })
      case "Merged":
        return yield* readBack(choice.pullRequest)
      case "Update":
        return yield* readBack(yield* update(choice.pullRequest))
      case "Open":
        return yield* readBack(yield* open(1))
    }
  }
)
