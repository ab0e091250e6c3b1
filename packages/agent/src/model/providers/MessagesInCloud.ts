/**
 * A request to the Messages API as clouds take it. They refuse a whole request for one beta or field that they do not know, and which those
 * are differs by cloud, model and month: what a cloud is known to take goes on, and once it has refused even that, none of it for that model.
 */
import { Predicate } from "effect"
import type { Asked, Refused } from "../ModelProvider.ts"
import { type Json, only } from "../request/Parts.ts"

const toolSearch = "tool-search-tool-2025-10-19"

/** Betas, without their dates, that a cloud takes; by another name where one stands there. */
const taken: Readonly<Record<"bedrock" | "vertex" | "azure", Readonly<Record<string, string>>>> = {
  // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
  bedrock: {
    "interleaved-thinking": "",
    "token-efficient-tools": "",
    "output-128k": "",
    "context-1m": "",
    "context-management": "",
    "effort": "",
    "fine-grained-tool-streaming": "",
    "tool-search-tool": "",
    "advanced-tool-use": toolSearch
  },
  vertex: {
    "interleaved-thinking": "",
    "context-1m": "",
    "context-management": "",
    "tool-search-tool": "",
    "advanced-tool-use": toolSearch
  },
  azure: {
    "interleaved-thinking": "",
    "context-1m": "",
    "context-management": "",
    "effort": "",
    "structured-outputs": "",
    "advanced-tool-use": ""
  }
}

/** Fields that are known with one of these betas alone. */
const fieldBetas: Readonly<Record<string, RegExp>> = {
  context_management: /^context-management-/,
  output_format: /^structured-outputs-/
}
const toolBetas: Readonly<Record<string, RegExp>> = {
  defer_loading: /^(?:advanced-tool-use|tool-search-tool)-/,
  input_examples: /^(?:advanced-tool-use|tool-search-tool)-/,
  allowed_callers: /^advanced-tool-use-/,
  eager_input_streaming: /^fine-grained-tool-streaming-/,
  strict: /^structured-outputs-/
}

/** What there was before any beta. */
const oldFields =
  /^(?:max_tokens|messages|system|tools|tool_choice|metadata|stream|temperature|top_k|top_p|stop_sequences|thinking|cache_control)$/
const oldToolFields = /^(?:type|name|description|input_schema|cache_control)$/

const refusedWords = /invalid beta|anthropic[-_]beta|extra inputs are not permitted/i

export interface Betas {
  /** That go with a request; none where this model's were refused. */
  readonly of: (asked: Asked) => ReadonlyArray<string>
  readonly isPlain: (asked: Asked) => boolean
  /** Whether a refusal was for what is left out from now on. */
  readonly learn: (refused: Refused, asked: Asked) => boolean
}

export const makeBetas = (cloud: keyof typeof taken): Betas => {
  const plain = new Set<string | undefined>()
  const isPlain = ({ checked }: Asked) => plain.has(checked?.model)
  return {
    isPlain,
    of: (asked) => {
      const { "anthropic-beta": betas = "" } = asked.dialect.requestHeaders(asked.headers, undefined, asked.model)
      if (isPlain(asked)) return []
      const names = betas.split(",").flatMap((beta) => {
        const name = taken[cloud][beta.replace(/-\d{4}-?\d{2}-?\d{2}$/, "")]
        return name === undefined ? [] : [name === "" ? beta : name]
      })
      return [...new Set(names)]
    },
    learn: ({ status, text }, asked) => {
      const isNew = status === 400 && asked.dialect.api === "messages" && refusedWords.test(text) && !isPlain(asked)
      if (isNew) plain.add(asked.checked?.model)
      return isNew
    }
  }
}

/** Fields of these names, each changed. */
const changed = (fields: Json, changes: Readonly<Record<string, (value: unknown) => unknown>>): Json =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      (Object.hasOwn(changes, name) ? changes[name]?.(value) : undefined) ?? value
    ])
  )

const each = (of: (item: Json) => Json) => (list: unknown): unknown =>
  Array.isArray(list) ? list.map((item) => Predicate.isObject(item) ? of(item as Json) : item) : list

/** `scope` is no field of a cloud's caches. */
const cache_control = (value: unknown) => only(value, /^(?:type|ttl)$/)

const blockOf = (block: Json): Json => changed(block, { cache_control, content: each(blockOf) })

/** Without the fields that need betas which do not go. */
const without = (fields: Json, needs: Readonly<Record<string, RegExp>>, names: ReadonlyArray<string>): Json =>
  Object.fromEntries(
    Object.entries(fields).filter(([field]) => {
      const beta = Object.hasOwn(needs, field) ? needs[field] : undefined
      return beta === undefined || names.some((name) => beta.test(name))
    })
  )

const kept = (fields: Json, names: RegExp): Json =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.test(name)))

/** Its fields but for the model, and the names of its betas. */
export const messagesFor = (
  asked: Asked,
  betas: Betas
): { readonly body: Json; readonly names: ReadonlyArray<string> } => {
  const names = betas.of(asked)
  const plain = betas.isPlain(asked)
  const { model: _, ...all }: Json = JSON.parse(asked.checked?.body ?? "{}")
  const tools = each((tool) => blockOf(plain ? kept(tool, oldToolFields) : without(tool, toolBetas, names)))
  const fields = plain ? kept(all, oldFields) : without(all, fieldBetas, names)
  return {
    names,
    body: changed(fields, { cache_control, system: each(blockOf), tools, messages: each(blockOf) })
  }
}
