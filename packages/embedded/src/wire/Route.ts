/** What a path of the Kubernetes API asks for. */

export interface ResourceRoute {
  readonly _tag: "Resource"
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespace?: string
  /** Absent: the collection. */
  readonly name?: string
  readonly subresource?: string
}

export type Route =
  | { readonly _tag: "Health" }
  | { readonly _tag: "Version" }
  | { readonly _tag: "CoreVersions" }
  | { readonly _tag: "Groups" }
  | { readonly _tag: "Group"; readonly group: string }
  | { readonly _tag: "Resources"; readonly group: string; readonly version: string }
  | { readonly _tag: "OpenApiV2" }
  | { readonly _tag: "OpenApiV3Index" }
  | { readonly _tag: "OpenApiV3"; readonly group: string; readonly version: string }
  | ResourceRoute
  | { readonly _tag: "Unknown" }

const unknown: Route = { _tag: "Unknown" }

const decodeSegments = (path: string): ReadonlyArray<string> =>
  path.split("/").filter((segment) => segment !== "").map(decodeURIComponent)

const single: Readonly<Record<string, Route>> = {
  healthz: { _tag: "Health" },
  livez: { _tag: "Health" },
  readyz: { _tag: "Health" },
  version: { _tag: "Version" },
  api: { _tag: "CoreVersions" },
  apis: { _tag: "Groups" }
}

/** Subresources of a namespace, which look like kinds within it. */
const namespaceSubresources = ["status", "finalize"]

const resourceRoute = (group: string, version: string, rest: ReadonlyArray<string>): Route => {
  const [first, second, third] = rest
  const within = first === "namespaces" && second !== undefined && third !== undefined &&
    !namespaceSubresources.includes(third)
  const [plural, name, subresource, ...more] = within ? rest.slice(2) : rest
  return plural === undefined || more.length > 0 ? unknown : {
    _tag: "Resource",
    group,
    version,
    plural,
    ...(within ? { namespace: second } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource })
  }
}

const openApiRoute = ([version, root, ...path]: ReadonlyArray<string>): Route => {
  if (version === "v2" && root === undefined) return { _tag: "OpenApiV2" }
  if (version !== "v3") return unknown
  if (root === undefined) return { _tag: "OpenApiV3Index" }
  const [first, second, ...more] = path
  if (more.length > 0 || first === undefined) return unknown
  if (root === "api" && second === undefined) return { _tag: "OpenApiV3", group: "", version: first }
  return root === "apis" && second !== undefined ? { _tag: "OpenApiV3", group: first, version: second } : unknown
}

/** Of a path that parseTarget has let through. */
export const routeOf = (path: string): Route => {
  const segments = decodeSegments(path)
  const [root = "", first, second, ...rest] = segments
  if (first === undefined) return (Object.hasOwn(single, root) ? single[root] : undefined) ?? unknown
  switch (root) {
    case "healthz":
    case "livez":
    case "readyz":
      return { _tag: "Health" }
    case "openapi":
      return openApiRoute(segments.slice(1))
    case "api":
      return second === undefined
        ? { _tag: "Resources", group: "", version: first }
        : resourceRoute("", first, [second, ...rest])
    case "apis":
      if (second === undefined) return { _tag: "Group", group: first }
      return rest.length === 0
        ? { _tag: "Resources", group: first, version: second }
        : resourceRoute(first, second, rest)
    default:
      return unknown
  }
}
