/** The paths that this server knows, for what the router does not tell: the pattern of a request's path, and the methods it takes. */
import { FindMyWay } from "effect/http"
import { HttpApi } from "effect/http-api"
import { Api } from "../Api.ts"

export interface KnownPath {
  /** `/api/v1/code-runs/:name` */
  readonly pattern: string
  readonly methods: ReadonlyArray<string>
}

/** Names of runs may have 253 characters; a router's parameters have 100 unless it is told. */
export const routerConfig = { maxParamLength: 1024 }

/** Routes beside the contract. */
export const documentPaths = { openapi: "/openapi.json", docs: "/docs" } as const

const methodsByPath = (): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>(Object.values(documentPaths).map((path) => [path, ["GET", "HEAD"]]))
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => {
      const methods = endpoint.method === "GET" ? ["GET", "HEAD"] : [endpoint.method]
      const path = pathOf(endpoint.path)
      found.set(path, [...(found.get(path) ?? []), ...methods])
    }
  })
  return found
}

/** A group's prefix and the path `/` of an endpoint make a trailing slash that the router does not insist on. */
const pathOf = (path: string): string => path.length > 1 ? path.replace(/\/$/, "") : path

const table = () => {
  const router = FindMyWay.make<KnownPath>(routerConfig)
  for (const [pattern, methods] of methodsByPath()) {
    router.on("GET", pattern as FindMyWay.PathInput, { pattern, methods: methods.toSorted() })
  }
  return router
}

const router = table()

/** What is known of the path of a request, whatever its method. */
export const knownPath = (url: string): KnownPath | undefined => router.find("GET", url)?.handler
