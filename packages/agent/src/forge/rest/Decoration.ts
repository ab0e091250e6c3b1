/** What people see beside a pull request: labels, and whom a review is asked of. Without it the work is delivered all the same. */
import { Effect, Schema } from "effect"
import type { PullRequestOptions } from "../ForgeAdapter.ts"
import type { RestClient } from "./RestClient.ts"

/** Of the repository at this path of the API. */
export const decorateAt =
  (call: RestClient, repository: string) =>
  (number: number, { labels, reviewers, teamReviewers }: PullRequestOptions): Effect.Effect<void> => {
    const optional = (operation: string, path: string, body: Readonly<Record<string, ReadonlyArray<string>>>) =>
      Object.values(body).every((names) => names.length === 0) ? Effect.void : call({
        operation,
        method: "POST",
        isRepeatable: true,
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
