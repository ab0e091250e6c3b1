/** Where a request goes, by its path alone. Paths are taken literally: nothing is decoded, so nothing can be hidden in them. */

export type Role = "docs" | "target"

export type Route =
  | { readonly _tag: "Model"; readonly path: string; readonly query: string }
  | { readonly _tag: "GitRefs"; readonly role: Role; readonly service: "git-upload-pack" | "git-receive-pack" }
  | { readonly _tag: "GitCall"; readonly role: Role; readonly service: "git-upload-pack" | "git-receive-pack" }
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

/** Undefined for what the broker does not have. */
export const routeOf = (method: string, url: string): Route | undefined => {
  const [path = "", ...rest] = url.split("?")
  const query = rest.length === 0 ? "" : `?${rest.join("?")}`
  if (path === "/anthropic" || path.startsWith("/anthropic/")) {
    return { _tag: "Model", path: path.slice("/anthropic".length), query }
  }
  if (path.startsWith("/git/")) return gitRoute(method, path, query)
  if (query !== "") return undefined
  switch (`${method} ${path}`) {
    case "GET /run":
      return { _tag: "Run" }
    case "POST /run/branch":
      return { _tag: "Branch" }
    case "POST /run/deliver":
      return { _tag: "Deliver" }
    case "POST /run/sign":
      return { _tag: "Sign" }
    case "POST /run/cancel":
      return { _tag: "Cancel" }
    default:
      return undefined
  }
}
