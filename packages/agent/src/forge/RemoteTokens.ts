/**
 * The token for a remote: of the app, for this one repository and made anew before it ends; else the user's own, from the Secret for that
 * kind of forge. It goes to git and to the API of the same host, and the broker alone has it.
 */
import { issueAddress } from "@orchestrator/domain/IssueUrl"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import type { GitToken } from "../broker/services/GitToken.ts"
import type { ForgeOptions } from "./ForgeAdapter.ts"
import type { ForgeError } from "./ForgeError.ts"
import { heldAppTokens, isOfApp, repositoryKey } from "./HeldAppTokens.ts"
import { KnownForges, type RemoteAtForge } from "./KnownForges.ts"

export class RemoteTokens extends Context.Service<RemoteTokens, {
  /** As git asks for it: with a user's name. */
  readonly forGit: (
    url: string
  ) => Effect.Effect<{ readonly token: Redacted.Redacted; readonly user: string } | undefined, ForgeError>
  /** Has the next one for git be another, where the host no longer takes the one that it had; false: there is no other. */
  readonly renewForGit: (url: string) => Effect.Effect<boolean>
  /** As the API of the forge there asks for it. */
  readonly forApi: (at: RemoteAtForge) => Pick<ForgeOptions, "token" | "user" | "renew">
}>()("@orchestrator/agent/forge/RemoteTokens") {
  static readonly layer = Layer.effect(
    RemoteTokens,
    Effect.gen(function*() {
      const { forge: { app, issueUrl }, git: { targetUrl } } = yield* BrokerConfig
      const { appKey, gitToken, guard } = yield* Credentials
      const forges = yield* KnownForges
      const client = yield* HttpClient.HttpClient
      const target = yield* forges.at(targetUrl)
      const issue = issueUrl === undefined ? undefined : issueAddress(issueUrl)
      const issueAt = issue === undefined ? undefined : yield* forges.at(issue.repositoryUrl)
      const isSame = (at: RemoteAtForge, other: RemoteAtForge | undefined): boolean =>
        other !== undefined && repositoryKey(at) === repositoryKey(other)
      const ofApp = app === undefined ? undefined : yield* heldAppTokens({
        client,
        app,
        key: appKey,
        keyPlace: "github.app.secretName and its key",
        readsIssue: (at) => isSame(at, issueAt)
      })

      const useOf = (at: RemoteAtForge) => isSame(at, target) ? "deliver" : "read"
      const appTokens = (at: RemoteAtForge | undefined) =>
        at === undefined || app === undefined || ofApp === undefined || !isOfApp(at, app) ? undefined : {
          token: Effect.tap(ofApp.token(at, useOf(at)), (token) => Effect.sync(() => guard(Redacted.value(token)))),
          renew: ofApp.drop(at, useOf(at))
        }

      const own = (at: RemoteAtForge | undefined) => gitToken(at === undefined || at.kind.usesOldSecret === true)

      const find = Effect.fnUntraced(function*(
        at: RemoteAtForge | undefined
      ): Effect.fn.Return<GitToken | undefined, ForgeError> {
        const made = appTokens(at)
        return made === undefined ? yield* own(at) : { token: yield* made.token }
      })

      return RemoteTokens.of({
        forGit: Effect.fnUntraced(function*(url) {
          const at = yield* forges.at(url)
          const found = yield* find(at)
          return found === undefined
            ? undefined
            : { token: found.token, user: at?.kind.gitUser(found.user) ?? found.user ?? "x-access-token" }
        }),
        renewForGit: Effect.fnUntraced(function*(url) {
          const made = appTokens(yield* forges.at(url))
          if (made === undefined) return false
          yield* made.renew
          return true
        }),
        forApi: (at) =>
          appTokens(at) ?? {
            token: Effect.map(own(at), (found) => found?.token),
            user: Effect.map(own(at), (found) => found?.user)
          }
      })
    })
  )
}
