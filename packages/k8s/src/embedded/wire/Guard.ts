/**
 * Who may talk to the embedded cluster: programs of this machine that have the token. The address is loopback, yet every web page that
 * a person opens can reach it; so a foreign Host (DNS rebinding), any Origin and any request without the token are refused.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import type { KubernetesErrorReason } from "../../KubernetesError.ts"
import type { Route } from "./Route.ts"

export interface Caller {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
}

/** Open to whoever is on this machine, as on a real API server. */
const open: ReadonlyArray<Route["_tag"]> = ["Health", "Version"]

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

export const makeGuard = (token: string, port: number) => {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  const expected = digest(`Bearer ${token}`)

  /** Why this caller is refused; undefined when it may go on. */
  return (caller: Caller, route: Route): KubernetesErrorReason | undefined => {
    if (caller.host === undefined || !hosts.has(caller.host.toLowerCase())) {
      return { _tag: "Forbidden", message: `expected Host ${[...hosts].join(" or ")}, found ${caller.host ?? "none"}` }
    }
    if (caller.origin !== undefined) return { _tag: "Forbidden", message: "requests of web pages are refused" }
    if (open.includes(route._tag)) return undefined
    return timingSafeEqual(digest(caller.authorization ?? ""), expected)
      ? undefined
      : { _tag: "Unauthorized", message: "Unauthorized" }
  }
}
