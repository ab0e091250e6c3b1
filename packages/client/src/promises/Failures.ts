/** From what an effect of the client failed with to the error that a promise rejects with. */
import { type FieldProblem, fieldProblems, formatProblems } from "@orchestrator/domain/Decode"
import { Cause, Effect, Option, Schema } from "effect"
import { HttpClientError, type HttpClientResponse } from "effect/http"
import {
  ConnectionError,
  errorOfStatus,
  InvalidRequestError,
  OrchestratorError,
  UnexpectedAnswerError
} from "./OrchestratorError.ts"

/** RFC 9457, as far as every problem of the API goes; of a newer server there may be more. */
const Problem = Schema.Struct({
  type: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  hint: Schema.optionalKey(Schema.String),
  requestId: Schema.optionalKey(Schema.String),
  retryAfterSeconds: Schema.optionalKey(Schema.Finite),
  errors: Schema.optionalKey(
    Schema.Array(Schema.Struct({ path: Schema.String, expected: Schema.String, found: Schema.String }))
  )
})

const problemIn = Schema.decodeUnknownOption(Problem)

const errorOfProblem = ({ status, ...members }: typeof Problem.Type) => errorOfStatus(status, members)

const unexpected = (detail: string, cause: unknown, response?: HttpClientResponse.HttpClientResponse) =>
  new UnexpectedAnswerError({
    type: "urn:orchestrator:client:unexpected-answer",
    detail,
    hint: "Check that the address is the orchestrator's and that its version is one that this client knows",
    status: response?.status,
    requestId: response?.headers["x-request-id"],
    cause
  })

/** For the decoding of answers: what does not follow the contract is the server's, not the caller's. */
export const asUnexpected = (error: unknown): unknown =>
  Schema.isSchemaError(error) ? unexpected(`The answer does not follow the contract: ${error.message}`, error) : error

const noAnswer = (error: HttpClientError.HttpClientError) =>
  new ConnectionError({
    type: "urn:orchestrator:client:no-answer",
    detail: `${error.request.method} ${error.request.url}: no complete answer from the server`,
    hint: "Check the address, and that the server is running and reachable from here",
    cause: error
  })

const invalid = (errors: ReadonlyArray<FieldProblem>, cause: unknown) =>
  new InvalidRequestError({
    type: "urn:orchestrator:client:invalid-request",
    detail: formatProblems(errors),
    hint: "Correct the fields listed in errors; nothing was sent",
    errors,
    cause
  })

/** An answer that the endpoint does not list may still be a problem of this server: of its guard, or of a newer version. */
const errorOfAnswer = (error: HttpClientError.HttpClientError, response: HttpClientResponse.HttpClientResponse) =>
  response.json.pipe(
    Effect.option,
    Effect.map((body) =>
      Option.match(Option.flatMap(body, problemIn), {
        onNone: () => unexpected(`Expected an answer of the orchestrator, found ${response.status}`, error, response),
        onSome: errorOfProblem
      })
    )
  )

/** The error of what an effect failed with; `input` is what was asked for. */
export const errorOf = (failure: unknown, input?: unknown): Effect.Effect<unknown> => {
  if (failure instanceof OrchestratorError) return Effect.succeed(failure)
  if (HttpClientError.isHttpClientError(failure)) {
    return failure.response === undefined
      ? Effect.succeed(noAnswer(failure))
      : errorOfAnswer(failure, failure.response)
  }
  if (Schema.isSchemaError(failure)) return Effect.succeed(invalid(fieldProblems(failure.issue, input), failure))
  return Effect.succeed(Option.match(problemIn(failure), { onNone: () => failure, onSome: errorOfProblem }))
}

/** What to throw; `input` is what was asked for. */
export const thrownBy = <E>(cause: Cause.Cause<E>, input: unknown): Effect.Effect<unknown> =>
  errorOf(Cause.squash(cause), input)
