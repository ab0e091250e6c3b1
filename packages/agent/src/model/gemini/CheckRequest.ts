/** A request to the Gemini API as it is forwarded, and the most that it can read and write. Its model is the path's. */
import { Predicate, Result } from "effect"
import type { Checked, ModelDialect } from "../ModelDialect.ts"
import { both, bytesOf, checkAll, type Extra, inputTokens, nothing } from "../request/Extra.ts"
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
  tokensNamed,
  toolRefused,
  written
} from "../request/Parts.ts"
import { rowOf } from "../request/Rules.ts"
import { ofTool } from "../request/Tools.ts"
import { geminiFieldRows, geminiToolRows } from "./Rules.ts"

/** The most that any model reads at once: for what no bytes bound. */
const wholeContext = 2_000_000
/** No model makes more of an image. */
const imageTokens = 8_000

/** The API reads both spellings of a name, and of two it is not known which. */
const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const respelled = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [camel(key), inner]))

const objectOf = (value: unknown): Json =>
  Predicate.isObject(value) && !Array.isArray(value) ? respelled(value as Json) : {}

/** With one spelling each. */
const once = (value: unknown): OrRefusal<Json> => {
  const object = objectOf(value)
  return Predicate.isObject(value) && Object.keys(value).length !== Object.keys(object).length
    ? refuse("A name of the request is there in two spellings.")
    : Result.succeed(object)
}

const elsewhere = "Images and files go into the request itself: the API loads none by address or id for this run."

const checkData = (data: unknown): OrRefusal<Extra> =>
  Result.map(once(data), ({ mimeType }) => ({
    ...nothing,
    imageBytes: bytesOf(data),
    tokens: typeof mimeType === "string" && /^image\//i.test(mimeType) ? imageTokens : wholeContext
  }))

const checkPart = (part: unknown): OrRefusal<Extra> =>
  Result.flatMap(once(part), (parts) => {
    const { fileData, functionResponse, inlineData } = parts
    if (fileData !== undefined && fileData !== null) return refuse(elsewhere)
    if (inlineData !== undefined && inlineData !== null) return checkData(inlineData)
    if (functionResponse !== undefined) {
      return Result.flatMap(listOf(objectOf(functionResponse)["parts"], "parts"), (all) => checkAll(all, checkPart))
    }
    return Result.succeed(
      Object.keys(parts).every((key) => texts.has(key)) ? nothing : { ...nothing, tokens: wholeContext }
    )
  })

/** Parts whose text stands in them. */
const texts = new Set(["text", "thought", "thoughtSignature", "functionCall", "partMetadata"])

const checkContent = (content: unknown): OrRefusal<Extra> =>
  Predicate.isObject(content)
    ? Result.flatMap(listOf(objectOf(content)["parts"], "parts"), (parts) => checkAll(parts, checkPart))
    : refuse("contents: expected a list of objects.")

const checkTool = (tool: unknown): OrRefusal<Extra> => {
  if (!Predicate.isObject(tool)) return refuse("tools: expected a list of objects.")
  for (const [name, value] of Object.entries(tool)) {
    const row = rowOf(geminiToolRows, camel(name))
    if (row?.treatment !== "allowed" && value !== null) return toolRefused(name, row)
  }
  return Result.succeed(ofTool(tool))
}

const generationFields =
  /^(?:temperature|topP|topK|seed|stopSequences|maxOutputTokens|responseMimeType|responseSchema|responseJsonSchema|presencePenalty|frequencyPenalty|thinkingConfig|mediaResolution)$/

export const checkRequest: ModelDialect["check"] = (bytes, policy, target) =>
  Result.gen(function*() {
    const request = yield* once(yield* parsed(bytes))
    const model = yield* checkModel(target.model, policy)
    const fields = yield* fieldsOf(request, geminiFieldRows)
    const config = objectOf(only(yield* once(fields["generationConfig"]), generationFields))
    const outputTokens = target.asks === "count"
      ? 0
      : (yield* tokensNamed(config["maxOutputTokens"], "generationConfig.maxOutputTokens")) ?? policy.outputTokens
    const tools = yield* listOf(fields["tools"], "tools")
    const contents = yield* listOf(fields["contents"], "contents")
    const ofTools = yield* checkAll(tools, checkTool)
    const { systemInstruction } = fields
    const ofSystem = Predicate.isObject(systemInstruction) ? yield* checkContent(systemInstruction) : nothing
    const extra = both(both(ofTools, ofSystem), yield* checkAll(contents, checkContent))
    const body = yield* written({
      ...fields,
      ...(fields["toolConfig"] === undefined
        ? {}
        : { toolConfig: only(yield* once(fields["toolConfig"]), /^functionCallingConfig$/) }),
      ...(target.asks === "count" ? {} : { generationConfig: { ...config, maxOutputTokens: outputTokens } })
    })
    const checked: Checked = {
      model,
      body,
      bounds: {
        inputTokens: inputTokens(body, extra, { tools: tools.length, wholeContext }),
        outputTokens,
        hourCache: false,
        surcharge: 1
      },
      turn: isTurn(model, tools.length, policy)
    }
    return checked
  })
