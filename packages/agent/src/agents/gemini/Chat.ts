/**
 * Gemini CLI's transcript, a JSON object per line: a message is added, or all are replaced by `$set`, or those from one on are taken back
 * by `$rewindTo`.
 */
import { Option, Predicate, Schema } from "effect"

type Json = Readonly<Record<string, unknown>>

const decodeLine = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
const objectsIn = (value: unknown): ReadonlyArray<Json> => listOf(value).filter(Predicate.isReadonlyObject)
const fieldOf = (value: unknown, name: string): unknown =>
  Predicate.isReadonlyObject(value) ? Reflect.get(value, name) : undefined

const messagesAfter = (before: ReadonlyArray<Json>, record: Json): ReadonlyArray<Json> => {
  const rewound = record["$rewindTo"]
  if (typeof rewound === "string") {
    return before.slice(0, Math.max(0, before.findIndex(({ id }) => id === rewound)))
  }
  if (typeof record["id"] === "string") return [...before.filter(({ id }) => id !== record["id"]), record]
  const all = fieldOf(record["$set"], "messages") ?? record["messages"]
  return Array.isArray(all) ? objectsIn(all) : before
}

/** What is not text counts as some. */
const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : listOf(content).map((part) => fieldOf(part, "text") ?? "part").join("")

/** It is blind for messages that begin like these. */
const isIgnored = (text: string): boolean => text === "" || /^(?:[/?]|<(?:session|hook)_context>)/.test(text)

const isResumable = ({ content, thoughts, toolCalls, type }: Json): boolean => {
  const text = textOf(content).trim()
  if (type === "user") return !isIgnored(text)
  return type === "gemini" && (text !== "" || listOf(toolCalls).length > 0 || listOf(thoughts).length > 0)
}

const recordsOf = (text: string): ReadonlyArray<Json> =>
  text.split("\n").flatMap((line) => Option.toArray(decodeLine(line)))

/** Whether nothing is left that it would resume: it takes a first message back whose request has failed. */
export const isStub = (text: string): boolean =>
  !recordsOf(text).reduce<ReadonlyArray<Json>>(messagesAfter, []).some(isResumable)

const answeredIn = ({ content, type }: Json): ReadonlyArray<unknown> =>
  type === "user" ? listOf(content).map((part) => fieldOf(fieldOf(part, "functionResponse"), "id")) : []

/**
 * The same without results of calls that stand in a message as well: when it resumes it sends both, and its API wants one answer for each
 * call.
 */
export const withoutDoubles = (text: string): string => {
  const answered = new Set(
    recordsOf(text).flatMap((record) => [
      ...answeredIn(record),
      ...objectsIn(fieldOf(record["$set"], "messages")).flatMap(answeredIn)
    ])
  )
  const once = (message: Json): Json =>
    Array.isArray(message["toolCalls"])
      ? {
        ...message,
        toolCalls: objectsIn(message["toolCalls"]).map(({ result, ...call }) =>
          result === undefined || answered.has(call["id"]) ? call : { ...call, result }
        )
      }
      : message
  return text.split("\n").map((line) => {
    const record = Option.getOrUndefined(decodeLine(line))
    if (record === undefined || !line.includes("\"toolCalls\"")) return line
    const { $set: set, ...rest } = record
    const messages = fieldOf(set, "messages")
    return JSON.stringify(
      Predicate.isReadonlyObject(set) && Array.isArray(messages)
        ? { ...rest, $set: { ...set, messages: objectsIn(messages).map(once) } }
        : once(record)
    )
  }).join("\n")
}
