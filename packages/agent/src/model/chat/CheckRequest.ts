/** A request to the Chat Completions API as it is forwarded, and the most that it can read and write. */
import { Predicate, Result } from "effect"
import type { Checked, Policy } from "../ModelDialect.ts"
import { checkContent, wholeContext } from "../openai/Content.ts"
import { both, checkAll, type Extra, inputTokens, nothing } from "../request/Extra.ts"
import {
  checkModel,
  fieldsOf,
  isTurn,
  type Json,
  listOf,
  only,
  type OrRefusal,
  parsed,
  refuse,
  streamOf,
  tokensNamed,
  written
} from "../request/Parts.ts"
import { toolCheck } from "../request/Tools.ts"
import { chatFieldRows, chatToolRows } from "./Rules.ts"

const checkTool = toolCheck(chatToolRows, "function")

/** An answer in sound is named by its id, and what it holds is not here. */
const checkMessage = (message: unknown): OrRefusal<Extra> => {
  if (!Predicate.isObject(message)) return refuse("messages: expected a list of objects.")
  const { audio, content } = message as Json
  return audio === undefined || audio === null
    ? checkContent(content)
    : Result.succeed({ ...nothing, tokens: wholeContext })
}

/** Of both names of one bound the larger counts; a client that uses the older one keeps it, since older servers know no other. */
const outputOf = (fields: Json, policy: Policy): OrRefusal<{ readonly tokens: number; readonly named: boolean }> =>
  Result.gen(function*() {
    const newer = yield* tokensNamed(fields["max_completion_tokens"], "max_completion_tokens")
    const older = yield* tokensNamed(fields["max_tokens"], "max_tokens")
    const named = newer !== undefined || older !== undefined
    return { tokens: named ? Math.max(newer ?? 0, older ?? 0) : policy.outputTokens, named }
  })

export const checkRequest = (bytes: Uint8Array, policy: Policy): OrRefusal<Checked> =>
  Result.gen(function*() {
    const request = yield* parsed(bytes)
    const model = yield* checkModel(request["model"], policy)
    const fields = yield* fieldsOf(request, chatFieldRows)
    const streams = yield* streamOf(fields["stream"])
    const output = yield* outputOf(fields, policy)
    const tools = yield* listOf(fields["tools"], "tools")
    const messages = yield* listOf(fields["messages"], "messages")
    const { stream_options: options, ...others } = fields
    const kept = only(options, /^include_obfuscation$/)
    const body = yield* written({
      ...others,
      ...(output.named ? {} : { max_completion_tokens: output.tokens }),
      ...(streams
        ? { stream_options: { ...(Predicate.isObject(kept) ? kept : {}), include_usage: true } }
        : {})
    })
    const ofTools = yield* checkAll(tools, checkTool)
    const ofMessages = yield* checkAll(messages, checkMessage)
    return {
      model,
      body,
      bounds: {
        inputTokens: inputTokens(body, both(ofTools, ofMessages), { tools: tools.length, wholeContext }),
        outputTokens: output.tokens,
        hourCache: false,
        surcharge: 1
      },
      turn: isTurn(model, tools.length, policy)
    }
  })
