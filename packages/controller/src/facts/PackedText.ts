/**
 * JSON in two parts: what only it has, as one text of bytes, and a template of the rest with holes, in which others like it are the same. Times and
 * UIDs are four and sixteen bytes, and a text that is part of another one is there once.
 */
import { makeRecent } from "@orchestrator/domain/Recent"
import { DateTime } from "effect"
import { detached } from "./Bounds.ts"
import { secondsOf } from "./Keeping.ts"
import { packUuid, unpackDigits, unpackUuid } from "./Uuid.ts"

export interface PackedText {
  /** JSON in which each array is a hole or a list; all else is what it says. */
  readonly template: string
  /** Parts of a length that is known, each found by where it is; then texts, found by their number. */
  readonly own: string
  /** Where the texts begin. */
  readonly texts: number
}

/** What an array in a template is: the rest of it tells where its part is, or what it is made of. */
type Tag = "uuid" | "time" | "whole" | "text" | "number" | "pieces" | "beginning" | "list" | "undefined" | "NaN"

const hole = (tag: Tag, at: number): string => `["${tag}",${at}]`

/** Fields that have one of a few texts. */
const fewTexts: ReadonlySet<string> = new Set([
  "namespace",
  "kind",
  "apiVersion",
  "phase",
  "reason",
  "status",
  "type",
  "outcome",
  "model",
  "docsBranch",
  "agent",
  "provider",
  "priority",
  "profile",
  "promptMode",
  "keptFor"
])

/** Larger numbers are as many as there are objects. */
const largestShared = 3
/** Texts that are looked for in others: of a shorter one as much would have to be written as it has. */
const shortestPart = 6
const longestPart = 128
/** Names that are looked for, of the first ones of an object; and the longest text that they are looked for in. */
const mostParts = 24
const longestSearched = 1024
/** So much of a UID is in the names of what belongs to it. */
const beginningLength = 8

const packInt = (value: number): string =>
  String.fromCharCode(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24)

const unpackInt = (text: string, from: number): number =>
  (text.charCodeAt(from) | (text.charCodeAt(from + 1) << 8) | (text.charCodeAt(from + 2) << 16) |
    (text.charCodeAt(from + 3) << 24)) >>> 0

const isWhole = (value: number): boolean => value === value >>> 0 && !Object.is(value, -0)

/** As Kubernetes writes times: to the second, in UTC. */
const formatTime = (seconds: number): string =>
  `${DateTime.formatIso(DateTime.makeUnsafe(seconds * 1000)).slice(0, 19)}Z`
const timeLength = formatTime(0).length

const timesPacked = makeRecent<string, string>(1000)
const timesRead = makeRecent<number, string>(1000)

/** "" where it is none, or would be read as another text. */
const packTime = (text: string): string => {
  if (text.length !== timeLength || text.charCodeAt(timeLength - 1) !== 90) return ""
  return timesPacked(text, () => {
    const seconds = secondsOf(text)
    return isWhole(seconds) && formatTime(seconds) === text ? packInt(seconds) : ""
  })
}

/** A text with its length before it. */
const measured = (text: string): string =>
  text.length < 255 ? String.fromCharCode(text.length) + text : `\u00ff${packInt(text.length)}${text}`

const lengthAt = (own: string, at: number): number => {
  const short = own.charCodeAt(at)
  return short < 255 ? short : unpackInt(own, at + 1)
}
const headAt = (own: string, at: number): number => own.charCodeAt(at) < 255 ? 1 : 5

const textAt = (own: string, from: number, wanted: number): string => {
  let at = from
  for (let index = 0; index < wanted; index++) at += headAt(own, at) + lengthAt(own, at)
  const begin = at + headAt(own, at)
  return own.slice(begin, begin + lengthAt(own, at))
}

/** What was said of late beside names and times, and by whom first: what several say is said often. */
const said = makeRecent<string, { readonly by: string; isOften: boolean }>(1000)

const isSaidOften = (words: string, by: string): boolean => {
  const known = said(words, () => ({ by, isOften: false }))
  known.isOften ||= known.by !== by
  return known.isOften
}

const names = makeRecent<string, string>(1000)
const quotedName = (name: string): string => names(name, JSON.stringify)

/** Whether an object is no more than its fields. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Of a text with names in it: what is between them, and holes. */
type Piece = { readonly words: string } | { readonly hole: string }

/** Packs one value: what is met first is found in what follows. */
class Packing {
  readonly #by: string
  fixed = ""
  others = ""
  readonly #uuids = new Map<string, number>()
  /** Texts that others may be found in, or made of, with what makes them again. */
  readonly #known: Array<{ readonly text: string; readonly hole: string }> = []
  #texts = 0

  constructor(by: string) {
    this.#by = by
  }

  /** The template of a value; undefined: it is more than JSON. */
  node(name: string, value: unknown): string | undefined {
    switch (typeof value) {
      case "string":
        return this.#text(name, value)
      case "number":
        return this.#number(value)
      case "boolean":
        return value ? "true" : "false"
      case "undefined":
        return "[\"undefined\"]"
      case "object":
        return value === null ? "null" : Array.isArray(value) ? this.#list(name, value) : this.fields(value)
      default:
        return undefined
    }
  }

