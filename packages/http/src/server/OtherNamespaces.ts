/**
 * `/namespaces/NAME/...`: the same API for the runs of another namespace, made when it is first asked for and kept while it is. What stands below
 * is everything that the server has at its root, so that a client needs no more than another base address.
 */
import { Context, Effect, Layer, RcMap, Scope } from "effect"
import {
  HttpRouter,
  type HttpServerError,
  HttpServerRequest,
  HttpServerRespondable,
  type HttpServerResponse
} from "effect/http"
import { ClusterUnavailable } from "../contract/Problem.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { Stopping } from "../services/Stopping.ts"
import { namespaceIn } from "./NamespacePath.ts"
import { routes, type RoutesOptions } from "./Routes.ts"
import { routerConfig } from "./RouteTable.ts"

const idleFor = "10 minutes"
/** Namespaces that are served at a time. */
const most = 256

type Asked = Scope.Scope | HttpServerRequest.HttpServerRequest
type App<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** `serves`: whether the runs of a namespace are looked after. Needs what the routes need. */
export const otherNamespaces = Effect.fnUntraced(
  function*(options: RoutesOptions, serves: (namespace: string) => boolean) {
    const settings = yield* HttpSettings
    // Whatever is shared by what is at the root knows the root's namespace.
    const build = (namespace: string) =>
      HttpRouter.toHttpEffect(
        Layer.fresh(routes(options).pipe(Layer.provide(Layer.succeed(HttpSettings, { ...settings, namespace }))))
      ).pipe(Effect.provideService(HttpRouter.RouterConfig, routerConfig))
    const own = yield* Effect.context<Effect.Services<ReturnType<typeof build>>>()
    const apps = yield* RcMap.make({
      idleTimeToLive: idleFor,
      capacity: most,
      // A map looks up with all that its asker has: routes that are built with a request would take every later one for it.
      lookup: (namespace: string) =>
        Effect.flatMap(
          Scope.Scope,
          (scope) => Effect.setContext(build(namespace), Context.add(own, Scope.Scope, scope))
        )
    })
    const stopping = yield* Stopping
    return <E, R>(root: App<E, R>): App<E | HttpServerError.HttpServerError, R | Asked> =>
      Effect.flatMap(
        HttpServerRequest.HttpServerRequest,
        (request): App<E | HttpServerError.HttpServerError, R | Asked> => {
          const asked = namespaceIn(request.url)
          if (asked === undefined || !serves(asked.namespace)) return root
          return RcMap.get(apps, asked.namespace).pipe(
            Effect.flatten,
            Effect.provideService(Stopping, stopping),
            Effect.provideService(HttpServerRequest.HttpServerRequest, request.modify({ url: asked.url })),
            Effect.catchTag("ExceededCapacityError", () =>
              HttpServerRespondable.toResponse(
                new ClusterUnavailable({
                  detail: `Runs of ${most} namespaces are asked for at this time, and that is as many as are served`,
                  hint: "Retry later"
                })
              ))
          )
        }
      )
  }
)
