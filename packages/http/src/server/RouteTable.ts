/** The paths that this server knows, for what the router does not tell: the pattern of a request's path, and the methods it takes. */
import { Context, Option } from "effect"
import { FindMyWay, HttpMethod } from "effect/http"
import { HttpApi } from "effect/http-api"
import { AskedFor, ChangesNothing, Needs, type Resource } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import { mcpPath } from "../contract/McpPath.ts"
import { webhookPaths } from "../events/Webhooks.ts"

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
}

/** Names of runs may have 253 characters; a router's parameters have 100 unless it is told. */
export const routerConfig = { maxParamLength: 1024 }

/** Routes beside the contract. */
export const documentPaths = { openapi: "/openapi.json", docs: "/docs" } as const

/** Attempts are retried and cancelled by patches; what is asked for is the better word. */
const changeBy = (endpoint: string, annotations: Context.Context<never>): Change | undefined => {
  const need = Option.getOrUndefined(Context.getOption(annotations, Needs))?.[0]
  const asked = Option.getOrUndefined(Context.getOption(annotations, AskedFor))
  if (Option.isSome(Context.getOption(annotations, ChangesNothing))) return undefined
  if (need !== undefined && asked !== undefined) return { verb: asked, resource: need.resource }
  if (need === undefined || need.verb === "get" || need.verb === "list") return undefined
  return { verb: need.verb === "patch" ? endpoint : need.verb, resource: need.resource }
}

const endpoints = () => {
  const found: Array<
    { readonly method: HttpMethod.HttpMethod; readonly path: string; readonly change: Change | undefined }
  > = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, mergedAnnotations }) => {
      const change = changeBy(endpoint.identifier, mergedAnnotations)
      found.push({ method: endpoint.method, path: pathOf(endpoint.path), change })
    }
  })
  return found
}

/** A group's prefix and the path `/` of an endpoint make a trailing slash that the router does not insist on. */
const pathOf = (path: string): string => path.length > 1 ? path.replace(/\/$/, "") : path

const answeredBy = (method: HttpMethod.HttpMethod): ReadonlyArray<string> =>
  method === "GET" ? ["GET", "HEAD"] : [method]

const tables = () => {
  const paths = FindMyWay.make<KnownPath>(routerConfig)
  // By method: a run may be named like a route, and is deleted all the same.
  const changes = FindMyWay.make<Change | undefined>(routerConfig)
  const methods = new Map<string, ReadonlyArray<string>>(
    [
      ...Object.values(documentPaths).map((path) => [path, answeredBy("GET")] as const),
      ...webhookPaths.map((path) => [path, answeredBy("POST")] as const)
    ]
  )
  methods.set(mcpPath, ["POST", "DELETE"])
  for (const { change, method, path } of endpoints()) {
    methods.set(path, [...methods.get(path) ?? [], ...answeredBy(method)])
    changes.on(method, path as FindMyWay.PathInput, change)
  }
  for (const [pattern, known] of methods) {
    paths.on("GET", pattern as FindMyWay.PathInput, { pattern, methods: known.toSorted() })
  }
  return { paths, changes }
}

const { changes, paths } = tables()

/** What is known of the path of a request, whatever its method. */
export const knownPath = (url: string): KnownPath | undefined => paths.find("GET", url)?.handler

/** What a request would change, by its method and path; undefined for reads and for what is not known. */
export const changeOf = (method: string, url: string): Change | undefined => {
  // Most requests are, and none of them changes anything.
  if (method === "GET" || method === "HEAD") return undefined
  const found = HttpMethod.isHttpMethod(method) ? changes.find(method, url) : undefined
  const name = found?.params["name"]
  return found?.handler === undefined || name === undefined ? found?.handler : { ...found.handler, name }
}
