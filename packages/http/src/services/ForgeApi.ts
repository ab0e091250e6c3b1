/** What is asked of the forge beside a repository, with the token that the administrator gave for its host. Whoever assembles the program knows how. */
import { Context, type Effect, Schema } from "effect"

export interface ForgePullRequest {
  readonly number: number
  readonly url: string
  readonly state: "open" | "merged" | "closed"
  readonly branch: string
  readonly commit: string
  /** Whether its branch is in another repository, where others may push. */
  readonly isFork: boolean
  readonly isDraft: boolean
}

/** A review that asks for changes, with what was written beside lines. */
export interface ForgeReview {
  readonly id: number
  readonly author: string
  readonly words: string
}

/** Of all checks and statuses of a commit together. */
export interface ForgeChecks {
  readonly state: "pending" | "passed" | "failed" | "none"
  /** Each that failed, with the end of what it said. */
  readonly failures: ReadonlyArray<{ readonly name: string; readonly words: string }>
}

export class ForgeTrouble extends Schema.TaggedError<ForgeTrouble>()("ForgeTrouble", {
  message: Schema.String,
  /** Whether asking again later may help. */
  passing: Schema.Boolean
}) {}

type Asked<A> = Effect.Effect<A, ForgeTrouble>

export interface ForgeRepository {
  /** False also where the forge does not tell. */
  readonly mayWrite: (login: string) => Asked<boolean>
  /** A file of a branch; undefined: there is none, or files cannot be read there. */
  readonly file: (path: string, branch: string) => Asked<string | undefined>
  readonly pullRequest: (number: number) => Asked<ForgePullRequest>
  /** This person's newest review of it, where that asks for changes. */
  readonly review: (number: number, author: string) => Asked<ForgeReview | undefined>
  readonly checks: (commit: string) => Asked<ForgeChecks>
  /** The one comment of ours with this mark: made, or edited where it is. */
  readonly answer: (number: number, mark: string, text: string) => Asked<void>
  readonly markReady: (number: number) => Asked<void>
}

export class ForgeApi extends Context.Service<ForgeApi, {
  /** As `at`, whichever forge's the host is. */
  readonly atHost: (host: string, repository: string) => Effect.Effect<ForgeRepository | undefined>
  /** Undefined: a host that is not this forge's in the configuration, or that there is no token for. */
  readonly at: (forge: string, host: string, repository: string) => Effect.Effect<ForgeRepository | undefined>
}>()("@orchestrator/http/services/ForgeApi") {}
