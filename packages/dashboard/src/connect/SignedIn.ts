/** What is to be done again when somebody has signed in again. */
import { createEffect, on } from "solid-js"
import { token } from "./Session.ts"

/** Told of each new token, one that only renews a session included. */
export const onSignedIn = (what: () => void): void => {
  createEffect(on(token, (now) => now !== undefined && what(), { defer: true }))
}
