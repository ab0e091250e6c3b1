/** What Google's cloud refuses, in the words of the Messages API; the details stay, since they say when a quota ends. */
import { Effect, Option, Schema, Stream } from "effect"
import type { Answer } from "../ModelProvider.ts"

const GoogleError = Schema.Struct({
  error: Schema.Struct({
    message: Schema.String,
    status: Schema.optionalKey(Schema.String),
    details: Schema.optionalKey(Schema.Json)
  })
})

/** Of a stream that never began it is a list of one. */
const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Union([GoogleError, Schema.Tuple([GoogleError])]))
)

const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error"
}

/** The same text where it is the API's own already. */
export const inMessagesWords = (status: number, text: string): string =>
  Option.match(decode(text), {
    onNone: () => text,
    onSome: (told) => {
      const { details, message, status: name } = ("error" in told ? told : told[0]).error
      if (name === undefined) return text
      const error = { type: types[status] ?? "api_error", message, ...(details === undefined ? {} : { details }) }
      return JSON.stringify({ type: "error", error })
    }
  })

const largest = 65_536

export const googleRefusal = (answer: Answer): Answer => {
  const { "content-length": _, ...headers } = answer.headers
  const text = Stream.runFold(
    answer.bytes,
    () => Buffer.alloc(0),
    (all, chunk) => all.length > largest ? all : Buffer.concat([all, chunk])
  )
  return {
    ...answer,
    headers,
    bytes: Stream.fromEffect(
      Effect.map(text, (all) => Buffer.from(inMessagesWords(answer.status, all.toString("utf8"))))
    )
  }
}
