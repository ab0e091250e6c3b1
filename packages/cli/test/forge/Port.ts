/** The forge's port, asked directly by somebody. */
import { assert } from "@effect/vitest"
import type { PullRequestOptions, Repository as ForgeRepository } from "@orchestrator/agent/forge/ForgeAdapter"
import type { ForgeError } from "@orchestrator/agent/forge/ForgeError"
import { forgeOf } from "@orchestrator/agent/forge/Forges"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { type Account, forgeHost, forgeUrl } from "./Gitea.ts"

const settings = { githubHosts: {}, giteaHosts: { [forgeHost]: `${forgeUrl}/api/v1/` } }

/** As brokers ask: where a redirect goes is the port's to decide. */
const unfollowed = Layer.merge(
  FetchHttpClient.layer,
  Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" })
)

export const asking = <A>(
  { token }: Account,
  name: string,
  work: (repository: ForgeRepository) => Effect.Effect<A, ForgeError>
): Promise<A> => {
  const found = forgeOf(forgeHost, settings)
  assert.isDefined(found)
  const [owner = "", repository = ""] = name.split("/")
  return Effect.runPromise(
    Effect.flatMap(
      HttpClient.HttpClient,
      (client) =>
        Effect.flatMap(
          Effect.promise(found.kind.load),
          ({ connect }) =>
            connect({ client, api: found.api, token: Effect.succeed(Redacted.make(token)) }, {
              owner,
              name: repository
            })(work)
        )
    ).pipe(Effect.provide(unfollowed))
  )
}

export const wish = (branch: string, head: string, more: Partial<PullRequestOptions> = {}): PullRequestOptions => ({
  title: "Say hello",
  part: "<!-- orchestrator:run u -->\nwords\n<!-- orchestrator:end -->",
  runUid: "u",
  branch,
  base: "main",
  head,
  known: undefined,
  draft: false,
  labels: [],
  reviewers: [],
  teamReviewers: [],
  ...more
})
