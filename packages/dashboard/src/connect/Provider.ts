/**
 * Signing in at an OpenID provider: authorization code with PKCE, state and nonce, by a public client. What has to outlive the way there and
 * back is in `sessionStorage`, under the state, and is taken by whoever comes back with that first. Tokens are in memory.
 */
import type { SignInWays } from "@orchestrator/client/promises/Orchestrator"
import { Clock, Effect, Fiber, Schedule } from "effect"
import * as oauth from "oauth4webapi"
import { serverUrl } from "./Place.ts"
import { type Renewed, renewToken } from "./Session.ts"

export type Provider = NonNullable<SignInWays["provider"]>

/** Where a person was, and what they chose, before they went. */
export interface Errand {
  /** Address within this origin. */
  readonly returnTo: string
  readonly keep: boolean
}

interface Pending extends Errand {
  readonly verifier: string
  readonly nonce: string
}

interface Tokens {
  readonly token: string
  readonly refresh: string | undefined
  /** Seconds since the epoch; undefined where nobody says. */
  readonly expires: number | undefined
}

/** The page that has the code in its address; registered at the provider. */
const callbackUrl = (): string => `${serverUrl()}/sign-in/callback`

const placeOf = (state: string): string => `orchestrator.sign-in.${state}`

/** http is for providers on this machine: the server's configuration takes no other. */
const inTheClear = ({ issuer }: Provider) => ({ [oauth.allowInsecureRequests]: issuer.startsWith("http:") })

const discovered = async (provider: Provider) => {
  const issuer = new URL(provider.issuer)
  return await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, inTheClear(provider)))
}

const clientOf = ({ clientId }: Provider): oauth.Client => ({ client_id: clientId })

/** Leaves the page. */
export const goToProvider = async (provider: Provider, errand: Errand): Promise<void> => {
  const server = await discovered(provider)
  if (server.authorization_endpoint === undefined) throw new Error(`${provider.issuer} names no authorization endpoint`)
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce()
  ]
  window.sessionStorage.setItem(placeOf(state), JSON.stringify({ ...errand, verifier, nonce } satisfies Pending))
  const address = new URL(server.authorization_endpoint)
  const parameters = {
    client_id: provider.clientId,
    redirect_uri: callbackUrl(),
    response_type: "code",
    scope: provider.scopes.join(" "),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce
  }
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  window.location.assign(address)
}

/** What this tab went with; once. */
const takePending = (state: string): Pending | undefined => {
  const text = window.sessionStorage.getItem(placeOf(state))
  window.sessionStorage.removeItem(placeOf(state))
  return text === null ? undefined : JSON.parse(text)
}

const tokensOf = (provider: Provider, answer: oauth.TokenEndpointResponse, nowSeconds: number): Tokens => {
  const token = provider.token === "id_token" ? answer.id_token : answer.access_token
  if (token === undefined) throw new Error(`${provider.issuer} sent no ${provider.token}`)
  const lasts = answer.expires_in === undefined ? undefined : nowSeconds + answer.expires_in
  return {
    token,
    refresh: answer.refresh_token,
    expires: provider.token === "id_token" ? oauth.getValidatedIdTokenClaims(answer)?.exp : lasts
  }
}

const nowSeconds = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

/** Seconds before the token expires, so that no request meets an expired one. */
const early = 60

const renewed = async (provider: Provider, server: oauth.AuthorizationServer, refresh: string) =>
  await oauth.processRefreshTokenResponse(
    server,
    clientOf(provider),
    await oauth.refreshTokenGrantRequest(server, clientOf(provider), oauth.None(), refresh, inTheClear(provider))
  )

/** Ends where there is nothing to renew with: then the next request after the token's end says that the session is over. */
const keepRenewing = Effect.fnUntraced(
  function*(provider: Provider, server: oauth.AuthorizationServer, held: { current: Tokens }) {
    for (;;) {
      const { expires, refresh } = held.current
      if (refresh === undefined || expires === undefined) return
      yield* Effect.sleep(`${Math.max(5, expires - (yield* nowSeconds) - early)} seconds`)
      const answer = yield* Effect.tryPromise(() => renewed(provider, server, refresh)).pipe(
        Effect.retry({ schedule: Schedule.spaced("10 seconds"), times: 4 })
      )
      const next = tokensOf(provider, answer, yield* nowSeconds)
      held.current = { ...next, refresh: next.refresh ?? refresh }
      renewToken(next.token)
    }
  }
)

/** Takes back what the provider gave, as far as it knows how to. */
const takenBack = async (provider: Provider, server: oauth.AuthorizationServer, refresh: string | undefined) => {
  if (refresh === undefined || server.revocation_endpoint === undefined) return
  await oauth.revocationRequest(server, clientOf(provider), oauth.None(), refresh, inTheClear(provider)).catch(() => {})
}

/** The token is not among what is sent: it would be in an address. */
const leave = (provider: Provider, server: oauth.AuthorizationServer) => {
  if (server.end_session_endpoint === undefined) return
  const address = new URL(server.end_session_endpoint)
  address.searchParams.set("client_id", provider.clientId)
  address.searchParams.set("post_logout_redirect_uri", `${serverUrl()}/`)
  window.location.assign(address)
}

export interface FromProvider extends Errand {
  readonly token: string
  readonly session: Renewed
}

/** With the address that the provider sent the person back to. Renews the token from here on. */
export const comeFromProvider = async (provider: Provider, address: URL): Promise<FromProvider> => {
  const state = address.searchParams.get("state") ?? ""
  const pending = takePending(state)
  if (pending === undefined) {
    throw new Error(
      "Expected a sign-in that was begun in this tab, found one that is finished or from elsewhere. Sign in again"
    )
  }
  const server = await discovered(provider)
  const client = clientOf(provider)
  const answer = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      oauth.validateAuthResponse(server, client, address, state),
      callbackUrl(),
      pending.verifier,
      inTheClear(provider)
    ),
    { expectedNonce: pending.nonce, requireIdToken: true }
  )
  const held = { current: tokensOf(provider, answer, await Effect.runPromise(nowSeconds)) }
  const renewal = Effect.runFork(Effect.ignore(keepRenewing(provider, server, held)))
  const stop = async () => {
    await Effect.runPromise(Fiber.interrupt(renewal))
    await takenBack(provider, server, held.current.refresh)
  }
  const session = { stop, leave: () => leave(provider, server) }
  return { token: held.current.token, returnTo: pending.returnTo, keep: pending.keep, session }
}
