/** The API beside the git remote, where pull requests are. A host that is not known as one delivers branches only. */
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import { parseAddress } from "../pod/RemoteAddress.ts"
import type { PullRequestOptions } from "./ForgeAdapter.ts"
import type { ForgeError } from "./ForgeError.ts"
import { forgeOf } from "./Forges.ts"
import { deliverPullRequest } from "./PullRequests.ts"
import { hasPartOf } from "./PullRequestText.ts"

export class Forge extends Context.Service<Forge, {
  /** Whether the remote's host has an API. */
  readonly known: boolean
  /** The address of the pull request as read back; nothing where no forge is known. */
  readonly deliver: (options: PullRequestOptions) => Effect.Effect<string | void, ForgeError>
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
      if (found === undefined || address?.repository === undefined) {
        return Forge.of({ known: false, deliver: () => Effect.void, hasOpened: () => Effect.succeed(false) })
      }
      const connected = found.forge.connect({ client, api: found.api, token: gitToken }, address.repository)
      const withRepository: typeof connected = (use) =>
        Effect.provideService(connected(use), HttpClient.TracerPropagationEnabled, false)
      return Forge.of({
        known: true,
        deliver: (options) => withRepository((repository) => deliverPullRequest(repository, options)),
        hasOpened: (branch, runUid) =>
          Effect.map(
            withRepository((repository) => repository.find(branch)),
            (found) => found.some(({ body, state }) => state === "open" && hasPartOf(body, runUid))
          )
      })
    })
  )
}
