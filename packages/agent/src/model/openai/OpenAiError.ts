/**
 * Refusals in the shape of OpenAI's own errors. What will not change is a plain 400: some clients of these APIs ask again after 401, 402,
 * 403 and 413. No words here may read as a context that is full: clients would shorten it and ask again without end.
 */
import { Option, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import type { ModelDialect, RefusalKind, StreamError } from "../ModelDialect.ts"

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

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const OpenAiError = Schema.Struct({
  code: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Int]))),
  type: text,
  message: text
})
/** `error` of a chunk, of a response that has failed, or an event of its own. */
const Failed = Schema.Union([
  Schema.Struct({ error: OpenAiError }),
  Schema.Struct({ response: Schema.Struct({ error: OpenAiError }) }),
  OpenAiError
])
const decodeFailed = Schema.decodeUnknownOption(Schema.fromJsonString(Failed))

const kinds: ReadonlyArray<readonly [words: RegExp, status: number]> = [
  [/rate_limit|insufficient_quota|usage_limit|^(?:tokens|requests)$/, 429],
  [/overloaded|slow_down|unavailable/, 503],
  [/^invalid_|_invalid$|^context_length|unsupported|bad_request|content_policy/, 400],
  [/authentication|api_key/, 401],
  [/permission|forbidden/, 403],
  [/not_found/, 404]
]

/** As a plain answer it would have had a status, of which its code and type tell. */
export const openAiStreamError = (data: string): StreamError => {
  const failed = Option.getOrUndefined(decodeFailed(data)) ?? {}
  const error = "error" in failed ? failed.error : "response" in failed ? failed.response.error : failed
  const { code } = error
  const isStatus = typeof code === "number" && code >= 400 && code < 600
  const [, status = 500] = kinds.find(([words]) => [code, error.type].some((each) => words.test(String(each ?? "")))) ??
    []
  return { status: isStatus ? code : status, words: JSON.stringify({ error }) }
}
