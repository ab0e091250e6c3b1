/** Tokens that an app gets from a forge, each for one repository, for as long as the forge says. */
import type { Effect, Redacted } from "effect"
import type { ForgeOptions, RepositoryName } from "./ForgeAdapter.ts"
import type { ForgeError } from "./ForgeError.ts"

export interface AppToken {
  readonly token: Redacted.Redacted
  /** Milliseconds of the epoch. */
  readonly expiresAt: number
}

export interface AppTokenRequest extends Pick<ForgeOptions, "client" | "api"> {
  readonly id: string
  /** PEM. */
  readonly key: Redacted.Redacted
  readonly repository: RepositoryName
  /** `deliver`: push, and open pull requests. `read`: the repository's content alone. */
  readonly use: "deliver" | "read"
  /** Whether an issue of the repository is read. */
  readonly readsIssue: boolean
}

export type RequestAppToken = (request: AppTokenRequest) => Effect.Effect<AppToken, ForgeError>
