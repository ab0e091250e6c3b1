/**
 * What the metadata of an object says, found in the text that an API server sends without parsing it: which version of which object, and
 * where the managed fields are, which are half of most objects and nobody here reads. Only texts of the form that API servers write are
 * understood; of any other nothing is said, and the parser has its word.
 */

export interface MetadataText {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  /** The text without its managed fields. */
  readonly rest: string
}

const headOfEvent = /\{"type":"(?:ADDED|MODIFIED)","object":/y
const headOfObject = /\{(?:"(?:kind|apiVersion)":"[^"\\]*",)*"metadata":\{/y

const quote = 34
const comma = 44
const colon = 58
const backslash = 92
const braces = { open: 123, close: 125 }
const brackets = { open: 91, close: 93 }

/** Past the quote that ends the text which begins at this quote; -1: there is none. */
const pastText = (text: string, begin: number): number => {
  for (let at = begin + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    if (code === backslash) at++
  }
  return -1
}

/** Past the object or list that begins here; -1: it does not end. */
const pastNested = (text: string, begin: number): number => {
  let depth = 0
  for (let at = begin; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = pastText(text, at) - 1
      if (at < 0) return -1
    } else if (code === braces.open || code === brackets.open) depth++
    else if ((code === braces.close || code === brackets.close) && --depth === 0) return at + 1
  }
  return -1
}

const pastScalar = (text: string, begin: number): number => {
  for (let at = begin; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === comma || code === braces.close) return at
  }
  return -1
}

const pastValue = (text: string, begin: number): number => {
  const code = text.charCodeAt(begin)
  if (code === quote) return pastText(text, begin)
  return code === braces.open || code === brackets.open ? pastNested(text, begin) : pastScalar(text, begin)
}

/** Whether a field begins here: no text that is open ends with a quote before a letter. */
const isField = (text: string, at: number): boolean =>
  text.charCodeAt(at) === comma && text.charCodeAt(at + 1) === quote && /[a-z]/i.test(text.charAt(at + 2))

/**
 * Past the managed fields that begin here. They are long, and hold no list: the first bracket that closes is theirs, if what comes after
 * it shows that it is in no text. Where they hold one all the same, what is left is no JSON, which the parser tells.
 */
const pastManagedFields = (text: string, begin: number): number => {
  if (text.charCodeAt(begin) !== brackets.open) return pastValue(text, begin)
  const end = text.indexOf("]", begin)
  const isLast = text.charCodeAt(end + 1) === braces.close
  return end > 0 && isField(text, isLast ? end + 2 : end + 1) ? end + 1 : pastValue(text, begin)
}

/** The text between quotes; undefined where it is none, or not as it stands there. */
const plain = (text: string, begin: number, end: number): string | undefined => {
  const inner = text.slice(begin + 1, end - 1)
  return text.charCodeAt(begin) === quote && !inner.includes("\\") ? inner : undefined
}

interface Cut {
  readonly from: number
  readonly to: number
}

const without = (text: string, cut: Cut | undefined): string =>
  cut === undefined ? text : text.slice(0, cut.from) + text.slice(cut.to)

/** With one of the commas around it. */
const cutOf = (text: string, from: number, to: number): Cut => {
  if (text.charCodeAt(to) === comma) return { from, to: to + 1 }
  return text.charCodeAt(from - 1) === comma ? { from: from - 1, to } : { from, to }
}

/** `begin`: past the brace that opens the metadata. */
const read = (text: string, begin: number): MetadataText | undefined => {
  const found = { name: "", namespace: "", uid: "", resourceVersion: "" }
  let cut: Cut | undefined
  let at = begin
  while (text.charCodeAt(at) === quote) {
    const pastKey = pastText(text, at)
    const key = pastKey < 0 ? undefined : plain(text, at, pastKey)
    if (key === undefined || text.charCodeAt(pastKey) !== colon) return undefined
    const isManaged = key === "managedFields" && cut === undefined
    const end = isManaged ? pastManagedFields(text, pastKey + 1) : pastValue(text, pastKey + 1)
    if (end < 0) return undefined
    if (key === "name" || key === "namespace" || key === "uid" || key === "resourceVersion") {
      const value = plain(text, pastKey + 1, end)
      if (value === undefined) return undefined
      found[key] = value
    } else if (isManaged) cut = cutOf(text, at, end)
    if (text.charCodeAt(end) === braces.close) return { ...found, rest: without(text, cut) }
    if (text.charCodeAt(end) !== comma) return undefined
    at = end + 1
  }
  return undefined
}

const past = (pattern: RegExp, text: string, begin: number): number => {
  pattern.lastIndex = begin
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** Of the object that begins here. */
const metadataAt = (text: string, begin: number): MetadataText | undefined => {
  const inside = past(headOfObject, text, begin)
  return inside < 0 ? undefined : read(text, inside)
}

/** Of an object. */
export const metadataIn = (text: string): MetadataText | undefined => metadataAt(text, 0)

/** Of the object that an event adds or changes. */
export const metadataInEvent = (text: string): MetadataText | undefined => {
  const object = past(headOfEvent, text, 0)
  return object < 0 ? undefined : metadataAt(text, object)
}
