/** Every request of the broker: is it the run's, where does it go. Nothing is answered without the run's token. */
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { dialectAt } from "../model/Dialects.ts"
import { ModelProxy } from "../model/ModelProxy.ts"
import { largestBody } from "../pod/BrokerApi.ts"
import { Endpoint } from "./Endpoint.ts"
import { GitServer } from "./git/GitServer.ts"
import { type Route, routeOf } from "./Route.ts"
import { makeRunApi, noSuchAddress } from "./RunApi.ts"
import { isAuthentic } from "./Token.ts"

type Request = HttpServerRequest.HttpServerRequest

const problem = (status: number, message: string) => HttpServerResponse.jsonUnsafe({ message }, { status })

/** In the words of whoever asks: the model's client wants the API's errors, git wants to be told to send its password. */
const unauthorized = Effect.fnUntraced(function*(url: string) {
  const served = dialectAt(url.split("?")[0] ?? "")
  if (served !== undefined) return (yield* served.load).refuse("Unauthenticated", "This is not the token of this run.")
  return HttpServerResponse.text("This is not the token of this run.\n", {
    status: 401,
    headers: { "www-authenticate": "Basic realm=\"run\"" }
  })
})

/** Whether a request says that it has a body no longer than this, or none; the server reads no more than it says. */
const fits = ({ headers }: Request, largest: number): boolean =>
  headers["content-length"] === undefined
    ? headers["transfer-encoding"] === undefined
    : Number(headers["content-length"]) <= largest

/** The application, with its services at hand. */
export const makeApp = Effect.gen(function*() {
  const { token } = yield* Endpoint
  const git = yield* GitServer
  const model = yield* ModelProxy
  const runApi = yield* makeRunApi

  const answer = (request: Request, route: Route) => {
    switch (route._tag) {
      case "Model":
        return model.handle(route.dialect, request, route.path, route.query)
      case "Git":
        return git.handle(request, route)
      case "Run":
        return fits(request, largestBody)
          ? runApi
          : Effect.succeed(problem(413, "expected a body of at most 1 MiB, and its length"))
    }
  }

  const handle = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (!isAuthentic(request.headers, token)) return yield* unauthorized(request.url)
    const route = routeOf(request.method, request.url)
    if (route === undefined) return problem(404, noSuchAddress)
    // The server runs its application uninterruptible; whoever goes away shall leave nothing behind that goes on asking a model.
    return yield* Effect.interruptible(answer(request, route))
  })
  return { handle }
})
