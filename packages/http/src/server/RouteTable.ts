/** The paths that this server knows, for what the router does not tell: the pattern of a request's path, and the methods it takes. */
import { Context, Option } from "effect"
import { FindMyWay } from "effect/http"
import { HttpApi } from "effect/http-api"
import { AskedFor, Needs, type Resource } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import { mcpPath } from "../contract/McpPath.ts"

/** What a request would change: `retry coderuns/a`. Without a name it makes one. */
export interface Change {
  readonly verb: string
  readonly resource: Resource
  readonly name?: string
}

export interface KnownPath {
  /** `/api/v1/code-runs/:name` */
  readonly pattern: string
  readonly methods: ReadonlyArray<string>
  /** By method. */
  readonly changes: ReadonlyMap<string, Change>
}

/** Names of runs may have 253 characters; a router's parameters have 100 unless it is told. */
export const routerConfig = { maxParamLength: 1024 }

/** Routes beside the contract. */
export const documentPaths = { openapi: "/openapi.json", docs: "/docs" } as const

interface Known {
  readonly methods: ReadonlyArray<string>
  readonly changes: ReadonlyMap<string, Change>
}

/** Attempts are retried and cancelled by patches; what is asked for is the better word. */
const changeBy = (endpoint: string, annotations: Context.Context<never>): Change | undefined => {
  const need = Option.getOrUndefined(Context.getOption(annotations, Needs))?.[0]
  const asked = Option.getOrUndefined(Context.getOption(annotations, AskedFor))
  if (need !== undefined && asked !== undefined) return { verb: asked, resource: need.resource }
  if (need === undefined || need.verb === "get" || need.verb === "list") return undefined
  return { verb: need.verb === "patch" ? endpoint : need.verb, resource: need.resource }
}

const knownPaths = (): ReadonlyMap<string, Known> => {
  const documents = Object.values(documentPaths)
  const found = new Map<string, Known>(
    documents.map((path) => [path, { methods: ["GET", "HEAD"], changes: new Map() }])
  )
  found.set(mcpPath, { methods: ["POST", "DELETE"], changes: new Map() })
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, mergedAnnotations }) => {
      const methods = endpoint.method === "GET" ? ["GET", "HEAD"] : [endpoint.method]
      const path = pathOf(endpoint.path)
      const known = found.get(path)
      const change = changeBy(endpoint.identifier, mergedAnnotations)
      found.set(path, {
        methods: [...known?.methods ?? [], ...methods],
        changes: new Map([...known?.changes ?? [], ...change === undefined ? [] : [[endpoint.method, change] as const]])
      })
    }
  })
  return found
}

/** A group's prefix and the path `/` of an endpoint make a trailing slash that the router does not insist on. */
const pathOf = (path: string): string => path.length > 1 ? path.replace(/\/$/, "") : path

const table = () => {
  const router = FindMyWay.make<KnownPath>(routerConfig)
  for (const [pattern, { changes, methods }] of knownPaths()) {
    router.on("GET", pattern as FindMyWay.PathInput, { pattern, methods: methods.toSorted(), changes })
  }
  return router
}

const router = table()

/** What is known of the path of a request, whatever its method. */
export const knownPath = (url: string): KnownPath | undefined => router.find("GET", url)?.handler

/** What a request would change, by its method and path; undefined for reads and for what is not known. */
export const changeOf = (method: string, url: string): Change | undefined => {
  const found = router.find("GET", url)
  const change = found?.handler.changes.get(method)
  const name = found?.params["name"]
  return change === undefined || name === undefined ? change : { ...change, name }
}
