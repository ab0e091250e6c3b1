/** The first thing that the page does: takes what a person came with out of the address, and finds out whether somebody has to sign in. */
import { connect, type Orchestrator, type SignInWays } from "@orchestrator/client/promises/Orchestrator"
import { arrivalAt, safeReturn } from "../show/Arrival.ts"
import { basePath, serverUrl } from "./Place.ts"
import { notSignedIn, signedIn, token } from "./Session.ts"

export interface Arrived {
  /** Undefined where nobody had to ask, or nobody answered. */
  readonly ways: SignInWays | undefined
  /** Why what the person came with did not sign them in. */
  readonly trouble?: unknown
}

/** Without a token: what it asks is public. */
export const publicApi = (): Orchestrator["signIn"] => connect({ server: serverUrl() }).signIn

const goTo = (address: string) => window.history.replaceState(null, "", address)

const byLink = async (code: string): Promise<void> => {
  goTo(`${basePath()}/`)
  signedIn(await publicApi().redeemLink(code), false)
}

const byProvider = async (ways: SignInWays): Promise<void> => {
  const address = new URL(window.location.href)
  goTo(`${basePath()}/`)
  if (ways.provider === undefined) {
    throw new Error("This server has no provider to sign in with any more. Sign in with a token")
  }
  const { comeFromProvider } = await import("./Provider.ts")
  const { keep, returnTo, session, token } = await comeFromProvider(ways.provider, address)
  goTo(safeReturn(returnTo, basePath()))
  signedIn(token, keep, session)
}

export const arrive = async (): Promise<Arrived> => {
  const arrival = arrivalAt(window.location, basePath())
  if (arrival.by === "address" && token() !== undefined) return { ways: undefined }
  try {
    if (arrival.by === "link") await byLink(arrival.code)
    const ways = await publicApi().ways()
    if (arrival.by === "provider") await byProvider(ways)
    if (ways.required && token() === undefined) notSignedIn()
    return { ways }
  } catch (trouble) {
    notSignedIn()
    return { ways: undefined, trouble }
  }
}
