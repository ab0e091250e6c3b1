/** Paths of repositories in addresses: what is taken from a remote's address goes into paths of an API, and so may hold nothing else. */
import type { RepositoryName } from "../ForgeAdapter.ts"

const isPart = (text: string): boolean => /^[\w.~-]{1,255}$/.test(text) && !/^\.+$/.test(text)

/** Every part of a path; undefined where one of them is none. */
const partsOf = (path: string): ReadonlyArray<string> | undefined => {
  const parts = path.split("/")
  return parts.every(isPart) ? parts : undefined
}

/** Owner and name, where the path has just these two parts. */
export const ownerAndName = (path: string): RepositoryName | undefined => {
  const [owner, name, ...more] = partsOf(path) ?? []
  return owner === undefined || name === undefined || more.length > 0 ? undefined : { owner, name }
}

/** The last part is the name, and all before it its groups. */
export const groupsAndName = (path: string): RepositoryName | undefined => {
  const parts = partsOf(path) ?? []
  return parts.length < 2 ? undefined : { owner: parts.slice(0, -1).join("/"), name: parts.at(-1) ?? "" }
}

/** Without the folder that a whole forge is below, by the address of its API: `https://host/gitlab/api/v4` is below `gitlab`. */
export const belowRoot = (path: string, api: string, end: RegExp): string => {
  const root = (URL.parse(api)?.pathname ?? "").replace(end, "").replace(/^\/+|\/+$/g, "")
  return root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
}
