/**
 * What the metadata of an object says, found in the bytes that an API server sends without parsing them: which version of which object, and
 * where what nobody reads stands: the managed fields, which are half of most objects, and what of a spec never changes. Only bytes of the
 * form that API servers write are understood; of any other nothing is said, and the parser has its word.
 */
import type { ObjectVersion } from "../KubernetesClient.ts"

/** Bytes to leave out, and what stands in their place. */
export interface Cut {
  readonly from: number
  readonly to: number
  readonly instead?: Buffer
}

export interface FoundMetadata extends ObjectVersion {
  /** The managed fields, with one of the commas around them. */
  readonly managedFields: Cut | undefined
  /** Past the metadata. */
  readonly end: number
}

const token = (text: string): Buffer => Buffer.from(text, "latin1")

const headsOfEvents = ["ADDED", "MODIFIED", "DELETED"].map((type) => token(`{"type":"${type}","object":`))
const headsOfFields = ["kind", "apiVersion"].map((name) => token(`"${name}":"`))
const headOfMetadata = token("\"metadata\":{")
const headOfSpec = token(",\"spec\":{")

const quote = 34
const comma = 44
const colon = 58
const backslash = 92
const braces = { open: 123, close: 125 }
const brackets = { open: 91, close: 93 }

/** Past what begins here as the token does; -1: it does not. */
const pastToken = (bytes: Buffer, begin: number, token: Buffer): number => {
  for (let at = 0; at < token.length; at++) {
    if (bytes[begin + at] !== token[at]) return -1
  }
  return begin + token.length
}

const pastFirst = (bytes: Buffer, begin: number, tokens: ReadonlyArray<Buffer>): number => {
  for (const each of tokens) {
    const past = pastToken(bytes, begin, each)
    if (past >= 0) return past
  }
  return -1
}

/** Past the quote that ends the text which begins at this quote; -1: there is none. */
const pastText = (bytes: Buffer, begin: number): number => {
  for (let at = begin + 1; at < bytes.length; at++) {
    const code = bytes[at]
    if (code === quote) return at + 1
    if (code === backslash) at++
  }
  return -1
}

/** Past the object or list that begins here; -1: it does not end. */
const pastNested = (bytes: Buffer, begin: number): number => {
  let depth = 0
  for (let at = begin; at < bytes.length; at++) {
    const code = bytes[at]
    if (code === quote) {
      at = pastText(bytes, at) - 1
      if (at < 0) return -1
    } else if (code === braces.open || code === brackets.open) depth++
    else if ((code === braces.close || code === brackets.close) && --depth === 0) return at + 1
  }
  return -1
}

const pastScalar = (bytes: Buffer, begin: number): number => {
  for (let at = begin; at < bytes.length; at++) {
    const code = bytes[at]
    if (code === comma || code === braces.close) return at
  }
  return -1
}

const pastValue = (bytes: Buffer, begin: number): number => {
  const code = bytes[begin]
  if (code === quote) return pastText(bytes, begin)
  return code === braces.open || code === brackets.open ? pastNested(bytes, begin) : pastScalar(bytes, begin)
}

const isLetter = (code = 0): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

/** Whether a field begins here: no text that is open ends with a quote before a letter. */
const isField = (bytes: Buffer, at: number): boolean =>
  bytes[at] === comma && bytes[at + 1] === quote && isLetter(bytes[at + 2])

/**
 * Past the managed fields that begin here. They are long, and hold no list: the first bracket that closes is theirs, if what comes after
 * it shows that it is in no text. Where they hold one all the same, what is left is no JSON, which the parser tells.
 */
const pastManagedFields = (bytes: Buffer, begin: number): number => {
  if (bytes[begin] !== brackets.open) return pastValue(bytes, begin)
  const end = bytes.indexOf(brackets.close, begin)
  const isLast = bytes[end + 1] === braces.close
  return end > 0 && isField(bytes, isLast ? end + 2 : end + 1) ? end + 1 : pastValue(bytes, begin)
}

/** The text between quotes; undefined where it is none, or not as it stands there. */
const plain = (bytes: Buffer, begin: number, end: number): string | undefined => {
  const inner = bytes.toString("utf8", begin + 1, end - 1)
  return bytes[begin] === quote && !inner.includes("\\") ? inner : undefined
}

