/** Anthropic's Messages API. */
import { DateTime, Effect, Option, Redacted } from "effect"
import { meterOf } from "../answer/AnswerMeter.ts"
import { shortEvents } from "../answer/Sse.ts"
import type { ModelDialect } from "../ModelDialect.ts"
import { modelError } from "./ModelError.ts"
import { allowedPath, answerHeaders, isTurn, requestHeaders } from "./ModelRequest.ts"
import { accountLimitEnd, resetOf } from "./RateLimit.ts"
import { checkRequest } from "./RequestCheck.ts"
import { errorOf, isPing, outputBefore, seenAfter, usageOf } from "./Usage.ts"

const parseTime = (text: string): number | undefined =>
  Option.getOrUndefined(Option.map(DateTime.make(text), (time) => Math.floor(time.epochMilliseconds / 1000)))

export const messages: ModelDialect = {
  api: "messages",
  name: "Messages",
  maker: "anthropic",
  home: "https://api.anthropic.com",
  target: (method, path, query) => {
    const target = allowedPath(method, path, query)
    if (target === undefined) return undefined
    return { path: target, asks: method === "GET" ? "look" : isTurn(target) ? "answer" : "count" }
  },
  check: (body, policy, { asks }) => checkRequest(body, policy, asks === "count"),
  requestHeaders,
  answerHeaders,
  readKey: Effect.fnUntraced(function*(read) {
    const oauth = yield* read("anthropic-oauth-token")
    if (oauth !== undefined) return { type: "oauthToken", value: Redacted.make(oauth) }
    const key = yield* read("anthropic-api-key")
    if (key === undefined) return undefined
    return { type: key.startsWith("sk-ant-oat") ? "oauthToken" : "apiKey", value: Redacted.make(key) }
  }),
  meter: meterOf({ longestEvent: shortEvents, seenAfter, outputBefore, errorOf, isPing, isOpening: isPing, usageOf }),
  limit: ({ headers, status, words }, nowSeconds) => {
    const account = status === 400 ? accountLimitEnd(words) : undefined
    if (status !== 429 && account === undefined) return undefined
    return { resetAt: account === undefined ? resetOf(headers, nowSeconds, parseTime) : parseTime(account) }
  },
  refuse: modelError
}
