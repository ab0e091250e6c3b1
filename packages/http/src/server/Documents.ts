/** The OpenAPI document and a page that shows it. Both come from this process: a cluster may have no way to the internet. */
import { Effect, Scope } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiSwagger, OpenApi } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import { documentPaths } from "./RouteTable.ts"

/** The page has its script and style in it and talks to this server only. */
const pagePolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:; "
  + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const openApiDocument = Effect.sync(() => HttpServerResponse.jsonUnsafe(OpenApi.fromApi(Api)))

/** The page is 2 MB: it is made when somebody asks for it first. */
const docsPage = Effect.cached(HttpRouter.toHttpEffect(HttpApiSwagger.layer(Api, { path: documentPaths.docs })))

export const DocumentsLayer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const document = yield* Effect.cached(openApiDocument)
  const page = yield* docsPage
  const scope = yield* Effect.scope
  yield* router.add("GET", documentPaths.openapi, document)
  yield* router.add(
    "GET",
    documentPaths.docs,
    page.pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.flatten,
      Effect.map(HttpServerResponse.setHeader("content-security-policy", pagePolicy))
    )
  )
}))
