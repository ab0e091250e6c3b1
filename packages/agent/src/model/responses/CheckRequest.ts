/** A request to the Responses API as it is forwarded, and the most that it can read and write. */
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
  toolRefused,
  written
} from "../request/Parts.ts"
import { rowOf } from "../request/Rules.ts"
import { ofTool } from "../request/Tools.ts"
import { responsesFieldRows, responsesToolRows } from "./Rules.ts"

/** Namespaces hold tools, and no namespaces. */
const checkTool = (tool: unknown, nested = false): OrRefusal<Extra> => {
  if (!Predicate.isObject(tool)) return refuse("tools: expected a list of objects.")
  const { environment, execution, tools, type } = tool as Json
  const name = typeof type === "string" ? type : "*"
  const row = rowOf(responsesToolRows, name)
  const elsewhere = (name === "tool_search" && execution !== "client")
    || (name === "shell" && (!Predicate.isObject(environment) || Reflect.get(environment, "type") !== "local"))
    || (name === "namespace" && nested)
  if (row?.treatment !== "allowed" || elsewhere) return toolRefused(type, row)
  return name === "namespace"
    ? Result.flatMap(
      listOf(tools, "tools"),
      (all) => Result.map(checkAll(all, (each) => checkTool(each, true)), (extra) => both(extra, ofTool(tool)))
    )
    : Result.succeed(ofTool(tool))
}

/** Items whose text stands in them. */
const texts = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "local_shell_call_output",
  "shell_call",
  "shell_call_output",
  "apply_patch_call",
  "apply_patch_call_output",
  "reasoning",
  "tool_search_call",
  "web_search_call",
  "compaction",
  "context_compaction"
])

const checkItem = (item: unknown): OrRefusal<Extra> => {
  if (!Predicate.isObject(item)) return refuse("input: expected a text or a list of objects.")
  const { content, output, tools, type = "message" } = item as Json
  if (typeof type === "string" && texts.has(type)) return Result.succeed(nothing)
  switch (type) {
    case "message":
    case "agent_message":
      return checkContent(content)
    case "function_call_output":
    case "custom_tool_call_output":
      return checkContent(output)
    case "tool_search_output":
    case "additional_tools":
      return Result.flatMap(listOf(tools, "tools"), (all) => checkAll(all, (each) => checkTool(each)))
    case "item_reference":
      return refuse("input: an item by its id is kept at the API, and nothing here bounds it. Send the item itself.")
    default:
      return Result.succeed({ ...nothing, tokens: wholeContext })
  }
}

/** Of a field's parts those that are known to cost nothing more. */
const narrowed = (name: string, value: unknown): unknown => {
  switch (name) {
    case "reasoning":
      return only(value, /^(?:effort|summary|generate_summary|context)$/)
    case "text":
      return only(value, /^(?:format|verbosity)$/)
    case "stream_options":
      return only(value, /^include_obfuscation$/)
    case "include":
      return Array.isArray(value) ? value.filter((each) => each === "reasoning.encrypted_content") : undefined
    default:
      return value
  }
}

export const checkRequest = (bytes: Uint8Array, policy: Policy): OrRefusal<Checked> =>
  Result.gen(function*() {
    const request = yield* parsed(bytes)
    const model = yield* checkModel(request["model"], policy)
    const fields = yield* fieldsOf(request, responsesFieldRows, narrowed)
    yield* streamOf(fields["stream"])
    const outputTokens = (yield* tokensNamed(fields["max_output_tokens"], "max_output_tokens")) ?? policy.outputTokens
    const tools = yield* listOf(fields["tools"], "tools")
    const { input } = fields
    const items = typeof input === "string" ? [] : yield* listOf(input, "input")
    const body = yield* written({ ...fields, max_output_tokens: outputTokens, store: false })
    const ofTools = yield* checkAll(tools, (tool) => checkTool(tool))
    const ofItems = yield* checkAll(items, checkItem)
    return {
      model,
      body,
      bounds: {
        inputTokens: inputTokens(body, both(ofTools, ofItems), { tools: tools.length, wholeContext }),
        outputTokens,
        hourCache: false,
        surcharge: 1
      },
      turn: isTurn(model, tools.length, policy)
    }
  })
