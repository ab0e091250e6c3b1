/**
 * The path below which a proxy has put this server, where it hands on requests as they are: left off before anything looks at the path.
 * Requests without it are served as well: probes and programs in the cluster do not come by the proxy.
 */
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"

/** The path below the base, or undefined where the request is for the base itself, without the slash that relative addresses need. */
const belowBase = (url: string, basePath: string): string | undefined => {
  if (!url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest.startsWith("/")) return rest
  return rest === "" || rest.startsWith("?") ? undefined : url
}

type App<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** `basePath`: `/orchestrator`, or nothing. */
export const withoutBasePath =
  (basePath: string) => <E, R>(app: App<E, R>): App<E, R | HttpServerRequest.HttpServerRequest> =>
    basePath === "" ? app : Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const url = belowBase(request.url, basePath)
      if (url === request.url) return app
      if (url !== undefined) {
        return Effect.provideService(app, HttpServerRequest.HttpServerRequest, request.modify({ url }))
      }
      return Effect.succeed(
        HttpServerResponse.redirect(`${basePath}/${request.url.slice(basePath.length)}`, { status: 308 })
      )
    })
