/** Tokens of an app, for as long as they last: made anew before they end, and one at a time, so that two who ask at once get the same. */
import type { ForgeApp } from "@orchestrator/domain/ForgeHosts"
import { Clock, DateTime, Effect, Option, type Redacted, Semaphore } from "effect"
import { HttpClient } from "effect/http"
import type { AppToken, AppUse } from "./AppTokens.ts"
import { ForgeError } from "./ForgeError.ts"
import type { RemoteAtForge } from "./KnownForges.ts"

export interface HeldAppTokensOptions {
  readonly client: HttpClient.HttpClient
  readonly app: ForgeApp
  /** PEM; undefined: there is none. */
  readonly key: Effect.Effect<Redacted.Redacted | undefined>
  /** Where its key should be. */
  readonly keyPlace: string
  /** Whether an issue of a repository is read beside what a use needs. */
  readonly readsIssue: (at: RemoteAtForge) => boolean
}

/** A push of a large branch takes minutes, and begins with the token that it ends with. */
const soonestEndMillis = 10 * 60_000

const timeOf = ({ expiresAt }: AppToken): string =>
  Option.match(DateTime.make(expiresAt), { onNone: () => "some time", onSome: DateTime.formatIso })

/** The same for every spelling of a repository. */
export const repositoryKey = ({ host, repository: { name, owner } }: RemoteAtForge): string =>
  `${host}/${owner}/${name}`.toLowerCase()

/** Whether an app gives the tokens for a repository. */
export const isOfApp = ({ host, kind }: RemoteAtForge, app: ForgeApp): boolean =>
  host === app.host && kind.requestAppToken !== undefined

export const heldAppTokens = ({ app, client, key, keyPlace, readsIssue }: HeldAppTokensOptions) =>
  Effect.map(Semaphore.make(1), (turn) => {
    const held = new Map<string, AppToken>()
    const keyOf = (at: RemoteAtForge, use: AppUse) => `${use} ${repositoryKey(at)}`

    const token = Effect.fnUntraced(function*(at: RemoteAtForge, use: AppUse) {
      const { repository: { name, owner } } = at
      const now = yield* Clock.currentTimeMillis
      const known = held.get(keyOf(at, use))
      if (known !== undefined && known.expiresAt - now > soonestEndMillis) return known.token
      const pem = yield* key
      if (pem === undefined || at.kind.requestAppToken === undefined) {
        return yield* new ForgeError({
          operation: "get a token for",
          ref: `${owner}/${name}`,
          reason: { _tag: "Refused", words: `there is no private key of the app: check ${keyPlace}` }
        })
      }
      const request = yield* Effect.promise(at.kind.requestAppToken)
      const made = yield* request({
        client,
        api: at.api,
        id: app.id,
        key: pem,
        repository: at.repository,
        use,
        readsIssue: readsIssue(at)
      })
        .pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
      for (const [other, { expiresAt }] of held) if (expiresAt <= now) held.delete(other)
      held.set(keyOf(at, use), made)
      yield* Effect.log(`a token of the app for ${owner}/${name}, until ${timeOf(made)}`)
      return made.token
    }, turn.withPermit)

    return {
      token,
      /** The next one is another. */
      drop: (at: RemoteAtForge, use: AppUse) => Effect.sync(() => void held.delete(keyOf(at, use)))
    }
  })
