/**
 * Who may be talking to a server without authentication: programs of this machine, and nobody's web page. A page that rebinds its name
 * to 127.0.0.1 is known by its Host, a page that posts across origins by its Origin. No CORS header is ever sent.
 */
import { CrossOrigin, HostRefused } from "../contract/Problem.ts"

const loopbackName = /^(localhost|([\w-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i

/** Whether an address or name is of this machine only. */
export const isLoopback = (host: string): boolean => loopbackName.test(host)

const hostOf = (header: string): string => header.replace(/:\d+$/, "")

const originHost = (origin: string): string | undefined => URL.canParse(origin) ? new URL(origin).host : undefined

export interface Asking {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
}

/** Why a request is not answered; undefined when it is. */
export const refusal = (
  { host = "", method, origin }: Asking,
  loopback: boolean
): HostRefused | CrossOrigin | undefined => {
  if (loopback && !isLoopback(hostOf(host))) {
    return new HostRefused({
      detail: `Expected a Host of this machine, found ${JSON.stringify(host)}`,
      hint: "Use http://127.0.0.1 or http://localhost with the server's port; a proxy in front sends Host: localhost"
    })
  }
  const safe = method === "GET" || method === "HEAD" || method === "OPTIONS"
  return safe || origin === undefined || originHost(origin) === host ? undefined : new CrossOrigin({
    detail: `Expected a request from this server's own pages or from a program, found one from the page ${
      JSON.stringify(origin)
    }`,
    hint: "Call the API from a program, or serve the page from this server's origin"
  })
}