  fields(value: object): string | undefined {
    if (!isPlain(value)) return undefined
    let template = ""
    for (const name in value) {
      const node = this.node(name, Reflect.get(value, name))
      if (node === undefined || name === "__proto__") return undefined
      template += `${template === "" ? "" : ","}${quotedName(name)}:${node}`
    }
    return `{${template}}`
  }

  #list(name: string, values: ReadonlyArray<unknown>): string | undefined {
    let template = "[\"list\""
    for (const value of values) {
      const node = this.node(name, value)
      if (node === undefined) return undefined
      template += `,${node}`
    }
    return `${template}]`
  }

  #number(value: number): string | undefined {
    if (Number.isNaN(value)) return "[\"NaN\"]"
    if (!Number.isFinite(value) || Object.is(value, -0)) return undefined
    if (!isWhole(value)) return this.#add("number", String(value))
    return value <= largestShared ? String(value) : hole("whole", this.#put(packInt(value)))
  }

  #text(name: string, text: string): string {
    if (text === "" || fewTexts.has(name)) return JSON.stringify(text)
    const time = packTime(text)
    if (time !== "") return hole("time", this.#put(time))
    const uuid = packUuid(text)
    if (uuid !== undefined) return hole("uuid", this.#placeOf(text, uuid))
    const found = this.#known.find((known) => known.text === text)?.hole ?? this.#newText(name, text)
    const isPart = text.length >= shortestPart && text.length <= longestPart && this.#known.length < mostParts
    if (isPart) this.#known.push({ text, hole: found })
    return found
  }

  /** Names that are known already are not written again, and words that others say as well are not its own. */
  #newText(name: string, text: string): string {
    if (text.length > longestSearched) return this.#add("text", text)
    const pieces = this.#split(text)
    const words = pieces.map((piece) => "words" in piece ? piece.words : "").join("\n")
    const mayBeShared = pieces.length > 1 || name === "message"
    if (!mayBeShared) return this.#add("text", text)
    const isShared = isSaidOften(words, this.#by)
    const nodes = pieces.map((piece) =>
      "hole" in piece ? piece.hole : isShared ? JSON.stringify(piece.words) : this.#add("text", piece.words)
    )
    return `["pieces",${nodes.join(",")}]`
  }

  #split(words: string): ReadonlyArray<Piece> {
    for (let index = this.#known.length - 1; index >= 0; index--) {
      const known = this.#known[index]
      const at = known === undefined ? -1 : words.indexOf(known.text)
      if (known !== undefined && at >= 0) return this.#around(words, at, known.text.length, known.hole)
    }
    for (const [uuid, place] of this.#uuids) {
      const at = words.indexOf(uuid.slice(0, beginningLength))
      if (at >= 0) return this.#around(words, at, beginningLength, hole("beginning", place))
    }
    return [{ words }]
  }

  #around(words: string, at: number, length: number, hole: string): ReadonlyArray<Piece> {
    const [before, after] = [words.slice(0, at), words.slice(at + length)]
    return [...(before === "" ? [] : this.#split(before)), { hole }, ...(after === "" ? [] : this.#split(after))]
  }

  #placeOf(uuid: string, packed: string): number {
    const known = this.#uuids.get(uuid)
    if (known !== undefined) return known
    const place = this.#put(packed)
    this.#uuids.set(uuid, place)
    return place
  }

  #put(part: string): number {
    this.fixed += part
    return this.fixed.length - part.length
  }

  #add(tag: "text" | "number", text: string): string {
    this.others += measured(text)
    this.#texts += 1
    return hole(tag, this.#texts - 1)
  }
}

/** Undefined: it is more than JSON. `by`: what it is known by among all others. */
export const packText = (fields: object, by: string): PackedText | undefined => {
  const packing = new Packing(by)
  const template = packing.fields(fields)
  return template === undefined
    ? undefined
    : { template, own: detached(packing.fixed + packing.others), texts: packing.fixed.length }
}

/** Whether a template says all by itself. */
export const isStatic = (template: unknown): boolean =>
  typeof template !== "object" || template === null ||
  (Array.isArray(template)
    ? template[0] === "list" && template.every(isStatic)
    : Object.values(template).every(isStatic))

const piecesIn = (template: ReadonlyArray<unknown>, own: string, texts: number): string => {
  let text = ""
  for (let at = 1; at < template.length; at++) text += String(unpackText(template[at], own, texts))
  return text
}

/** What a template says with the parts of one object. */
export const unpackText = (template: unknown, own: string, texts: number): unknown => {
  if (typeof template !== "object" || template === null) return template
  if (!Array.isArray(template)) {
    const fields: Record<string, unknown> = {}
    for (const name in template) fields[name] = unpackText(Reflect.get(template, name), own, texts)
    return fields
  }
  const tag: Tag = template[0]
  const at: number = template[1]
  switch (tag) {
    case "uuid":
      return unpackUuid(own, at)
    case "time":
      return timesRead(unpackInt(own, at), formatTime)
    case "whole":
      return unpackInt(own, at)
    case "text":
      return textAt(own, texts, at)
    case "number":
      return Number(textAt(own, texts, at))
    case "beginning":
      return unpackDigits(own, at, beginningLength / 2)
    case "pieces":
      return piecesIn(template, own, texts)
    case "list":
      return template.slice(1).map((each) => unpackText(each, own, texts))
    case "NaN":
      return NaN
    case "undefined":
      return undefined
  }
}
