/** Refusals in the shape of the model API's own errors, so that its clients say them as they are. */
import { HttpServerResponse } from "effect/http"

/** The API's error types, by the status that goes with each. */
const statuses = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 502,
  timeout_error: 504,
  overloaded_error: 529
} as const

export type ModelErrorType = keyof typeof statuses

/** `retry: false` keeps clients from asking again for what will not change. */
export const modelError = (
  type: ModelErrorType,
  message: string,
  options: { readonly retry: boolean } = { retry: false }
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe({ type: "error", error: { type, message } }, {
    status: statuses[type],
    headers: { "x-should-retry": String(options.retry) }
  })
