/** Why a forge did not do what it was asked, in terms of what a person does about it. */
import { Schema } from "effect"

export const ForgeReason = Schema.TaggedUnion({
  /** The token is missing, wrong or expired. */
  Unauthorized: {},
  /** The token, its owner, the organization or the repository does not allow it; the advice goes with the cause. */
  Forbidden: { words: Schema.String, advice: Schema.String },
  /** The repository has another name now; the API's path for it. */
  Moved: { path: Schema.String },
  /** No such repository, or none that the token may see. */
  NotFound: {},
  /** The request makes no sense to the forge. */
  Refused: { words: Schema.String },
  RateLimited: { resetAt: Schema.optionalKey(Schema.String), waitSeconds: Schema.optionalKey(Schema.Finite) },
  /** It answers with 5xx, with nonsense or not at all. */
  Unavailable: { words: Schema.String },
  /** A person closed the pull request while the run was going on. */
  Closed: { url: Schema.String }
})
export type ForgeReason = typeof ForgeReason.Type

/** Where a user's token is, for whoever has to renew it. */
export const tokenSecrets = "the Secret github-token-<user> (or git-token-<user>)"

const sentence = ForgeReason.match({
  Unauthorized: () => `the token is missing, wrong or expired: renew ${tokenSecrets}`,
  Forbidden: ({ advice, words }) => `it is not allowed (${words}): ${advice}`,
  Moved: ({ path }) => `the repository has moved to ${path}: set repositoryUrl to its new address`,
  NotFound: () => `there is no such repository, or the token may not see it: check repositoryUrl and ${tokenSecrets}`,
  Refused: ({ words }) => words,
  RateLimited: ({ resetAt }) => `the rate limit is exhausted${resetAt === undefined ? "" : ` until ${resetAt}`}`,
  Unavailable: ({ words }) => `the forge is not responding (${words})`,
  Closed: ({ url }) => `someone closed ${url}; raise spec.contextVersion to open a new one`
})

export class ForgeError extends Schema.TaggedError<ForgeError>()("ForgeError", {
  operation: Schema.String,
  ref: Schema.String,
  reason: ForgeReason
}) {
  override get message(): string {
    return `${this.operation} ${this.ref}: ${sentence(this.reason)}`
  }
}
