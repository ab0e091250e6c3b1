/** The API beside the git remote, where pull requests and issues are. A host that is not known as one delivers branches only. */
import type { IssueAddress } from "@orchestrator/domain/IssueUrl"
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import type { PullRequestOptions, Repository, RepositoryName } from "./ForgeAdapter.ts"
import { ForgeError } from "./ForgeError.ts"
import type { IssueTask } from "./IssueText.ts"
import { KnownForges, type RemoteAtForge } from "./KnownForges.ts"
import { deliverPullRequest } from "./PullRequests.ts"
import { hasPartOf } from "./PullRequestText.ts"
import { RemoteTokens } from "./RemoteTokens.ts"

export class Forge extends Context.Service<Forge, {
  /** Whether the remote's host has an API. */
  readonly known: boolean
  /** The run's repository there. */
  readonly repository: RepositoryName | undefined
  /** The address of the pull request as read back; nothing where no forge is known. */
  readonly deliver: (options: PullRequestOptions) => Effect.Effect<string | void, ForgeError>
  /** An issue as a task. It may be another repository's of the same forge. */
  readonly readIssue: (issue: IssueAddress) => Effect.Effect<IssueTask, ForgeError>
  /** Whether a pull request of this branch is open in which this run has its part. */
  readonly hasOpened: (branch: string, runUid: string) => Effect.Effect<boolean, ForgeError>
}>()("@orchestrator/agent/forge/Forge") {
  static readonly layer = Layer.effect(
    Forge,
    Effect.gen(function*() {
      const { git: { targetUrl } } = yield* BrokerConfig
      const client = yield* HttpClient.HttpClient
      const forges = yield* KnownForges
      const tokens = yield* RemoteTokens
      const target = yield* forges.at(targetUrl)

      /** What a run asks of a forge is loaded when it first does. */
      const connect = (at: RemoteAtForge) =>
        Effect.map(
          Effect.promise(at.kind.load),
          ({ connect }) => connect({ client, api: at.api, ...tokens.forApi(at) }, at.repository)
        )
      const connected = target === undefined ? undefined : yield* Effect.cached(connect(target))
      const quietly = Effect.provideService(HttpClient.TracerPropagationEnabled, false)

      const withTarget = <A>(
        otherwise: A,
        work: (repository: Repository) => Effect.Effect<A, ForgeError>
      ): Effect.Effect<A, ForgeError> =>
        connected === undefined
          ? Effect.succeed(otherwise)
          : quietly(Effect.flatMap(connected, (use) => use(work)))

      return Forge.of({
        known: target !== undefined,
        repository: target?.repository,
        deliver: (options) =>
          withTarget<string | void>(undefined, (repository) => deliverPullRequest(repository, options)),
        // The token is for the forge of the run's repository and for no other.
        readIssue: Effect.fnUntraced(function*({ number, repositoryUrl, url }: IssueAddress) {
          const there = yield* forges.at(repositoryUrl)
          if (there === undefined || target === undefined || there.api !== target.api) {
            const words =
              `it is not at the forge of ${targetUrl}: name an issue there, or put what is asked into spec.prompt`
            return yield* new ForgeError({ operation: "read", ref: url, reason: { _tag: "Refused", words } })
          }
          const use = yield* connect(there)
          // With a parser of Markdown, which most runs need not.
          const { readIssue } = yield* Effect.promise(() => import("./Issues.ts"))
          return yield* quietly(use((repository) => readIssue(repository, number)))
        }),
        hasOpened: (branch, runUid) =>
          withTarget(false, (repository) =>
            Effect.map(
              repository.find(branch),
              (found) => found.some(({ body, state }) => state === "open" && hasPartOf(body, runUid))
            ))
      })
    })
  )
}
