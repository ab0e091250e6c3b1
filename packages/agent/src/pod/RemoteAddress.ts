/** What an address of a git repository names: the host, and at a forge the owner and the repository. */
import { gitAddress } from "@orchestrator/domain/GitHosts"

export interface RemoteAddress {
  /** Lower-case host, with the port of an http address when it is not the usual one. */
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
  const { host, path, port, protocol } = gitAddress(url)
  if (host === "" || protocol === "file") return undefined
  return { host: port === undefined || protocol === "ssh" ? host : `${host}:${port}`, repository: repositoryOf(path) }
}
