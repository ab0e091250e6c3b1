/** Every request of the broker: is it the run's, where does it go. Nothing is answered without the run's token. */
import { Effect, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { dialectAt } from "../model/Dialects.ts"
import { ModelProxy } from "../model/ModelProxy.ts"
import { Spending } from "../model/Spending.ts"
import { type RunAnswer, Work } from "../pod/BrokerApi.ts"
import { Endpoint } from "./Endpoint.ts"
import { GitServer } from "./git/GitServer.ts"
import type { MirrorError } from "./git/Mirror.ts"
import { Signing } from "./git/Signing.ts"
import { largestCommit } from "./git/SignRules.ts"
import { SubmoduleServer } from "./git/SubmoduleServer.ts"
import { Target } from "./git/Target.ts"
import { Handover } from "./Handover.ts"
import { type Route, routeOf } from "./Route.ts"
import { BrokerReport } from "./services/BrokerReport.ts"
import { makeSlots } from "./services/Slots.ts"
import { isAuthentic } from "./Token.ts"

type Request = HttpServerRequest.HttpServerRequest

const problem = (status: number, message: string) => HttpServerResponse.jsonUnsafe({ message }, { status })

/** In the words of whoever asks: the model's client wants the API's errors, git wants to be told to send its password. */
const unauthorized = (url: string) =>
  dialectAt(url.split("?")[0] ?? "")?.refuse("Unauthenticated", "This is not the token of this run.")
    ?? HttpServerResponse.text("This is not the token of this run.\n", {
      status: 401,
      headers: { "www-authenticate": "Basic realm=\"run\"" }
    })

/** No agent commits more often at once; whoever comes on top is told so. */
const signaturesAtOnce = 8

const decodeWork = Schema.decodeUnknownEffect(Work)
const largestReport = 1_048_576

/** Whether a request says that its body is at most so long; the server reads no more than it says. */
const fits = (request: Request, largest: number): boolean =>
  Number(request.headers["content-length"] ?? Number.NaN) <= largest

const reportOf = Effect.fnUntraced(function*(request: Request) {
  if (!fits(request, largestReport)) return yield* Effect.fail("expected a body of at most 1 MiB")
  return yield* request.json.pipe(
    Effect.flatMap(decodeWork),
    Effect.mapError((error) => `expected a report: ${error.message}`)
  )
})

const upstreamFailed = ({ message }: MirrorError) => Effect.as(Effect.logWarning(message), problem(502, message))

/** The application, with its services at hand. */
export const makeApp = Effect.gen(function*() {
  const { token } = yield* Endpoint
  const { signer } = yield* Signing
  const signatures = makeSlots(signaturesAtOnce)
  const git = yield* GitServer
  const handover = yield* Handover
  const model = yield* ModelProxy
  const spending = yield* Spending
  const submodules = yield* SubmoduleServer
  const target = yield* Target
  const brokerReport = yield* BrokerReport

  const runFacts = Effect.gen(function*() {
    const { base, branch } = yield* target.current
    const answer: RunAnswer = { branch, base, brokerReport: yield* brokerReport.read }
    return HttpServerResponse.jsonUnsafe(answer)
  }).pipe(Effect.catchTag("MirrorError", upstreamFailed))

  const deliver = (request: Request) =>
    reportOf(request).pipe(
      Effect.matchEffect({
        onFailure: (message) => Effect.succeed(problem(400, message)),
        onSuccess: (report) =>
          handover.deliver(report).pipe(
            Effect.map((delivered) => HttpServerResponse.jsonUnsafe(delivered)),
            Effect.catchTag("MirrorError", upstreamFailed)
          )
      })
    )

  const sign = Effect.fnUntraced(function*(request: Request) {
    if (signer === undefined) return problem(404, "This installation signs no commits (git.signing).")
    if (!fits(request, largestCommit)) return problem(413, "expected a commit of at most 1 MiB")
    if (!(yield* signatures.tryAcquire)) return problem(503, `More than ${signaturesAtOnce} commits to sign at once.`)
    return yield* request.arrayBuffer.pipe(
      Effect.flatMap((body) => signer.sign(new Uint8Array(body))),
      Effect.map((signature) => HttpServerResponse.text(signature)),
      Effect.catchTags({
        HttpServerError: () => Effect.succeed(problem(400, "The body cannot be read.")),
        SignError: ({ message, refused }) =>
          Effect.as(Effect.logWarning(`a commit was not signed: ${message}`), problem(refused ? 422 : 500, message))
      })
    )
  })

  const answer = (request: Request, route: Route) => {
    switch (route._tag) {
      case "Model":
        return model.handle(route.dialect, request, route.path, route.query)
      case "GitRefs":
      case "GitCall":
        return git.handle(request, route)
      case "Submodules":
      case "SubmoduleCommit":
      case "SubmoduleRefs":
      case "SubmoduleCall":
        return Effect.catchTag(submodules.handle(request, route), "MirrorError", upstreamFailed)
      case "Run":
        return runFacts
      case "Branch":
        return target.switchToOwnBranch.pipe(
          Effect.flatMap((left) =>
            left ? runFacts : Effect.succeed(problem(409, "Something was pushed to the branch already."))
          ),
          Effect.catchTag("MirrorError", upstreamFailed)
        )
      case "Deliver":
        return deliver(request)
      case "Sign":
        return sign(request)
      case "Cancel":
        return Effect.as(spending.cancel, HttpServerResponse.empty({ status: 204 }))
    }
  }

  const handle = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (!isAuthentic(request.headers, token)) return unauthorized(request.url)
    const route = routeOf(request.method, request.url)
    if (route === undefined) return problem(404, "The broker has no such address.")
    // The server runs its application uninterruptible; whoever goes away shall leave nothing behind that goes on asking a model.
    return yield* Effect.interruptible(answer(request, route))
  })
  return { handle }
})
