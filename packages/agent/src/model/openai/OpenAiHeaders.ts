/** Headers of requests to the two APIs of OpenAI's making, and of their answers. */
import { Effect, Redacted } from "effect"
import type { ModelDialect } from "../ModelDialect.ts"
import { picked } from "../request/Headers.ts"
import { allowed, dropped, refused, rowOf, type Rows } from "../request/Rules.ts"

export const openAiHeaderRows: Rows = {
  "accept": allowed("chooses between a stream and a plain answer"),
  "user-agent": allowed("says which client asks"),
  "x-stainless-*": allowed("says which client library asks"),
  "content-encoding": refused("a body that is compressed cannot be checked"),
  "authorization": dropped("the broker's own key takes its place"),
  "openai-organization": dropped("the key's own organization pays"),
  "openai-project": dropped("the key's own project pays"),
  "openai-beta": dropped("a beta may have another price")
}

const returned =
  /^(?:content-type|content-length|x-request-id|retry-after|retry-after-ms|x-ratelimit-[\w-]+|openai-model)$/

/** With our key, and no compression, since the answer is read on its way. */
export const openAiHeaders: Pick<ModelDialect, "requestHeaders" | "answerHeaders" | "readKey"> = {
  requestHeaders: (headers, key) => ({
    ...picked(headers, (name) => rowOf(openAiHeaderRows, name)?.treatment === "allowed"),
    "accept-encoding": "identity",
    ...(key === undefined ? {} : { authorization: `Bearer ${key.value}` })
  }),
  answerHeaders: (headers) => picked(headers, (name) => returned.test(name)),
  readKey: Effect.fnUntraced(function*(read) {
    const key = yield* read("openai-api-key")
    return key === undefined ? undefined : { type: "apiKey", value: Redacted.make(key) }
  })
}

const models = /^\/v1\/models(?:\/[\w@:-][\w.@:-]*)?$/

/** One path that answers, and a look at the models. */
export const openAiTarget = (answers: string): ModelDialect["target"] => (method, path, query) => {
  if (query !== "") return undefined
  if (method === "POST" && path === answers) return { path, asks: "answer" }
  return method === "GET" && models.test(path) ? { path, asks: "look" } : undefined
}
