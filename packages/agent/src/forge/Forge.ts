/** The API beside the git remote, where pull requests and issues are. A host that is not known as one delivers branches only. */
import type { IssueAddress } from "@orchestrator/domain/IssueUrl"
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import { parseAddress } from "../pod/RemoteAddress.ts"
import type { Connection, PullRequestOptions, RepositoryName } from "./ForgeAdapter.ts"
import { ForgeError } from "./ForgeError.ts"
import { forgeOf } from "./Forges.ts"
import { readIssue } from "./Issues.ts"
import type { IssueTask } from "./IssueText.ts"
import { deliverPullRequest } from "./PullRequests.ts"
import { hasPartOf } from "./PullRequestText.ts"

export class Forge extends Context.Service<Forge, {
  /** Whether the remote's host has an API. */
  readonly known: boolean
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
      const { forge: settings, git: { targetUrl } } = yield* BrokerConfig
      const { gitToken } = yield* Credentials
      const client = yield* HttpClient.HttpClient
      const address = parseAddress(targetUrl)
      const found = address === undefined ? undefined : forgeOf(address.host, settings)
      const connectionTo = (
        { api, forge }: NonNullable<typeof found>,
        repository: RepositoryName
      ): Connection => {
        const connected = forge.connect({ client, api, token: gitToken }, repository)
        return (use) => Effect.provideService(connected(use), HttpClient.TracerPropagationEnabled, false)
      }
      /** The token is for the forge of the run's repository and for no other. */
      const issueOf = ({ number, repositoryUrl, url }: IssueAddress): Effect.Effect<IssueTask, ForgeError> => {
        const there = parseAddress(repositoryUrl)
        const at = there === undefined ? undefined : forgeOf(there.host, settings)
        if (there?.repository === undefined || at === undefined || at.api !== found?.api) {
          const words =
            `it is not at the forge of ${targetUrl}: name an issue there, or put what is asked into spec.prompt`
          return Effect.fail(new ForgeError({ operation: "read", ref: url, reason: { _tag: "Refused", words } }))
        }
        return connectionTo(at, there.repository)((repository) => readIssue(repository, number))
      }
      if (found === undefined || address?.repository === undefined) {
        return Forge.of({
          known: false,
          deliver: () => Effect.void,
          readIssue: issueOf,
          hasOpened: () => Effect.succeed(false)
        })
      }
      const withRepository = connectionTo(found, address.repository)
      return Forge.of({
        known: true,
        deliver: (options) => withRepository((repository) => deliverPullRequest(repository, options)),
        readIssue: issueOf,
        hasOpened: (branch, runUid) =>
          Effect.map(
            withRepository((repository) => repository.find(branch)),
            (found) => found.some(({ body, state }) => state === "open" && hasPartOf(body, runUid))
          )
      })
    })
  )
}
