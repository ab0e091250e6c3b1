/**
 * Kubernetes objects in protobuf, decoded to what their JSON would be. Clients of built-in kinds send it and have no way back to JSON;
 * the answer is JSON, which they all take. A message or field that is not in the table is refused, never dropped.
 */
import { DateTime } from "effect"
import { type Field, type Message, messageOf } from "./Messages.ts"

/** What cannot be decoded, in a sentence. */
export class ProtobufError extends Error {}

type Value = bigint | Uint8Array

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Fields of a message in the order in which they were sent. */
function* fieldsOf(bytes: Uint8Array): Generator<readonly [number, Value]> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 63n) throw new ProtobufError("expected protobuf, found an unfinished number")
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const [number, wireType] = [key >>> 3, key & 7]
    if (wireType === wireTypes.varint) {
      yield [number, varint()]
    } else if (wireType === wireTypes.bytes) {
      const end = Number(varint()) + at
      if (end > bytes.length) throw new ProtobufError("expected protobuf, found an unfinished field")
      yield [number, bytes.subarray(at, end)]
      at = end
    } else if (wireType === wireTypes.fixed64 || wireType === wireTypes.fixed32) {
      const end = at + (wireType === wireTypes.fixed64 ? 8 : 4)
      if (end > bytes.length) throw new ProtobufError("expected protobuf, found an unfinished number")
      yield [number, bytes.subarray(at, end)]
      at = end
    } else {
      throw new ProtobufError(`expected numbers and texts, found wire type ${wireType}`)
    }
  }
}

const bytesOf = (value: Value): Uint8Array => {
  if (typeof value === "bigint") throw new ProtobufError("expected bytes, found a number")
  return value
}

const numberOf = (value: Value): number => {
  if (typeof value !== "bigint") throw new ProtobufError("expected a number, found bytes")
  return Number(BigInt.asIntN(64, value))
}

const textOf = (value: Value): string => Buffer.from(bytesOf(value)).toString("utf8")

