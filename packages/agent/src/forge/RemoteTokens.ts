/**
 * The token for a remote: of the app, for this one repository and made anew before it ends; else the user's own, from the Secret for that
 * kind of forge. It goes to git and to the API of the same host, and the broker alone has it.
 */
import { Clock, Context, DateTime, Effect, Layer, Option, Redacted, Semaphore } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import type { GitToken } from "../broker/services/GitToken.ts"
import type { AppToken } from "./AppTokens.ts"
import type { ForgeOptions } from "./ForgeAdapter.ts"
import { ForgeError } from "./ForgeError.ts"
import { KnownForges, type RemoteAtForge } from "./KnownForges.ts"

/** A push of a large branch takes minutes, and begins with the token that it ends with. */
const soonestEndMillis = 10 * 60_000

const timeOf = ({ expiresAt }: AppToken): string =>
  Option.match(DateTime.make(expiresAt), { onNone: () => "some time", onSome: DateTime.formatIso })

export class RemoteTokens extends Context.Service<RemoteTokens, {
  /** As git asks for it: with a user's name. */
  readonly forGit: (
    url: string
  ) => Effect.Effect<{ readonly token: Redacted.Redacted; readonly user: string } | undefined, ForgeError>
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
      const held = new Map<string, AppToken>()
      const turn = yield* Semaphore.make(1)

      const keyOf = ({ host, repository: { name, owner } }: RemoteAtForge) => `${host}/${owner}/${name}`.toLowerCase()
      const isTarget = (at: RemoteAtForge) => target !== undefined && keyOf(at) === keyOf(target)

      const usesApp = (at: RemoteAtForge) =>
        app !== undefined && at.host === app.host && at.kind.requestAppToken !== undefined

      /** One at a time: two that ask at once get the same. */
      const fromApp = Effect.fnUntraced(function*(at: RemoteAtForge) {
        const { repository: { name, owner } } = at
        const known = held.get(keyOf(at))
        if (known !== undefined && known.expiresAt - (yield* Clock.currentTimeMillis) > soonestEndMillis) {
          return known.token
        }
        const key = yield* appKey
        if (key === undefined || app === undefined || at.kind.requestAppToken === undefined) {
          const words = "there is no private key of the app: check github.app.secretName and its key"
          return yield* new ForgeError({
            operation: "get a token for",
            ref: `${owner}/${name}`,
            reason: { _tag: "Refused", words }
          })
        }
        const request = yield* Effect.promise(at.kind.requestAppToken)
        const made = yield* request({
          client,
          api: at.api,
          id: app.id,
          key,
          repository: at.repository,
          use: isTarget(at) ? "deliver" : "read",
          readsIssue: issueUrl !== undefined
        }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
        guard(Redacted.value(made.token))
        held.set(keyOf(at), made)
        yield* Effect.log(`a token of the app for ${owner}/${name}, until ${timeOf(made)}`)
        return made.token
      }, turn.withPermit)

      const own = (at: RemoteAtForge | undefined) => gitToken(at === undefined || at.kind.usesOldSecret === true)

      const find = Effect.fnUntraced(function*(
        at: RemoteAtForge | undefined
      ): Effect.fn.Return<GitToken | undefined, ForgeError> {
        return at !== undefined && usesApp(at) ? { token: yield* fromApp(at) } : yield* own(at)
      })

      return RemoteTokens.of({
        forGit: Effect.fnUntraced(function*(url) {
          const at = yield* forges.at(url)
          const found = yield* find(at)
          return found === undefined
            ? undefined
            : { token: found.token, user: at?.kind.gitUser(found.user) ?? found.user ?? "x-access-token" }
        }),
        forApi: (at) => ({
          token: Effect.map(find(at), (found) => found?.token),
          user: usesApp(at) ? Effect.succeed(undefined) : Effect.map(own(at), (found) => found?.user),
          ...(usesApp(at) ? { renew: Effect.sync(() => void held.delete(keyOf(at))) } : {})
        })
      })
    })
  )
}
