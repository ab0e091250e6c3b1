/**
 * An event of the agent's conversation as it may leave the pod: printable, without known secrets, no longer than it may be. The runner
 * does it with what it knows, and the broker again with what it knows. Pure.
 */
import { printable } from "@orchestrator/domain/Printable"
import { longestText, type TranscriptContent } from "@orchestrator/domain/Transcript"
import { Predicate, type Schema } from "effect"
import type { Redact } from "./Redact.ts"

const longestName = 200
const mostTools = 500

/** The cut parts no character. */
const cut = (text: string, omittedBefore = 0): { readonly text: string; readonly omitted?: number } => {
  const kept = text.length <= longestText ? text : text.slice(0, longestText).replace(/[\ud800-\udbff]$/, "")
  const omitted = omittedBefore + text.length - kept.length
  return omitted === 0 ? { text: kept } : { text: kept, omitted }
}

/** Every text of a value, those that are keys too. */
const mapTexts = (value: unknown, change: (text: string) => string): Schema.Json => {
  if (typeof value === "string") return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (Predicate.isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]))
  }
  return typeof value === "number" || typeof value === "boolean" ? value : null
}

export const cleanContent = (content: TranscriptContent, redact: Redact): TranscriptContent => {
  const words = (text: string) => printable(text, { lines: true, redact })
  const name = (text: string) => printable(text, { max: longestName, redact })
  const parent = content.parent === undefined ? {} : { parent: name(content.parent) }
  switch (content.type) {
    case "session": {
      const { model, sessionId, tools, type } = content
      return {
        type,
        ...parent,
        sessionId: name(sessionId),
        model: name(model),
        tools: tools.slice(0, mostTools).map(name)
      }
    }
    case "notice":
      return { type: content.type, ...parent, text: cut(words(content.text)).text }
    case "toolCall": {
      const { id, input, omitted, type } = content
      const clean = mapTexts(input, words)
      const text = typeof clean === "string" ? clean : JSON.stringify(clean)
      const called = { type, ...parent, id: name(id), name: name(content.name) }
      if (text.length <= longestText) return { ...called, input: clean, ...(omitted === undefined ? {} : { omitted }) }
      const { text: begin, ...left } = cut(text, omitted)
      return { ...called, input: begin, ...left }
    }
    case "toolResult":
      return { ...content, ...parent, id: name(content.id), ...cut(words(content.text), content.omitted) }
    case "message":
    case "reasoning":
    case "result":
      return { ...content, ...parent, ...cut(words(content.text), content.omitted) }
  }
}
