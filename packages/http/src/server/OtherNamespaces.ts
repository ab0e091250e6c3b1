/**
 * `/namespaces/NAME/...`: the same API for the runs of another namespace. What stands below is everything that the server has at its root, so that a
 * client needs no more than another base address. It is the same routes, which ask what a request is about (AskedNamespace): routes of its own would
 * take 2 MB for each namespace.
 */
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { AskedNamespace } from "../services/AskedNamespace.ts"
import { namespaceIn } from "./NamespacePath.ts"

/** `serves`: whether the runs of a namespace are looked after. */
export const inNamespaces =
  (serves: (namespace: string) => boolean) =>
  <A, E, R>(app: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.flatMap(
      HttpServerRequest.HttpServerRequest,
      (request): Effect.Effect<A, E, R | HttpServerRequest.HttpServerRequest> => {
        const asked = namespaceIn(request.url)
        return asked === undefined || !serves(asked.namespace) ? app : app.pipe(
          Effect.provideService(AskedNamespace, asked.namespace),
          Effect.provideService(HttpServerRequest.HttpServerRequest, request.modify({ url: asked.url }))
        )
      }
    )
