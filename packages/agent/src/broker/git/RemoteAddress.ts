/** What an address of a git repository names: the host, and at a forge the owner and the repository. */

export interface RemoteAddress {
  /** Lower-case host, with the port of an http address when it has one. */
  readonly host: string
  /** Owner and name, where the path has just these two parts. */
  readonly repository: { readonly owner: string; readonly name: string } | undefined
}

const part = /^[\w.-]+$/

const repositoryOf = (path: string): RemoteAddress["repository"] => {
  const [owner = "", name = "", ...more] = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "").split("/")
  const fits = more.length === 0 && [owner, name].every((text) => part.test(text) && !/^\.+$/.test(text))
  return fits ? { owner, name } : undefined
}

/** Undefined for `file:` and what else has no host. */
export const parseAddress = (url: string): RemoteAddress | undefined => {
  const scheme = /^(https?|ssh):\/\/(?:[^/@]*@)?([^/@:]+|\[[^\]]+\])(:\d+)?(\/.*)?$/i.exec(url)
  if (scheme !== null) {
    const [, kind = "", host = "", port = "", path = ""] = scheme
    return { host: `${host}${kind.toLowerCase() === "ssh" ? "" : port}`.toLowerCase(), repository: repositoryOf(path) }
  }
  const short = /^[^@/]+@([^:/]+):(.*)$/.exec(url)
  return short === null ? undefined : { host: (short[1] ?? "").toLowerCase(), repository: repositoryOf(short[2] ?? "") }
}

/** What is wrong with the host, when a list says which ones may be used. */
export const hostProblem = (url: string, allowed: ReadonlyArray<string>) => {
  if (allowed.length === 0) return undefined
  const host = parseAddress(url)?.host
  return host !== undefined && (allowed.includes(host) || allowed.includes(host.replace(/:\d+$/, "")))
    ? undefined
    : { expected: `a host of git.allowedHosts (${allowed.join(", ")})`, found: host ?? "an address without a host" }
}
