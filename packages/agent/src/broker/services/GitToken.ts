/** A token for a forge, as git and its API take it. */
import type { Redacted } from "effect"

export interface GitToken {
  readonly token: Redacted.Redacted
  /** Whose it is, where the Secret says so. */
  readonly user?: string
}
