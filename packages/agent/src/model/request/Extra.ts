/** What beside their bytes the parts of a request make a model read: images, named tools, files with pages. */
import { Result } from "effect"
import type { OrRefusal } from "./Parts.ts"

export interface Extra {
  readonly tokens: number
  /** Bytes of images and files, which are counted by themselves. */
  readonly imageBytes: number
  /** Tools that are named and not written. */
  readonly references: number
  /** Bytes of the largest tool that is. */
  readonly largestTool: number
}

export const nothing: Extra = { tokens: 0, imageBytes: 0, references: 0, largestTool: 0 }

export const both = (left: Extra, right: Extra): Extra => ({
  tokens: left.tokens + right.tokens,
  imageBytes: left.imageBytes + right.imageBytes,
  references: left.references + right.references,
  largestTool: Math.max(left.largestTool, right.largestTool)
})

export const checkAll = (
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

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "")

/** What the APIs add where there are tools. */
const toolsTokens = 1_000

/** The most tokens that a body makes a model read. Several files with pages fill no more than the context that there is. */
export const inputTokens = (
  body: string,
  extra: Extra,
  { tools, wholeContext }: { readonly tools: number; readonly wholeContext: number }
): number => {
  const text = Buffer.byteLength(body) - extra.imageBytes + (tools === 0 ? 0 : toolsTokens)
  const beside = Math.min(extra.tokens + extra.references * extra.largestTool, Math.max(0, wholeContext - text))
  return text + beside
}
