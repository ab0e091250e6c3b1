/**
 * A request to the Messages API as it is forwarded: parsed, checked, written anew. What the API gets is what was checked, so that no second
 * key, odd spelling or encoding means something else to it. Says how much the request can read and write at most, or why it may not go on.
 */
import { Predicate, Result } from "effect"
import type { Checked, Policy, Refusal } from "../ModelDialect.ts"
import { fieldRows, rowOf, toolRows } from "./RequestRules.ts"

type Json = Readonly<Record<string, unknown>>
type OrRefusal<A> = Result.Result<A, Refusal>

const refuse = (message: string): Result.Result<never, Refusal> => Result.fail({ kind: "Invalid", message })

/** Names as models have them; what comes into messages and statuses is one. */
const modelName = /^[\w.:/@[\]-]{1,200}$/

/** `[1m]` is the CLI's way to ask for a longer context; the API does not know it. */
const withoutSuffix = (model: string): string => model.replace(/\[1m\]$/, "")

/** The API's own bound, far above what any model takes. */
const mostTokens = 2_000_000
/** The most that any model reads at once: for what no bytes bound. */
const wholeContext = 1_000_000
/** No model makes more of an image. */
const imageTokens = 8_000
/** What the API adds where there are tools. */
const toolsTokens = 1_000

/** Values in a body that anybody asks with; more is there to fill our memory. */
const mostValues = 2_000_000

const utf8 = new TextDecoder("utf-8", { fatal: true })

const parsed = (bytes: Uint8Array): OrRefusal<Json> => {
  let values = 0
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values++
  if (values > mostValues) {
    return Result.fail({ kind: "TooLarge", message: "The request has more values than any model reads." })
  }
  const json = Result.try((): unknown => JSON.parse(utf8.decode(bytes)))
  return Result.isSuccess(json) && Predicate.isObject(json.success)
    ? Result.succeed(json.success)
    : refuse("The request has no JSON object in UTF-8 as its body.")
}

const checkModel = (model: unknown, { allowed, model: own }: Policy): OrRefusal<string> => {
  if (typeof model !== "string" || !modelName.test(model)) return refuse("model: expected the name of a model.")
  if (own === undefined || model === withoutSuffix(own) || allowed.some((each) => model.startsWith(each))) {
    return Result.succeed(model)
  }
  const others = allowed.map((each) => `${each}*`).join(", ")
  return Result.fail({
    kind: "Invalid",
    message: `This run may not use ${model}. Its model is ${withoutSuffix(own)}${
      others === "" ? "" : `, beside it ${others}`
    }. Continue with one of these.`,
    model
  })
}

const whole = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= mostTokens

/** Tokens of the answer. A budget of thoughts may be above `max_tokens`: whichever is more. */
const outputOf = ({ max_tokens, thinking }: Json): OrRefusal<number> => {
  if (!whole(max_tokens)) return refuse(`max_tokens: expected a whole number from 0 to ${mostTokens}.`)
  const budget = Predicate.isObject(thinking) ? thinking["budget_tokens"] : undefined
  if (budget !== undefined && !whole(budget)) return refuse("thinking.budget_tokens: expected a whole number.")
  return Result.succeed(Math.max(max_tokens, budget ?? 0))
}

/** What beside their bytes the parts of a request make a model read. */
interface Extra {
  readonly tokens: number
  /** Bytes of images, which are counted by themselves. */
  readonly imageBytes: number
  /** Tools that are named and not written. */
  readonly references: number
  /** Bytes of the largest tool that is. */
  readonly largestTool: number
}

const nothing: Extra = { tokens: 0, imageBytes: 0, references: 0, largestTool: 0 }

const both = (left: Extra, right: Extra): Extra => ({
  tokens: left.tokens + right.tokens,
  imageBytes: left.imageBytes + right.imageBytes,
  references: left.references + right.references,
  largestTool: Math.max(left.largestTool, right.largestTool)
})

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

