/**
 * Who asks: the bearer token, in memory. It is in `sessionStorage` as well, until the tab is closed, when the person wants that, and nowhere
 * else. Without one requests carry none, which a server without authentication accepts.
 */
import { createSignal } from "solid-js"
import { tabStore } from "./TabStore.ts"

/** Whether somebody has to sign in: nobody has yet, or whoever had is not accepted any more. */
export type SignInNeed = "none" | "first" | "again"

/** A session whose tokens are renewed. */
export interface Renewed {
  /** No token of it comes any more. */
  readonly stop: () => Promise<void>
  /** The provider's own session as well, where it has an end; leaves the page. */
  readonly leave: () => void
}

const place = "orchestrator.token"

/** A browser that forbids storage throws when it is touched. */
const stored = (): Storage | undefined => {
  try {
    return window.sessionStorage
  } catch {
    return undefined
  }
}

const [token, setToken] = createSignal(stored()?.getItem(place) ?? undefined)
const [kept, setKept] = createSignal(token() !== undefined)
const [need, setNeed] = createSignal<SignInNeed>("none")
let renewed: Renewed | undefined

export { kept, need, token }

/** From now on, or no longer, also after a reload of this tab. */
export const keepInTab = (keep: boolean): void => {
  const current = token()
  if (keep && current !== undefined) stored()?.setItem(place, current)
  else stored()?.removeItem(place)
  setKept(keep && current !== undefined)
}

/** The token of a session that goes on, also when the one before had expired meanwhile: a laptop that slept. */
export const renewToken = (next: string): void => {
  setToken(next)
  keepInTab(kept())
  setNeed("none")
}

/** Nobody renews what somebody else signed in with. */
const stopRenewing = async (): Promise<Renewed | undefined> => {
  const before = renewed
  renewed = undefined
  await before?.stop()
  return before
}

export const signedIn = (next: string, keep: boolean, session?: Renewed): void => {
  void stopRenewing()
  renewed = session
  setToken(next)
  keepInTab(keep)
  setNeed("none")
}

/** The server does not know the token, or wants one. What is on the page stays there. */
export const notSignedIn = (): void => {
  setNeed(token() === undefined && need() !== "again" ? "first" : "again")
  setToken(undefined)
  keepInTab(false)
}

const otherTabs = new BroadcastChannel("orchestrator.session")

const forget = () => {
  tabStore.dropAll()
  setToken(undefined)
  keepInTab(false)
  setNeed("first")
}

/** Here and in other tabs; then where the token is from. */
export const signOut = async (): Promise<void> => {
  forget()
  // Channels are of one origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  otherTabs.postMessage("signed out")
  const session = await stopRenewing()
  session?.leave()
}

otherTabs.addEventListener("message", () => {
  void stopRenewing()
  if (token() !== undefined) forget()
})
