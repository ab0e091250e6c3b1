/**
 * Who may talk to the embedded cluster: programs of this machine that have the token. The address is loopback, yet every web page that
 * a person opens can reach it; so a foreign Host (DNS rebinding), a foreign Origin and any request without the token are refused.
 */
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { createHash, timingSafeEqual } from "node:crypto"
import type { Route } from "./Route.ts"

export interface Caller {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
  /** Whether it wants to be taken for somebody else. */
  readonly impersonates: boolean
}

/** Open to whoever is on this machine, as on a real API server. */
const open: ReadonlyArray<Route["_tag"]> = ["Health", "Version"]

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

export const makeGuard = (token: string, port: number) => {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  // What client libraries send with a WebSocket; no page has it, since none is served here.
  const own = new Set([...hosts].map((host) => `https://${host}`))
  const expected = digest(`Bearer ${token}`)

  /** Why this caller is refused; undefined when it may go on. */
  return (caller: Caller, route: Route): KubernetesErrorReason | undefined => {
    if (caller.host === undefined || !hosts.has(caller.host.toLowerCase())) {
      return { _tag: "Forbidden", message: `expected Host ${[...hosts].join(" or ")}, found ${caller.host ?? "none"}` }
    }
    if (caller.origin !== undefined && !own.has(caller.origin.toLowerCase())) {
      return { _tag: "Forbidden", message: "requests of web pages are refused" }
    }
    if (open.includes(route._tag)) return undefined
    if (!timingSafeEqual(digest(caller.authorization ?? ""), expected)) {
      return { _tag: "Unauthorized", message: "Unauthorized" }
    }
    return caller.impersonates
      ? { _tag: "Forbidden", message: "the local cluster knows one person and acts for nobody else: leave out --as" }
      : undefined
  }
}
