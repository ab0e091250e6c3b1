/** Google's Gemini API: generateContent, plain and as a stream. */
import { Effect, Redacted } from "effect"
import { HttpServerResponse } from "effect/http"
import { meterOf } from "../answer/AnswerMeter.ts"
import type { ModelDialect, RefusalKind } from "../ModelDialect.ts"
import { picked } from "../request/Headers.ts"
import { rowOf } from "../request/Rules.ts"
import { checkRequest } from "./CheckRequest.ts"
import { geminiLimit } from "./GeminiLimit.ts"
import { geminiHeaderRows } from "./Rules.ts"
import { geminiShape } from "./Usage.ts"

const models = /^\/v1(?:beta)?\/models(?:\/[\w-][\w.-]*)?$/
const calls = /^\/v1(?:beta)?\/models\/([\w-][\w.-]{0,199}):(generateContent|streamGenerateContent|countTokens)$/

/** What will not change is a plain 400; clients of this API take no other status for the end as well. */
const errors: Readonly<Record<RefusalKind, readonly [status: string, code: number]>> = {
  Invalid: ["INVALID_ARGUMENT", 400],
  Unauthenticated: ["UNAUTHENTICATED", 401],
  NoKey: ["INVALID_ARGUMENT", 400],
  NotFound: ["NOT_FOUND", 404],
  TooLarge: ["INVALID_ARGUMENT", 400],
  Unreachable: ["UNAVAILABLE", 502],
  Timeout: ["DEADLINE_EXCEEDED", 504],
  Overloaded: ["UNAVAILABLE", 503]
}

const returned = /^(?:content-type|content-length|retry-after|x-request-id)$/

export const gemini: ModelDialect = {
  api: "generateContent",
  name: "generateContent",
  maker: "google",
  home: "https://generativelanguage.googleapis.com",
  target: (method, path, query) => {
    if (method === "GET") return models.test(path) && query === "" ? { path, asks: "look" } : undefined
    const [, model, call] = method === "POST" ? calls.exec(path) ?? [] : []
    if (model === undefined) return undefined
    if (call === "countTokens") return query === "" ? { path, asks: "count", model } : undefined
    // Without `alt=sse` a stream is one long list, which cannot be counted on its way.
    const wanted = call === "streamGenerateContent" ? "?alt=sse" : ""
    return query === wanted ? { path: `${path}${query}`, asks: "answer", model } : undefined
  },
  check: checkRequest,
  requestHeaders: (headers, key) => ({
    ...picked(headers, (name) => rowOf(geminiHeaderRows, name)?.treatment === "allowed"),
    "accept-encoding": "identity",
    ...(key === undefined ? {} : { "x-goog-api-key": key.value })
  }),
  answerHeaders: (headers) => picked(headers, (name) => returned.test(name)),
  readKey: Effect.fnUntraced(function*(read) {
    const key = yield* read("google-api-key")
    return key === undefined ? undefined : { type: "apiKey", value: Redacted.make(key) }
  }),
  meter: meterOf(geminiShape),
  limit: geminiLimit,
  refuse: (kind, message) => {
    const [status, code] = errors[kind]
    return HttpServerResponse.jsonUnsafe({ error: { code, message, status } }, { status: code })
  }
}
