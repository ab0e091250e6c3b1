/**
 * `/metrics` on a port of its own, for whoever the network lets reach it: no authentication, no TLS. And `/health`, so that a kubelet hears
 * that the process lives when others take up the connections of the API's port.
 */
import { collected } from "@orchestrator/domain/Scrape"
import { Effect, Layer, Random } from "effect"
import { HttpServer, HttpServerRequest, HttpServerRespondable, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { MethodNotAllowed, RouteNotFound } from "../contract/Problem.ts"
import { isLoopback, refusal } from "./Guard.ts"
import { stamped } from "./Problems.ts"
import { requestId } from "./RequestId.ts"
import { socket, type SocketOptions } from "./Socket.ts"

const path = "/metrics"
const health = "/health"

const pathOf = (url: string) => url.split("?")[0]

const contentType = "text/plain; version=0.0.4; charset=utf-8"

const problemOf = ({ headers, method, url }: HttpServerRequest.HttpServerRequest, loopback: boolean) => {
  const refused = refusal({ method, host: headers["host"], origin: headers["origin"] }, loopback)
  if (refused !== undefined) return refused
  if (pathOf(url) !== path && pathOf(url) !== health) {
    return new RouteNotFound({
      detail: "This port serves only /metrics and /health",
      hint: "The API is on another port"
    })
  }
  return method === "GET" || method === "HEAD" ? undefined : new MethodNotAllowed({
    detail: `${pathOf(url)} allows GET, HEAD; found ${method}`,
    hint: "Read the metrics with GET",
    allow: ["GET", "HEAD"]
  })
}

const answer = Effect.fnUntraced(function*(loopback: boolean) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const problem = problemOf(request, loopback)
  if (problem === undefined && pathOf(request.url) === health) return HttpServerResponse.text("ok\n")
  if (problem === undefined) {
    yield* collected
    return HttpServerResponse.text(yield* PrometheusMetrics.format(), {
      contentType,
      headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" }
    })
  }
  const id = requestId(request.headers["x-request-id"], yield* Random.Random)
  return stamped(yield* HttpServerRespondable.toResponse(problem), id)
})

export const metricsServer = (options: SocketOptions) =>
  HttpServer.serve(answer(isLoopback(options.host))).pipe(Layer.provideMerge(socket(options)))
