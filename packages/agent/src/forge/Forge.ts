/** The API beside the git remote, where pull requests are. A host that is not known as one delivers branches only. */
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/BrokerConfig.ts"
import { Credentials } from "../broker/Credentials.ts"
import { parseAddress } from "../git/RemoteAddress.ts"
import type { ForgeError } from "./ForgeError.ts"
import { deliverToGitHub, type PullRequestWish } from "./github/GitHub.ts"
import { makeGitHubClient } from "./github/GitHubClient.ts"

/** Base URL of the API that goes with a git host; undefined for hosts that are not known. */
export const apiOf = (host: string, githubHosts: Readonly<Record<string, string>>): string | undefined => {
  const configured = Object.hasOwn(githubHosts, host) ? githubHosts[host] : undefined
  if (configured !== undefined) return configured === "" ? `https://${host}/api/v3` : configured.replace(/\/+$/, "")
  return host === "github.com" || host === "ssh.github.com" ? "https://api.github.com" : undefined
}

export class Forge extends Context.Service<Forge, {
  /** Whether the remote's host has an API. */
  readonly known: boolean
  /** The address of the pull request as read back; nothing where no forge is known. */
  readonly deliver: (wish: PullRequestWish) => Effect.Effect<string | void, ForgeError>
}>()("@orchestrator/agent/forge/Forge") {
  static readonly layer = Layer.effect(
    Forge,
    Effect.gen(function*() {
      const { forge: { githubHosts }, git: { targetUrl } } = yield* BrokerConfig
      const { gitToken } = yield* Credentials
      const address = parseAddress(targetUrl)
      const api = address === undefined ? undefined : apiOf(address.host, githubHosts)
      if (api === undefined || address?.repository === undefined) {
        return Forge.of({ known: false, deliver: () => Effect.void })
      }
      const call = makeGitHubClient(yield* HttpClient.HttpClient, { api, token: gitToken })
      const deliver = deliverToGitHub(call, address.repository)
      return Forge.of({
        known: true,
        deliver: (wish) => deliver(wish).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
      })
    })
  )
}
