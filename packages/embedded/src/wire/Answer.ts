/** What answers which path. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { methodNotAllowed, notServed, refused } from "../objects/Refusal.ts"
import { aggregated, coreVersions, groupList, groupOf, resourceList, version } from "./Discovery.ts"
import { type Answer, type Exchange, json } from "./Exchange.ts"
import { openApiV2, openApiV3Index, openApiV3Of } from "./openapi/OpenApi.ts"
import { answerResource } from "./Resources.ts"
import type { Route } from "./Route.ts"

const orNotServed = (exchange: Exchange, body: object | undefined): Answer =>
  body === undefined ? Effect.fail(notServed) : json(exchange, body)

const discovery = (exchange: Exchange, which: "core" | "named", otherwise: object): Answer => {
  const { form, kinds } = exchange
  if (form.as !== "APIGroupDiscoveryList" || form.version === undefined) return json(exchange, otherwise)
  return json(
    exchange,
    aggregated(kinds, which, form.version),
    200,
    `application/json;g=apidiscovery.k8s.io;v=${form.version};as=APIGroupDiscoveryList`
  )
}

/**
 * @param accepts whether the client takes JSON at all
 * @param address host and port
 */
export const answer = (exchange: Exchange, route: Route, accepts: boolean, address: string): Answer => {
  const { kinds } = exchange
  if (!accepts) return Effect.fail(refused(406, "only the following media types are accepted: application/json"))
  if (route._tag === "Resource") return answerResource(exchange, route)
  if (exchange.method !== "GET") return Effect.fail(methodNotAllowed)
  switch (route._tag) {
    case "Health":
      return Effect.succeed(HttpServerResponse.text("ok"))
    case "Version":
      return json(exchange, version)
    case "CoreVersions":
      return discovery(exchange, "core", coreVersions(address))
    case "Groups":
      return discovery(exchange, "named", groupList(kinds))
    case "Group":
      return orNotServed(exchange, groupOf(kinds, route.group))
    case "Resources":
      return orNotServed(exchange, resourceList(kinds, route.group, route.version))
    case "OpenApiV2":
      return json(exchange, openApiV2(kinds))
    case "OpenApiV3Index":
      return json(exchange, openApiV3Index(kinds))
    case "OpenApiV3":
      return orNotServed(exchange, openApiV3Of(kinds, route.group, route.version))
    case "Unknown":
      return Effect.fail(notServed)
  }
}
