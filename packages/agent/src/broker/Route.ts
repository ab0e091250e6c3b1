/** Where a request goes, by its path alone. Paths are taken literally: nothing is decoded, so nothing can be hidden in them. */
import { dialectAt } from "../model/Dialects.ts"
import type { ModelDialect } from "../model/ModelDialect.ts"
import { brokerPaths } from "../pod/BrokerApi.ts"

export type Role = "docs" | "target"

export type Route =
  | { readonly _tag: "Model"; readonly dialect: ModelDialect; readonly path: string; readonly query: string }
  | { readonly _tag: "GitRefs"; readonly role: Role; readonly service: "git-upload-pack" | "git-receive-pack" }
  | { readonly _tag: "GitCall"; readonly role: Role; readonly service: "git-upload-pack" | "git-receive-pack" }
  | { readonly _tag: "Submodules" }
  | { readonly _tag: "SubmoduleCommit"; readonly id: number; readonly commit: string }
  | { readonly _tag: "SubmoduleRefs"; readonly id: number }
  | { readonly _tag: "SubmoduleCall"; readonly id: number }
  | { readonly _tag: "Run" }
  | { readonly _tag: "Branch" }
  | { readonly _tag: "Deliver" }
  | { readonly _tag: "Sign" }
  | { readonly _tag: "Cancel" }

const git = /^\/git\/(docs|target)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/
const services = ["git-upload-pack", "git-receive-pack"] as const

const gitRoute = (method: string, path: string, query: string): Route | undefined => {
  const [, name, call] = git.exec(path) ?? []
  const role = name === "docs" || name === "target" ? name : undefined
  if (role === undefined) return undefined
  if (call === "info/refs") {
    const service = services.find((each) => query === `?service=${each}`)
    return method === "GET" && service !== undefined ? { _tag: "GitRefs", role, service } : undefined
  }
  const service = services.find((each) => each === call)
  return method === "POST" && service !== undefined ? { _tag: "GitCall", role, service } : undefined
}

const submodule = /^\/git\/submodules\/(\d{1,4})\.git\/(info\/refs|git-upload-pack)$/
const submoduleCommit = /^\/run\/submodules\/(\d{1,4})\/([0-9a-f]{40}|[0-9a-f]{64})$/

/** Submodules can only be read. */
const submoduleRoute = (method: string, path: string, query: string): Route | undefined => {
  const [, commitOf, commit = ""] = submoduleCommit.exec(path) ?? []
  if (commitOf !== undefined) {
    return method === "GET" && query === "" ? { _tag: "SubmoduleCommit", id: Number(commitOf), commit } : undefined
  }
  const [, id, call] = submodule.exec(path) ?? []
  if (id === undefined) return undefined
  return call === "info/refs"
    ? method === "GET" && query === "?service=git-upload-pack" ? { _tag: "SubmoduleRefs", id: Number(id) } : undefined
    : method === "POST" && query === ""
    ? { _tag: "SubmoduleCall", id: Number(id) }
    : undefined
}

/** Undefined for what the broker does not have. */
export const routeOf = (method: string, url: string): Route | undefined => {
  const [path = "", ...rest] = url.split("?")
  const query = rest.length === 0 ? "" : `?${rest.join("?")}`
  const dialect = dialectAt(path)
  if (dialect !== undefined) return { _tag: "Model", dialect, path: path.slice(dialect.mount.length), query }
  if (/^\/(?:git|run)\/submodules\//.test(path)) return submoduleRoute(method, path, query)
  if (path.startsWith("/git/")) return gitRoute(method, path, query)
  if (query !== "") return undefined
  switch (`${method} ${path}`) {
    case `GET ${brokerPaths.run}`:
      return { _tag: "Run" }
    case "GET /run/submodules":
      return { _tag: "Submodules" }
    case `POST ${brokerPaths.branch}`:
      return { _tag: "Branch" }
    case `POST ${brokerPaths.deliver}`:
      return { _tag: "Deliver" }
    case `POST ${brokerPaths.sign}`:
      return { _tag: "Sign" }
    case `POST ${brokerPaths.cancel}`:
      return { _tag: "Cancel" }
    default:
      return undefined
  }
}
