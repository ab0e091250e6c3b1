/**
 * The checks of the contract, done: failures of decoding become problems that name each field. Bodies that are too large or of another
 * type never get to decoding; `server/Problems.ts` answers them.
 */
import { type FieldProblem, fieldProblems } from "@orchestrator/domain/Decode"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { type HttpApiError, HttpApiMiddleware } from "effect/http-api"
import { InvalidRequest } from "../contract/Problem.ts"
import { ChecksBody, ChecksParameters } from "../contract/RequestChecks.ts"
import { invalidBody, jsonBody } from "./RequestBody.ts"

const invalidRequest = (errors: ReadonlyArray<FieldProblem>) =>
  new InvalidRequest({
    detail: errors.map(({ expected, found, path }) => `${path}: expected ${expected}, found ${found}`).join("; "),
    hint: "Correct the parameters listed in errors; /openapi.json describes them",
    errors
  })

/** What was decoded when a parameter failed. */
const parameters = (kind: HttpApiError.HttpApiSchemaError["kind"]) =>
  Effect.gen(function*() {
    if (kind === "Params") return (yield* HttpRouter.RouteContext).params
    if (kind === "Query") return yield* HttpServerRequest.ParsedSearchParams
    return (yield* HttpServerRequest.HttpServerRequest).headers
  })

const ChecksParametersLayer = HttpApiMiddleware.layerSchemaErrorTransform(
  ChecksParameters,
  (error) =>
    error.kind === "Params" || error.kind === "Query" || error.kind === "Headers"
      ? Effect.flatMap(parameters(error.kind), (input) =>
        Effect.fail(invalidRequest(fieldProblems(error.cause.issue, input))))
      : Effect.fail(error)
)

/** The body again, for what was found in it: malformed JSON fails here, in the right words. */
const bodyProblem = (error: HttpApiError.HttpApiSchemaError) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const input = yield* jsonBody(request)
    return yield* invalidBody(fieldProblems(error.cause.issue, input))
  })

const ChecksBodyLayer = HttpApiMiddleware.layerSchemaErrorTransform(
  ChecksBody,
  (error) => error.kind === "Payload" ? bodyProblem(error) : Effect.fail(error)
)

export const RequestChecksLayer = Layer.merge(ChecksParametersLayer, ChecksBodyLayer)
