/** Tokens that an app gets from a forge, each for one repository, for as long as the forge says. */
import type { Effect, Redacted } from "effect"
import type { ForgeOptions, RepositoryName } from "./ForgeAdapter.ts"
import type { ForgeError } from "./ForgeError.ts"

export interface AppToken {
  readonly token: Redacted.Redacted
  /** Milliseconds of the epoch. */
  readonly expiresAt: number
}

/**
 * What a token is for. `deliver`: push, open pull requests, and make them ready. `read`: the repository's content. `look`: pull requests, and
 * who may push. `checks`: what builds say. `answer`: comment on pull requests.
 */
export type AppUse = "deliver" | "read" | "look" | "checks" | "answer"

export interface AppTokenRequest extends Pick<ForgeOptions, "client" | "api"> {
  readonly id: string
  /** PEM. */
  readonly key: Redacted.Redacted
  readonly repository: RepositoryName
  readonly use: AppUse
  /** Whether an issue of the repository is read, too. */
  readonly readsIssue: boolean
}

export type RequestAppToken = (request: AppTokenRequest) => Effect.Effect<AppToken, ForgeError>
