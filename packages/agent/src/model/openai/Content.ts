/** Parts of messages in the two APIs of OpenAI's making: texts, and images and files that stand in the request itself. */
import { Predicate, Result } from "effect"
import { checkAll, type Extra, nothing } from "../request/Extra.ts"
import { type Json, type OrRefusal, refuse } from "../request/Parts.ts"

/** The most that any model reads at once: for what no bytes bound. */
export const wholeContext = 1_100_000
/** No model makes more of an image. */
const imageTokens = 16_000

const texts = new Set(["text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text"])

const elsewhere = "Images and files go into the request itself: the API loads none by address or id for this run."

const isData = (url: unknown): url is string => typeof url === "string" && /^data:/i.test(url)

const image = (url: unknown): OrRefusal<Extra> =>
  isData(url)
    ? Result.succeed({ ...nothing, tokens: imageTokens, imageBytes: Buffer.byteLength(url) })
    : refuse(elsewhere)

/** Pages are read as text and as images, and a file of some bytes may have any number of them. */
const file = (data: unknown): OrRefusal<Extra> =>
  typeof data === "string"
    ? Result.succeed({ ...nothing, tokens: wholeContext, imageBytes: Buffer.byteLength(data) })
    : refuse(elsewhere)

const given = (value: unknown): boolean => value !== undefined && value !== null

const checkPart = (part: unknown): OrRefusal<Extra> => {
  if (!Predicate.isObject(part)) return Result.succeed(nothing)
  const { file: held, file_data, file_id, file_url, image_url, type } = part as Json
  if (given(file_id) || given(file_url)) return refuse(elsewhere)
  if (typeof type === "string" && texts.has(type)) return Result.succeed(nothing)
  switch (type) {
    case "input_image":
      return image(image_url)
    case "image_url":
      return image(Predicate.isObject(image_url) ? Reflect.get(image_url, "url") : image_url)
    case "input_file":
      return file(file_data)
    case "file":
      return Predicate.isObject(held) && !given(Reflect.get(held, "file_id"))
        ? file(Reflect.get(held, "file_data"))
        : refuse(elsewhere)
    default:
      return Result.succeed({ ...nothing, tokens: wholeContext })
  }
}

/** A text, or a list of parts. */
export const checkContent = (content: unknown): OrRefusal<Extra> =>
  Array.isArray(content) ? checkAll(content, checkPart) : Result.succeed(nothing)
