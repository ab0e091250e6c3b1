/**
 * What the broker asks of a forge's API. An implementation is a folder here, which a `ForgeKind` loads. What is the same for each (which
 * pull request is ours, when it counts as read back) is `PullRequests`'.
 */
import type { Effect, Redacted } from "effect"
import type { HttpClient } from "effect/http"
import type { ForgeError } from "./ForgeError.ts"

export interface PullRequest {
  /** By which the forge knows it. */
  readonly id: number
  readonly url: string
  readonly state: "open" | "merged" | "closed"
  readonly body: string
  /** What is to be merged: a branch, and its commit as the forge shows it. */
  readonly branch: string
  readonly commit: string
}

/** A pull request as it is to be. */
export interface PullRequestOptions {
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

export interface IssueComment {
  /** The login; empty where the account is gone. */
  readonly author: string
  readonly body: string
  /** Whether the forge says beside the comment that its author belongs to the repository. */
  readonly member: boolean
}

/** What somebody has asked for at the forge. */
export interface Issue extends IssueComment {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly state: "open" | "closed"
  /** Some forges number pull requests as issues. */
  readonly isPullRequest: boolean
  /** Oldest first; of very many the newest. */
  readonly comments: ReadonlyArray<IssueComment>
  /** How many comments there are before those. */
  readonly olderComments: number
}

export interface RepositoryName {
  /** A user or an organization; where a forge has groups, projects or collections, all of them with `/` between. */
  readonly owner: string
  readonly name: string
}

/** What is asked about a pull request that is there, after the run that has opened it. */
export interface Discussion {
  /** The same as `read`, and whose branch it is. */
  readonly look: (id: number) => Effect.Effect<PullRequestDetails, ForgeError>
  /** This person's newest review, where that asks for changes. */
  readonly review: (id: number, author: string) => Effect.Effect<Review | undefined, ForgeError>
  readonly checks: (commit: string) => Effect.Effect<Checks, ForgeError>
  /** The one comment of ours that has this mark: made, or edited where it is. */
  readonly answer: (id: number, mark: string, text: string) => Effect.Effect<void, ForgeError>
  /** Is a draft no longer. */
  readonly markReady: (id: number) => Effect.Effect<void, ForgeError>
}

export interface PullRequestDetails extends PullRequest {
  /** Whether its branch is in another repository. */
  readonly isFork: boolean
  readonly isDraft: boolean
}

export interface Review {
  readonly id: number
  readonly author: string
  /** With what was written beside lines. */
  readonly words: string
}

export interface Check {
  readonly name: string
  /** One that was cancelled says neither yes nor no: whoever did that runs it again, or another has failed. */
  readonly state: "pending" | "passed" | "failed" | "cancelled"
  /** What it said; of a log the end. */
  readonly words: string
}

export interface Checks {
  /** Of all of them together. */
  readonly state: "pending" | "passed" | "failed" | "none"
  readonly failures: ReadonlyArray<Pick<Check, "name" | "words">>
}

/** The pull requests and issues of one repository. */
export interface Repository extends Discussion {
  readonly name: RepositoryName
  /** Characters that the body of a pull request may have. */
  readonly longestBody: number
  /** Of a branch of the repository's own, whatever became of them, newest first. */
  readonly find: (branch: string) => Effect.Effect<ReadonlyArray<PullRequest>, ForgeError>
  /** With labels and reviewers, where the forge takes them. */
  readonly open: (options: PullRequestOptions) => Effect.Effect<PullRequest, ForgeError>
  /** Whether opening failed because there is one already. */
  readonly isDuplicate: (error: ForgeError) => boolean
  readonly update: (id: number, body: string) => Effect.Effect<unknown, ForgeError>
  readonly read: (id: number) => Effect.Effect<PullRequest, ForgeError>
  /** Of an issue that has gone to another repository it says where it is, and does not follow: another one may have its number there. */
  readonly issue: (number: number) => Effect.Effect<Issue, ForgeError>
  /** A file of a branch; undefined: there is no such file, or no such branch. */
  readonly file: (path: string, branch: string) => Effect.Effect<string | undefined, ForgeError>
  /** Whether this person may push to the repository; undefined where the forge does not tell that to whoever asks. */
  readonly mayWrite: (login: string) => Effect.Effect<boolean | undefined, ForgeError>
}

export interface ForgeOptions {
  readonly client: HttpClient.HttpClient
  /** Base URL of the API. */
  readonly api: string
  readonly token: Effect.Effect<Redacted.Redacted | undefined, ForgeError>
  /** Who the token is for, where the Secret says so: some tokens are passwords. */
  readonly user?: Effect.Effect<string | undefined>
  /** Makes the token another one, where the forge no longer takes the one that it had; absent: there is no other. */
  readonly renew?: Effect.Effect<void>
}

/** Works on a repository by whatever name it has now. */
export type Connection = <A>(
  work: (repository: Repository) => Effect.Effect<A, ForgeError>
) => Effect.Effect<A, ForgeError>

/** What is loaded where a run needs it. */
export interface ForgeAdapter {
  readonly connect: (options: ForgeOptions, repository: RepositoryName) => Connection
}
