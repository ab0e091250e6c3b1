/** What happens to every request, around its route: a name, a guard, a limit, an answer in any case, and a line in the log. */
import { ByteSize, Cause, Context, Effect, Random, type Types } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse
} from "effect/http"
import { bodyLimit } from "../contract/RequestChecks.ts"
import { namespaceIn } from "../services/AskedNamespace.ts"
import { record } from "./AccessLog.ts"
import { audited } from "./AuditLog.ts"
import { asCallerSent } from "./ForwardedAuthorization.ts"
import { refusal } from "./Guard.ts"
import { answerFailure, asProblem, stamped } from "./Problems.ts"
import { requestId } from "./RequestId.ts"
import { knownPath } from "./RouteTable.ts"

/** Answers are of the moment, are what their type says, and are shown in no frame. */
const hygiene = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY"
}

const mostBytesOfBody = ByteSize.fromInputUnsafe(bodyLimit)

export interface PipelineOptions {
  /** Whether only this machine can reach the server. */
  readonly loopback: boolean
}

type Answer = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  Types.unhandled,
  HttpServerRequest.HttpServerRequest
>

const answered = (
  route: Answer,
  request: HttpServerRequest.HttpServerRequest,
  { loopback }: PipelineOptions
): Answer => {
  const refused = refusal(
    { method: request.method, host: request.headers["host"], origin: request.headers["origin"] },
    loopback
  )
  return refused === undefined
    ? route.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, mostBytesOfBody),
      Effect.catchCauseIf((cause) => !Cause.hasInterruptsOnly(cause), (cause) => answerFailure(cause, request)),
      Effect.flatMap((response) => asProblem(response, request))
    )
    : HttpServerRespondable.toResponse(refused)
}

/** A route's own headers win. */
const withHeaders = (response: HttpServerResponse.HttpServerResponse, id: string) =>
  HttpServerResponse.setHeaders(response, { ...hygiene, ...response.headers, "x-request-id": id })

export const pipeline = (options: PipelineOptions) =>
  HttpRouter.middleware(
    Effect.map(namespaceIn, (askedIn) => (route: Answer) =>
      Effect.contextWith((context: Context.Context<HttpServerRequest.HttpServerRequest>) => {
        const received = Context.get(context, HttpServerRequest.HttpServerRequest)
        const request = asCallerSent(received)
        const id = requestId(request.headers["x-request-id"], Context.get(context, Random.Random))
        const app = request === received
          ? route
          : Effect.provideService(route, HttpServerRequest.HttpServerRequest, request)
        return Effect.timed(audited(request, askedIn(context), answered(app, request, options))).pipe(
          Effect.flatMap(([duration, response]) =>
            Effect.as(
              record({
                method: request.method,
                route: knownPath(request.url)?.pattern ?? "none",
                status: response.status,
                duration
              }),
              withHeaders(stamped(response, id), id)
            )
          ),
          Effect.annotateLogs({ requestId: id })
        )
      })),
    { global: true }
  )
