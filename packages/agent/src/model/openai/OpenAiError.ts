/**
 * Refusals in the shape of OpenAI's own errors. What will not change is a plain 400: some clients of these APIs ask again after 401, 402,
 * 403 and 413. No words here may read as a context that is full: clients would shorten it and ask again without end.
 */
import { HttpServerResponse } from "effect/http"
import type { ModelDialect, RefusalKind } from "../ModelDialect.ts"

const errors: Readonly<Record<RefusalKind, readonly [type: string, status: number]>> = {
  Invalid: ["invalid_request_error", 400],
  Unauthenticated: ["authentication_error", 401],
  NoKey: ["invalid_request_error", 400],
  NotFound: ["invalid_request_error", 404],
  TooLarge: ["invalid_request_error", 400],
  Unreachable: ["server_error", 502],
  Timeout: ["server_error", 504],
  Overloaded: ["server_error", 503]
}

export const openAiError: ModelDialect["refuse"] = (kind, message) => {
  const [type, status] = errors[kind]
  return HttpServerResponse.jsonUnsafe({ error: { message, type, param: null, code: null } }, { status })
}
