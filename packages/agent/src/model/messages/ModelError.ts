/** Refusals in the shape of the Messages API's own errors, so that its clients say them as they are. */
import { HttpServerResponse } from "effect/http"
import type { ModelDialect, RefusalKind } from "../ModelDialect.ts"

const errors: Readonly<Record<RefusalKind, readonly [type: string, status: number]>> = {
  Invalid: ["invalid_request_error", 400],
  Unauthenticated: ["authentication_error", 401],
  NoKey: ["authentication_error", 401],
  NotFound: ["not_found_error", 404],
  TooLarge: ["request_too_large", 413],
  Unreachable: ["api_error", 502],
  Timeout: ["timeout_error", 504],
  Overloaded: ["overloaded_error", 529]
}

export const modelError: ModelDialect["refuse"] = (kind, message, options = { retry: false }) => {
  const [type, status] = errors[kind]
  return HttpServerResponse.jsonUnsafe({ type: "error", error: { type, message } }, {
    status,
    headers: { "x-should-retry": String(options.retry) }
  })
}
