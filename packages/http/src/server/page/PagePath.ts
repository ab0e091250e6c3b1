/** What a path below the server means to the page: a file with a hash in its name, or a view, whose address only the page itself knows. */

export type PagePath =
  | { readonly _tag: "Asset"; readonly name: string; readonly type: string }
  | { readonly _tag: "View" }
  | { readonly _tag: "Other" }

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2"
}

/** Nothing in it leads out of a folder. */
const assetName = /^\/assets\/([\w-]+(?:\.[\w-]+)*\.(\w+))$/

const foreign = /^\/(?:api|assets|mcp)(?:\/|$)/

const isNavigation = (accept: string): boolean =>
  /(?:^|,)\s*(?:text\/html|application\/xhtml\+xml)\s*(?:[,;]|$)/i.test(accept)

/** `accept`: what the request takes; who navigates takes HTML. */
export const pagePath = (path: string, accept: string): PagePath => {
  const [, name, extension = ""] = assetName.exec(path) ?? []
  const type = types[extension]
  if (name !== undefined && type !== undefined) return { _tag: "Asset", name, type }
  return path === "/" || (isNavigation(accept) && !foreign.test(path)) ? { _tag: "View" } : { _tag: "Other" }
}

/**
 * The way from a view's address up to the page's: `/runs/code-runs/a` lies two folders below. It is relative, so that it holds below
 * whatever path a proxy has put the server.
 */
export const baseOf = (path: string): string => "../".repeat(path.split("/").length - 2) || "./"

/** Below what a proxy says that it has put this server, as `<base>` takes it; undefined for what is no path of a host. */
export const forwardedBase = (prefix: string | undefined): string | undefined =>
  prefix !== undefined && /^(?:\/[\w.~-]+)+\/?$/.test(prefix) ? prefix.replace(/\/?$/, "/") : undefined

/** The best of the encodings that the build has made, and the end of its file's name. */
export const encodingOf = (accepted: string): { readonly name: string; readonly suffix: string } | undefined => {
  const takes = (name: string) =>
    accepted.split(",").some((each) => {
      const [coding = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase())
      return coding === name && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
    })
  if (takes("br")) return { name: "br", suffix: ".br" }
  return takes("gzip") ? { name: "gzip", suffix: ".gz" } : undefined
}
