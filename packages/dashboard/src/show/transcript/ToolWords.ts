/** What a tool was given, in one line; by the shape of it, whichever agent's tool it is. Pure. */
import type { Schema } from "effect"
import { patchLines } from "../diff/Hunks.ts"
import { changedLines, type PatchLine } from "./PatchLines.ts"

const paths = ["file_path", "filePath", "path", "absolute_path", "notebook_path"]

/** What says most, first. */
const telling = ["command", "cmd", ...paths, "pattern", "query", "url", "description", "prompt", "name"]

type Fields = Readonly<Record<string, Schema.Json | undefined>>

const fieldsOf = (input: Schema.Json): Fields | undefined =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Fields) : undefined

const textOf = (value: Schema.Json | undefined): string | undefined => {
  if (typeof value === "string") return value.trim() === "" ? undefined : value
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string")
    ? value.join(" ")
    : undefined
}

const firstText = (fields: Fields, names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const text = Object.hasOwn(fields, name) ? textOf(fields[name]) : undefined
    if (text !== undefined) return text
  }
  return undefined
}

const longest = 240

/** One line, cut where it is long; a text is looked at no further than it is shown. */
export const oneLine = (text: string): string => {
  const begin = text.slice(0, longest * 4).replace(/\s+/gu, " ").trim()
  return begin.length > longest || text.length > longest * 4
    ? `${begin.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}\u2026`
    : begin
}

export const summaryOf = (input: Schema.Json): string => {
  const fields = fieldsOf(input)
  if (fields === undefined) return oneLine(typeof input === "string" ? input : JSON.stringify(input))
  return oneLine(firstText(fields, telling) ?? firstText(fields, Object.keys(fields)) ?? JSON.stringify(fields))
}

/** The whole of it, for who unfolds it. */
export const inputText = (input: Schema.Json): string =>
  typeof input === "string" ? input : JSON.stringify(input, undefined, 2)

export interface FileChange {
  readonly path: string
  readonly lines: ReadonlyArray<PatchLine>
}

const pair = (fields: Fields): readonly [string, string] | undefined => {
  for (const [before, after] of [["old_string", "new_string"], ["oldString", "newString"], ["old_str", "new_str"]]) {
    const [old, now] = [fields[before ?? ""], fields[after ?? ""]]
    if (typeof old === "string" && typeof now === "string") return [old, now]
  }
  return undefined
}

/** A patch without numbers of lines, as some agents write it: marks alone say what a line is. */
const loosePatch = (text: string): ReadonlyArray<PatchLine> =>
  text.split("\n").map((line): PatchLine => {
    if (line.startsWith("*** ")) return { kind: "note", text: line }
    if (line.startsWith("@@")) return { kind: "hunk", text: line }
    if (line.startsWith("+")) return { kind: "added", text: line.slice(1) }
    if (line.startsWith("-")) return { kind: "removed", text: line.slice(1) }
    return { kind: "context", text: line.replace(/^ /, "") }
  })

const patchIn = (text: string): ReadonlyArray<PatchLine> | undefined => {
  if (text.startsWith("*** Begin Patch")) return loosePatch(text)
  return /^(?:diff --git |--- )/m.test(text) && /^@@ -\d/m.test(text) ? patchLines(text) : undefined
}

/** What a call is about to change in files, where what it was given says so; a tool's own word, not what became of it. */
export const changesOf = (input: Schema.Json): ReadonlyArray<FileChange> => {
  if (typeof input === "string") {
    const lines = patchIn(input)
    return lines === undefined ? [] : [{ path: "", lines }]
  }
  const fields = fieldsOf(input)
  if (fields === undefined) return []
  const path = firstText(fields, paths) ?? ""
  const one = pair(fields)
  if (one !== undefined) return [{ path, lines: changedLines(...one) }]
  const { edits } = fields
  if (Array.isArray(edits)) {
    const changes = edits.flatMap((edit) => {
      const both = pair(fieldsOf(edit) ?? {})
      return both === undefined ? [] : [{ path, lines: changedLines(...both) }]
    })
    if (changes.length > 0) return changes
  }
  for (const name of ["patch", "diff", "patchText", "input", "unified_diff"]) {
    const text = fields[name]
    const lines = typeof text === "string" ? patchIn(text) : undefined
    if (lines !== undefined) return [{ path, lines }]
  }
  const { content } = fields
  return path !== "" && typeof content === "string" ? [{ path, lines: changedLines("", content) }] : []
}
