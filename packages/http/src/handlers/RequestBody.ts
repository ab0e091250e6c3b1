/** Reading JSON bodies, with problems that say which field is at fault. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { Effect } from "effect"
import { HttpServerError, type HttpServerRequest } from "effect/http"
import { BodyTooLarge, InvalidBody, MalformedBody, UnsupportedMediaType } from "../contract/Problem.ts"
import { bodyLimit } from "../contract/RequestChecks.ts"

export const tooLarge = () =>
  new BodyTooLarge({
    detail: `The body has more than ${bodyLimit} bytes; the rest was not read`,
    hint: "Put long texts into a repository and refer to them in the task",
    limitBytes: bodyLimit
  })

export const invalidBody = (errors: ReadonlyArray<FieldProblem>) =>
  new InvalidBody({
    detail: errors.map(({ expected, found, path }) =>
      `${path === "" ? "body" : path}: expected ${expected}, found ${found}`
    )
      .join("; "),
    hint: "Correct the fields listed in errors and send the request again; /openapi.json describes the body",
    errors
  })

const malformed = (found: string) =>
  new MalformedBody({
    detail: `Expected a JSON object in the body, found ${found}`,
    hint: "Check quotes and commas; with curl, put the body into a file and send it with --data @file"
  })

export const unsupported = (contentType: string) =>
  new UnsupportedMediaType({
    detail: `Expected a body of type application/json, found ${JSON.stringify(contentType)}`,
    hint: "Send the header Content-Type: application/json"
  })

/** Whether a request failed because its body is over the limit. */
export const isTooLarge = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RequestParseError" &&
  error.reason.reason === "BodyTooLarge"

const mediaType = (header: string | undefined) =>
  (header ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? ""

/** The JSON of a body that was read. */
export const parseJson = (text: string) =>
  text === "" ? Effect.fail(malformed("nothing")) : Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause) => malformed(`text that is not JSON: ${cause instanceof Error ? cause.message : ""}`)
  })

/** The parsed body of a request whose shape is checked by the caller. */
export const jsonBody = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  const type = mediaType(request.headers["content-type"])
  if (type !== "application/json") return yield* unsupported(type)
  const text = yield* Effect.catch(
    request.text,
    (error) => isTooLarge(error) ? Effect.fail(tooLarge()) : Effect.die(error)
  )
  return yield* parseJson(text)
})
