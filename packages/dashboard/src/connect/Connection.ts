/** How the stream of changes is: what the banner says, and what makes figures on the page older than now. */

export type Connection =
  /** The first list is on its way. */
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** It broke, and is made again; nothing is lost meanwhile. */
  | { readonly state: "reconnecting" }
  /** It cannot be better next time: the token is refused, or may not list runs. */
  | { readonly state: "refused"; readonly error: unknown }

export const connecting: Connection = { state: "connecting" }
export const live: Connection = { state: "live" }
export const reconnecting: Connection = { state: "reconnecting" }
