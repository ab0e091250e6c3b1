/** Where a request goes, by its path alone. Paths are taken literally: nothing is decoded, so nothing can be hidden in them. */
import { dialectAt, type ServedDialect } from "../model/Dialects.ts"
import { otherRole, type Role } from "../pod/Role.ts"

const services = ["git-upload-pack", "git-receive-pack"] as const
type Service = typeof services[number]

/** A repository that the broker serves: one of the run's, of which the target alone can be written, or a submodule by its number. */
export interface GitRoute {
  readonly _tag: "Git"
  readonly repository: Role | number
  /** Telling the branches, or the exchange itself. */
  readonly call: "Refs" | "Exchange"
  readonly service: Service
}

export type Route =
  | { readonly _tag: "Model"; readonly dialect: ServedDialect; readonly path: string; readonly query: string }
  | GitRoute
  /** The contract's; which request it is, is the contract's to say. */
  | { readonly _tag: "Run" }

const git =
  /^\/git\/(?:(docs|target)|repositories\/(\d)|submodules\/(\d{1,4}))\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/

const repositoryOf = (role: string | undefined, other: string | undefined, id: string | undefined): Role | number => {
  if (role === "docs" || role === "target") return role
  return other === undefined ? Number(id) : otherRole(Number(other))
}

const gitRoute = (method: string, path: string, query: string): GitRoute | undefined => {
  const [, role, other, id, call] = git.exec(path) ?? []
  if (call === undefined) return undefined
  const isRefs = call === "info/refs"
  const service = services.find((each) => isRefs ? query === `?service=${each}` : call === each)
  if (service === undefined || method !== (isRefs ? "GET" : "POST")) return undefined
  const repository = repositoryOf(role, other, id)
  if (typeof repository === "number" && service === "git-receive-pack") return undefined
  return { _tag: "Git", repository, call: isRefs ? "Refs" : "Exchange", service }
}

/** Undefined for what the broker does not have. */
export const routeOf = (method: string, url: string): Route | undefined => {
  const [path = "", ...rest] = url.split("?")
  const query = rest.length === 0 ? "" : `?${rest.join("?")}`
  const dialect = dialectAt(path)
  if (dialect !== undefined) return { _tag: "Model", dialect, path: path.slice(dialect.mount.length), query }
  if (path.startsWith("/git/")) return gitRoute(method, path, query)
  return /^\/run(?:\/|$)/.test(path) && query === "" ? { _tag: "Run" } : undefined
}
