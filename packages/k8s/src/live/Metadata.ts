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

/** Past the quote that ends the key which begins at this one; -1: there is none, or the key is not as it stands there. */
const pastKey = (bytes: Buffer, begin: number): number => {
  for (let at = begin + 1; at < bytes.length; at++) {
    const code = bytes[at]
    if (code === quote) return at + 1
    if (code === backslash) return -1
  }
  return -1
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

/** Calls `field` with the begin of the key and of the value for the end of the value; -1 where they do not end as they should, or it says so. */
const pastFields = (bytes: Buffer, begin: number, field: (key: number, value: number) => number): number => {
  let at = begin
  while (bytes[at] === quote) {
    const past = pastKey(bytes, at)
    if (past < 0 || bytes[past] !== colon) return -1
    const end = field(at, past + 1)
    if (end < 0) return -1
    if (bytes[end] === braces.close) return end + 1
    if (bytes[end] !== comma) return -1
    at = end + 1
  }
  return -1
}

const keyOf = (name: string): Buffer => token(`"${name}":`)

const keyOfManagedFields = keyOf("managedFields")
const keysOfVersion = (["name", "namespace", "uid", "resourceVersion"] as const).map((name) => ({
  name,
  key: keyOf(name)
}))

/** Nearly all keys differ from it in their length. */
const isKey = (bytes: Buffer, from: number, value: number, key: Buffer): boolean =>
  value - from === key.length && pastToken(bytes, from, key) >= 0

/** `begin`: past the brace that opens the metadata. */
const read = (bytes: Buffer, begin: number): FoundMetadata | undefined => {
  const found = { name: "", namespace: "", uid: "", resourceVersion: "" }
  let managedFields: Cut | undefined
  const end = pastFields(bytes, begin, (from, value) => {
    if (managedFields === undefined && isKey(bytes, from, value, keyOfManagedFields)) {
      const end = pastManagedFields(bytes, value)
      if (end >= 0) managedFields = cutOf(bytes, from, end)
      return end
    }
    const end = pastValue(bytes, value)
    if (end < 0) return end
    for (const { key, name } of keysOfVersion) {
      if (!isKey(bytes, from, value, key)) continue
      const text = plain(bytes, value, end)
      if (text === undefined) return -1
      found[name] = text
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

/** What stands for the value of a field. */
export interface StandIn {
  readonly key: Buffer
  readonly instead: Buffer
}

export const standInsOf = (fields: Readonly<Record<string, unknown>>): ReadonlyArray<StandIn> =>
  Object.entries(fields).map(([name, value]) => ({ key: keyOf(name), instead: Buffer.from(JSON.stringify(value)) }))

/** Fields of the spec after the metadata, with what stands for their values; none where the spec is not there, or not as it is written. */
export const cutsOfSpec = (
  bytes: Buffer,
  { end }: FoundMetadata,
  standIns: ReadonlyArray<StandIn>
): ReadonlyArray<Cut> => {
  const inside = pastToken(bytes, end, headOfSpec)
  if (inside < 0) return []
  const cuts: Array<Cut> = []
  const past = pastFields(bytes, inside, (from, value) => {
    const end = pastValue(bytes, value)
    if (end < 0) return end
    for (const { instead, key } of standIns) {
      if (isKey(bytes, from, value, key)) cuts.push({ from: value, to: end, instead })
    }
    return end
  })
  return past < 0 ? [] : cuts
}

/** Where the rest of an object is put together before it is a text, one after the other; a larger one has bytes of its own. */
const room = Buffer.allocUnsafeSlow(32 * 1024)

/** Cuts in the order in which they stand. */
export const textWithout = (bytes: Buffer, cuts: ReadonlyArray<Cut>): string => {
  if (cuts.length === 0) return bytes.toString("utf8")
  let most = bytes.length
  for (const { instead } of cuts) most += instead?.length ?? 0
  const rest = most <= room.length ? room : Buffer.allocUnsafe(most)
  let size = 0
  let at = 0
  for (const { from, instead, to } of cuts) {
    size += bytes.copy(rest, size, at, from)
    if (instead !== undefined) size += instead.copy(rest, size)
    at = to
  }
  size += bytes.copy(rest, size, at)
  return rest.toString("utf8", 0, size)
}

/** Whether bytes begin as the token does. */
export const begins = (bytes: Buffer, token: Buffer): boolean => pastToken(bytes, 0, token) >= 0
