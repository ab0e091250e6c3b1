/** The transcript of a thread, a line for each thing that happened in it. */
import type { Usage } from "@orchestrator/domain/Usage"
import { Option, Schema } from "effect"
import { Tokens } from "./Stream.ts"

/** Whether a resume finds nothing in it: Codex writes the first line some moments after it has named the thread. */
export const isStub = (text: string): boolean => !/^\{[^\n]*"type":"session_meta"[^\n]*\}\n/.test(text)

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({
  payload: Schema.Struct({ info: Schema.Struct({ total_token_usage: Tokens }) })
})))

/** What all processes in the thread have used; Codex counts it again in the next one. */
export const usedBefore = (text: string): Usage | undefined => {
  const line = text.split("\n").findLast((each) => each.includes("\"total_token_usage\""))
  return Option.getOrUndefined(
    Option.map(decode(line ?? ""), ({ payload: { info: { total_token_usage: total } } }) => ({
      inputTokens: Math.round(total.input_tokens ?? 0),
      outputTokens: Math.round(total.output_tokens ?? 0)
    }))
  )
}
