/**
 * A request to the Messages API as it is forwarded: parsed, checked, written anew. What the API gets is what was checked, so that no second
 * key, odd spelling or encoding means something else to it. Says how much the request can read and write at most, or why it may not go on.
 */
import { Predicate, Result } from "effect"
import type { Checked, Policy } from "../ModelDialect.ts"
import { both, checkAll, type Extra, inputTokens, nothing } from "../request/Extra.ts"
import {
  checkModel,
  fieldsOf,
  isTokens,
  isTurn,
  type Json,
  listOf,
  mostTokens,
  only,
  type OrRefusal,
  parsed,
  refuse,
  streamOf,
  written
} from "../request/Parts.ts"
import { toolCheck } from "../request/Tools.ts"
import { fieldRows, toolRows } from "./RequestRules.ts"

/** The most that any model reads at once: for what no bytes bound. */
const wholeContext = 1_000_000
/** An organization may have its requests worked on in one region, for a tenth more. */
const surcharge = 1.1
/** No model makes more of an image. */
const imageTokens = 8_000

/** Tokens of the answer. A budget of thoughts may be above `max_tokens`: whichever is more. */
const outputOf = ({ max_tokens, thinking }: Json): OrRefusal<number> => {
  if (!isTokens(max_tokens)) return refuse(`max_tokens: expected a whole number from 0 to ${mostTokens}.`)
  const budget = Predicate.isObject(thinking) ? thinking["budget_tokens"] : undefined
  if (budget !== undefined && !isTokens(budget)) return refuse("thinking.budget_tokens: expected a whole number.")
  return Result.succeed(Math.max(max_tokens, budget ?? 0))
}

const checkTool = toolCheck(toolRows, "custom")

/** Blocks whose text stands in them. */
const texts = new Set([
  "text",
  "thinking",
  "redacted_thinking",
  "tool_use",
  "tool_removal",
  "search_result",
  "mid_conv_system",
  "connector_text"
])

/** Nested as deep as the API nests them, and no deeper. */
const deepest = 6

const checkSource = (source: unknown, depth: number): OrRefusal<Extra> => {
  if (!Predicate.isObject(source)) return Result.succeed(nothing)
  const { content, data, type } = source as Json
  switch (type) {
    case "base64":
      return Result.succeed({ ...nothing, imageBytes: typeof data === "string" ? Buffer.byteLength(data) : 0 })
    case "text":
      return Result.succeed(nothing)
    case "content":
      return checkBlocks(content, depth + 1)
    default:
      return refuse(
        "Images and documents go into the request itself: the API loads none by address or id for this run."
      )
  }
}

const checkBlock = (block: unknown, depth: number): OrRefusal<Extra> => {
  if (!Predicate.isObject(block)) return Result.succeed(nothing)
  const { content, source, tool, type } = block as Json
  if (typeof type === "string" && texts.has(type)) return Result.succeed(nothing)
  switch (type) {
    case "tool_result":
      return checkBlocks(content, depth + 1)
    case "tool_reference":
      return Result.succeed({ ...nothing, references: 1 })
    case "tool_addition": {
      const definition = Predicate.isObject(tool) ? Reflect.get(tool, "definition") : undefined
      return definition === undefined ? Result.succeed({ ...nothing, references: 1 }) : checkTool(definition)
    }
    case "image":
      return Result.map(checkSource(source, depth), (extra) => both(extra, { ...nothing, tokens: imageTokens }))
    case "document":
      // Pages are read as text and as images, and a file of some bytes may have any number of them.
      return Result.map(
        checkSource(source, depth),
        (extra) => extra.imageBytes === 0 ? extra : { ...extra, tokens: extra.tokens + wholeContext }
      )
    default:
      return Result.succeed({ ...nothing, tokens: wholeContext })
  }
}

const checkBlocks = (content: unknown, depth: number): OrRefusal<Extra> => {
  if (!Array.isArray(content)) return Result.succeed(nothing)
  return depth > deepest
    ? refuse("The messages are nested deeper than the API reads.")
    : checkAll(content, (block) => checkBlock(block, depth))
}

const checkMessage = (message: unknown): OrRefusal<Extra> =>
  Predicate.isObject(message)
    ? checkBlocks(Reflect.get(message, "content"), 0)
    : refuse("messages: expected a list of objects.")

/** Of a field's parts those that are known to cost nothing more. */
const narrowed = (name: string, value: unknown): unknown => {
  if (!Predicate.isObject(value)) return value
  if (name === "output_config") return only(value, /^(?:effort|format|task_budget)$/)
  if (name === "metadata") return only(value, /^user_id$/)
  if (name !== "context_management") return value
  const edits = Reflect.get(value, "edits")
  const clears = (edit: unknown) => {
    const type = Predicate.isObject(edit) ? Reflect.get(edit, "type") : undefined
    return typeof type === "string" && type.startsWith("clear_")
  }
  return { edits: Array.isArray(edits) ? edits.filter(clears) : [] }
}

/** `count`: only the tokens are asked for, which costs nothing. */
export const checkRequest = (bytes: Uint8Array, policy: Policy, count = false): OrRefusal<Checked> =>
  Result.gen(function*() {
    const request = yield* parsed(bytes)
    const model = yield* checkModel(request["model"], policy)
    const fields = yield* fieldsOf(request, fieldRows, narrowed)
    yield* streamOf(fields["stream"])
    const outputTokens = count ? 0 : yield* outputOf(fields)
    const tools = yield* listOf(fields["tools"], "tools")
    const messages = yield* listOf(fields["messages"], "messages")
    const body = yield* written(fields)
    const ofTools = yield* checkAll(tools, checkTool)
    const ofMessages = yield* checkAll(messages, checkMessage)
    const ofSystem = yield* checkBlocks(fields["system"], 0)
    const extra = [ofTools, ofMessages, ofSystem].reduce(both)
    return {
      model,
      body,
      bounds: {
        inputTokens: inputTokens(body, extra, { tools: tools.length, wholeContext }),
        outputTokens,
        hourCache: /"ttl":(?!"5m")/.test(body),
        surcharge
      },
      turn: isTurn(model, tools.length, policy)
    }
  })