const checkTool = (tool: unknown): OrRefusal<Extra> => {
  if (!Predicate.isObject(tool)) return refuse("tools: expected a list of objects.")
  const type = Reflect.get(tool, "type") ?? "custom"
  const row = rowOf(toolRows, typeof type === "string" ? type : "*")
  return row?.treatment === "allowed"
    ? Result.succeed({ ...nothing, largestTool: bytesOf(tool) })
    : refuse(`The tool ${JSON.stringify(type)} is not available in this run: ${row?.reason}. Continue without it.`)
}

/** Blocks whose text stands in them. */
const written = new Set([
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
  if (typeof type === "string" && written.has(type)) return Result.succeed(nothing)
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

const checkAll = (
  list: ReadonlyArray<unknown>,
  check: (each: unknown) => OrRefusal<Extra>
): OrRefusal<Extra> => {
  let total = nothing
  for (const each of list) {
    const checked = check(each)
    if (Result.isFailure(checked)) return checked
    total = both(total, checked.success)
  }
  return Result.succeed(total)
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

const listOf = (value: unknown, name: string): OrRefusal<ReadonlyArray<unknown>> =>
  value === undefined
    ? Result.succeed([])
    : Array.isArray(value)
    ? Result.succeed(value)
    : refuse(`${name}: expected a list.`)

/** Of a field's parts those that are known to cost nothing more. */
const narrowed = (name: string, value: unknown): unknown => {
  if (!Predicate.isObject(value)) return value
  const entries = Object.entries(value)
  if (name === "output_config") {
    return Object.fromEntries(entries.filter(([key]) => /^(?:effort|format|task_budget)$/.test(key)))
  }
  if (name === "metadata") return Object.fromEntries(entries.filter(([key]) => key === "user_id"))
  if (name !== "context_management") return value
  const edits = Reflect.get(value, "edits")
  const clears = (edit: unknown) => {
    const type = Predicate.isObject(edit) ? Reflect.get(edit, "type") : undefined
    return typeof type === "string" && type.startsWith("clear_")
  }
  return { edits: Array.isArray(edits) ? edits.filter(clears) : [] }
}

/** The fields that go on, each as far as it may. */
const fieldsOf = (request: Json): OrRefusal<Json> => {
  const kept: Array<readonly [string, unknown]> = []
  for (const [name, value] of Object.entries(request)) {
    const row = rowOf(fieldRows, name)
    if (row?.treatment === "refused" && value !== null) {
      return refuse(`${name} is not available in this run: ${row.reason}. Continue without it.`)
    }
    if (row?.treatment === "allowed") kept.push([name, narrowed(name, value)])
  }
  return Result.succeed(Object.fromEntries(kept))
}

/** `count`: only the tokens are asked for, which costs nothing. */
export const checkRequest = (bytes: Uint8Array, policy: Policy, count = false): OrRefusal<Checked> =>
  Result.gen(function*() {
    const request = yield* parsed(bytes)
    const model = yield* checkModel(request["model"], policy)
    const fields = yield* fieldsOf(request)
    if (fields["stream"] !== undefined && typeof fields["stream"] !== "boolean") {
      return yield* refuse("stream: expected true or false.")
    }
    const outputTokens = count ? 0 : yield* outputOf(fields)
    const tools = yield* listOf(fields["tools"], "tools")
    const messages = yield* listOf(fields["messages"], "messages")
    const body = yield* Result.mapError(
      Result.try(() => JSON.stringify(fields)),
      (): Refusal => ({ kind: "Invalid", message: "The request is nested too deep." })
    )
    const ofTools = yield* checkAll(tools, checkTool)
    const ofMessages = yield* checkAll(messages, checkMessage)
    const ofSystem = yield* checkBlocks(fields["system"], 0)
    const extra = [ofTools, ofMessages, ofSystem].reduce(both)
    const text = Buffer.byteLength(body) - extra.imageBytes + (tools.length === 0 ? 0 : toolsTokens)
    // Several files with pages fill no more than the context that there is.
    const beside = Math.min(extra.tokens + extra.references * extra.largestTool, Math.max(0, wholeContext - text))
    const inputTokens = text + beside
    return {
      model,
      body,
      bounds: { inputTokens, outputTokens, hourCache: /"ttl":(?!"5m")/.test(body) },
      turn: tools.length > 0 && (policy.model === undefined || model === withoutSuffix(policy.model))
    }
  })
