/** What stands behind the method in a request: a path and a query, and nothing that proxies, routers and logs could read differently. */

export interface RequestTarget {
  readonly path: string
  readonly query: URLSearchParams
}

/** Characters of a path (RFC 3986); a path that begins with two slashes would name a host. */
const path = /^\/(?!\/)(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/
/** People write brackets and braces of selectors and JSON paths as they are. */
const query = /^(?:[\w.~!$&'()*+,;=:@/?{}[\]"<>|^`\\-]|%[0-9A-Fa-f]{2})*$/

/** What no part of a path may hold when it is decoded: another part, a step up, a control character, half a character. */
const isPart = (part: string): boolean => {
  try {
    const text = decodeURIComponent(part)
    // oxlint-disable-next-line no-control-regex
    return !/[/\\\x00-\x1f\x7f]/.test(text) && text !== "." && text !== ".."
  } catch {
    return false
  }
}

/** Undefined for what is no target of ours. */
export const parseTarget = (target: string): RequestTarget | undefined => {
  const at = target.indexOf("?")
  const [before, after] = at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)]
  return path.test(before) && query.test(after) && before.split("/").every(isPart)
    ? { path: before, query: new URLSearchParams(after) }
    : undefined
}
