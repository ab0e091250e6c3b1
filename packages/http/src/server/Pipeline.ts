/** What happens to every request, around its route: a name, a guard, a limit, an answer in any case, and a line in the log. */
import { ByteSize, Cause, Effect, type Types } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse
} from "effect/http"
import { bodyLimit } from "../contract/RequestChecks.ts"
import { askedNamespace } from "../services/AskedNamespace.ts"
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
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.fromInputUnsafe(bodyLimit)),
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
    Effect.map(askedNamespace, (asked) =>
      Effect.fnUntraced(function*(route: Answer) {
        const request = asCallerSent(yield* HttpServerRequest.HttpServerRequest)
        const id = yield* requestId(request.headers["x-request-id"])
        return yield* Effect.timed(audited(request, yield* asked, answered(route, request, options))).pipe(
          Effect.tap(([duration, { status }]) =>
            record({ method: request.method, route: knownPath(request.url)?.pattern ?? "none", status, duration })
          ),
          Effect.map(([, response]) => withHeaders(stamped(response, id), id)),
          Effect.provideService(HttpServerRequest.HttpServerRequest, request),
          Effect.annotateLogs({ requestId: id })
        )
      })),
    { global: true }
  )