/** With one of the commas around it. */
const cutOf = (bytes: Buffer, from: number, to: number): Cut => {
  if (bytes[to] === comma) return { from, to: to + 1 }
  return bytes[from - 1] === comma ? { from: from - 1, to } : { from, to }
}

/** Calls `field` with the key, the key's begin, the value's begin and its end; -1 where they do not end as they should, or it says so. */
const pastFields = (
  bytes: Buffer,
  begin: number,
  field: (key: string, from: number, value: number) => number
): number => {
  let at = begin
  while (bytes[at] === quote) {
    const pastKey = pastText(bytes, at)
    const key = pastKey < 0 ? undefined : plain(bytes, at, pastKey)
    if (key === undefined || bytes[pastKey] !== colon) return -1
    const end = field(key, at, pastKey + 1)
    if (end < 0) return -1
    if (bytes[end] === braces.close) return end + 1
    if (bytes[end] !== comma) return -1
    at = end + 1
  }
  return -1
}

/** `begin`: past the brace that opens the metadata. */
const read = (bytes: Buffer, begin: number): FoundMetadata | undefined => {
  const found = { name: "", namespace: "", uid: "", resourceVersion: "" }
  let managedFields: Cut | undefined
  const end = pastFields(bytes, begin, (key, from, value) => {
    if (key === "managedFields" && managedFields === undefined) {
      const end = pastManagedFields(bytes, value)
      if (end >= 0) managedFields = cutOf(bytes, from, end)
      return end
    }
    const end = pastValue(bytes, value)
    if (end >= 0 && (key === "name" || key === "namespace" || key === "uid" || key === "resourceVersion")) {
      const text = plain(bytes, value, end)
      if (text === undefined) return -1
      found[key] = text
    }
    return end
  })
  return end < 0 ? undefined : { ...found, managedFields, end }
}

/** Of the object that begins here. */
const metadataAt = (bytes: Buffer, begin: number): FoundMetadata | undefined => {
  if (bytes[begin] !== braces.open) return undefined
  let at = begin + 1
  for (let past = pastFirst(bytes, at, headsOfFields); past >= 0; past = pastFirst(bytes, at, headsOfFields)) {
    const end = pastText(bytes, past - 1)
    if (end < 0 || bytes[end] !== comma) return undefined
    at = end + 1
  }
  const inside = pastToken(bytes, at, headOfMetadata)
  return inside < 0 ? undefined : read(bytes, inside)
}

/** Of an object. */
export const metadataIn = (bytes: Buffer): FoundMetadata | undefined => metadataAt(bytes, 0)

/** Of the object that an event adds, changes or takes away. */
export const metadataInEvent = (bytes: Buffer): FoundMetadata | undefined => {
  const object = pastFirst(bytes, 0, headsOfEvents)
  return object < 0 ? undefined : metadataAt(bytes, object)
}

/** Fields of the spec after the metadata, with what stands for their values; none where the spec is not there, or not as it is written. */
export const cutsOfSpec = (
  bytes: Buffer,
  { end }: FoundMetadata,
  instead: ReadonlyMap<string, Buffer>
): ReadonlyArray<Cut> => {
  const inside = pastToken(bytes, end, headOfSpec)
  if (inside < 0) return []
  const cuts: Array<Cut> = []
  const past = pastFields(bytes, inside, (key, _, value) => {
    const end = pastValue(bytes, value)
    const stub = instead.get(key)
    if (end >= 0 && stub !== undefined) cuts.push({ from: value, to: end, instead: stub })
    return end
  })
  return past < 0 ? [] : cuts
}

/** Cuts in the order in which they stand. */
export const textWithout = (bytes: Buffer, cuts: ReadonlyArray<Cut>): string => {
  if (cuts.length === 0) return bytes.toString("utf8")
  const parts: Array<Buffer> = []
  let at = 0
  for (const { from, instead, to } of cuts) {
    parts.push(bytes.subarray(at, from))
    if (instead !== undefined) parts.push(instead)
    at = to
  }
  parts.push(bytes.subarray(at))
  return Buffer.concat(parts).toString("utf8")
}
