/** What an address of a git repository names: the host, and the path at it. */
import { gitAddress } from "@orchestrator/domain/GitHosts"

export interface RemoteAddress {
  /** Lower-case host, with the port of an http address when it is not the usual one. */
  readonly host: string
  /** `https` or `http`, by which its API is asked; ssh addresses say nothing of that. */
  readonly scheme: string
  /** Without slashes around it, and without `.git`. */
  readonly path: string
}

/** Undefined for `file:` and what else has no host. */
export const parseAddress = (url: string): RemoteAddress | undefined => {
  const { host, path, port, protocol } = gitAddress(url)
  if (host === "" || protocol === "file") return undefined
  return {
    host: port === undefined || protocol === "ssh" ? host : `${host}:${port}`,
    scheme: protocol === "http" ? "http" : "https",
    path: path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "")
  }
}