const timeOf = (value: Value, micro: boolean): string | undefined => {
  let [seconds, nanos] = [0, 0]
  let isSet = false
  for (const [number, part] of fieldsOf(bytesOf(value))) {
    if (number === 1) seconds = numberOf(part)
    if (number === 2) nanos = numberOf(part)
    isSet = true
  }
  if (!isSet) return undefined
  const whole = DateTime.formatIso(DateTime.makeUnsafe(seconds * 1000)).slice(0, 19)
  return micro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z` : `${whole}Z`
}

const quantityOf = (value: Value): string => {
  for (const [number, part] of fieldsOf(bytesOf(value))) if (number === 1) return textOf(part)
  return ""
}

const doubleOf = (value: Value): number => {
  const bytes = bytesOf(value)
  if (bytes.length !== 8) throw new ProtobufError("expected a number of 8 bytes")
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true)
}

/** Of a message that JSON shows as something else: its fields by number, each as often as it was sent. */
const partsOf = (value: Value) => {
  const parts = new Map<number, Array<Value>>()
  for (const [number, part] of fieldsOf(bytesOf(value))) parts.set(number, [...parts.get(number) ?? [], part])
  return (number: number): ReadonlyArray<Value> => parts.get(number) ?? []
}

/** Of the last, which counts where one was sent twice. */
const lastOf = <A>(values: ReadonlyArray<Value>, decode: (value: Value) => A): A | undefined => {
  const last = values.at(-1)
  return last === undefined ? undefined : decode(last)
}

/** JSON that is carried as bytes. */
const rawOf = (value: Value): unknown => {
  const text = lastOf(partsOf(value)(1), textOf)
  if (text === undefined || text === "") return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new ProtobufError("expected JSON in a field of raw bytes")
  }
}

const schemaOf = (value: Value) => decodeMessage("JSONSchemaProps", bytesOf(value))

/** Types that Go writes in a way of its own. */
const special: Readonly<Record<string, (value: Value) => unknown>> = {
  raw: rawOf,
  texts: (value) => partsOf(value)(1).map(textOf),
  intOrString: (value) => {
    const part = partsOf(value)
    return (lastOf(part(1), numberOf) ?? 0) === 0 ? lastOf(part(2), numberOf) ?? 0 : lastOf(part(3), textOf) ?? ""
  },
  schemaOrArray: (value) => {
    const part = partsOf(value)
    return part(2).length > 0 ? part(2).map(schemaOf) : lastOf(part(1), schemaOf)
  },
  schemaOrBool: (value) => {
    const part = partsOf(value)
    return lastOf(part(2), schemaOf) ?? (lastOf(part(1), numberOf) ?? 0) !== 0
  },
  schemaOrTexts: (value) => {
    const part = partsOf(value)
    return lastOf(part(1), schemaOf) ?? part(2).map(textOf)
  }
}

const decodeAs = (type: string, value: Value): unknown => {
  switch (type) {
    case "string":
      return textOf(value)
    case "bytes":
      return Buffer.from(bytesOf(value)).toString("base64")
    case "int":
      return numberOf(value)
    case "bool":
      return numberOf(value) !== 0
    case "time":
    case "microtime":
      return timeOf(value, type === "microtime")
    case "quantity":
      return quantityOf(value)
    case "double":
      return doubleOf(value)
    default:
      return Object.hasOwn(special, type) ? special[type]?.(value) : decodeMessage(type, bytesOf(value))
  }
}

const entryOf = (type: string, value: Value): readonly [string, unknown] => {
  let [key, content]: [string, unknown] = ["", type === "string" || type === "bytes" ? "" : {}]
  for (const [number, part] of fieldsOf(bytesOf(value))) {
    if (number === 1) key = textOf(part)
    if (number === 2) content = decodeAs(type, part)
  }
  return [key, content]
}

const isZero = (value: unknown): boolean =>
  value === undefined || value === "" || value === 0 || value === false ||
  (typeof value === "object" && value !== null && Object.keys(value).length === 0)

type Draft = Record<string, unknown>

const add = (into: Draft, { keepsZero, name, shape, type }: Field, value: Value): void => {
  switch (shape) {
    case "inline":
      Object.assign(into, decodeMessage(type, bytesOf(value)))
      break
    case "list": {
      const before = into[name]
      into[name] = [...(Array.isArray(before) ? before : []), decodeAs(type, value)]
      break
    }
    case "map": {
      const [key, content] = entryOf(type, value)
      into[name] = { ...(typeof into[name] === "object" ? into[name] : {}), [key]: content }
      break
    }
    case "one": {
      const decoded = decodeAs(type, value)
      if (keepsZero || !isZero(decoded)) into[name] = decoded
    }
  }
}

const knownMessage = (name: string): Message => {
  const message = messageOf(name)
  if (message === undefined) throw new ProtobufError(`${name} is not taken in protobuf; send JSON`)
  return message
}

const decodeMessage = (name: string, bytes: Uint8Array): Draft => {
  const message = knownMessage(name)
  const decoded: Draft = {}
  for (const [number, value] of fieldsOf(bytes)) {
    const field = message.get(number)
    if (field === undefined) throw new ProtobufError(`field ${number} of ${name} is not taken in protobuf; send JSON`)
    add(decoded, field, value)
  }
  return decoded
}

/** `k8s` and a zero byte. */
const magic = [0x6b, 0x38, 0x73, 0x00]

/**
 * The object of a body of `application/vnd.kubernetes.protobuf`. Throws ProtobufError.
 */
export const decodeProtobuf = (body: Uint8Array): object => {
  if (!magic.every((byte, index) => body[index] === byte)) {
    throw new ProtobufError("expected a body that begins with the mark of Kubernetes' protobuf")
  }
  let [typeMeta, raw]: [Draft, Uint8Array] = [{}, new Uint8Array()]
  for (const [number, value] of fieldsOf(body.subarray(magic.length))) {
    if (number === 1) typeMeta = decodeMessage("TypeMeta", bytesOf(value))
    if (number === 2) raw = bytesOf(value)
  }
  return { ...typeMeta, ...decodeMessage(String(typeMeta["kind"] ?? ""), raw) }
}
