/**
 * AWS's event stream, from its bytes as they come: messages of a prelude (lengths and their checksum), headers, a payload and a checksum.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
import { Option, Schema } from "effect"
import { crc32 } from "node:zlib"

export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

/** AWS's own bound. */
const largest = 24 * 1_048_576
const prelude = 12
const checksum = 4

/** Bytes of a header's value by its type; a text says its own. */
const widths: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }

const headersOf = (bytes: Buffer): Record<string, string> => {
  const found: Record<string, string> = {}
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at)
    const name = bytes.toString("utf8", at + 1, nameEnd)
    const type = bytes.readUInt8(nameEnd)
    if (type === 6 || type === 7) {
      const start = nameEnd + 3
      const end = start + bytes.readUInt16BE(nameEnd + 1)
      if (type === 7) found[name] = bytes.toString("utf8", start, end)
      at = end
    } else {
      const width = widths[type]
      if (width === undefined) throw new Error(`a header of type ${type}`)
      at = nameEnd + 1 + width
    }
  }
  return found
}

const messageOf = (bytes: Buffer): Message => {
  const end = bytes.length - checksum
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new Error("a wrong checksum")
  const headersEnd = prelude + bytes.readUInt32BE(4)
  return { headers: headersOf(bytes.subarray(prelude, headersEnd)), payload: bytes.toString("utf8", headersEnd, end) }
}

export interface Read {
  readonly messages: ReadonlyArray<Message>
  /** What is wrong after them: then nothing that follows can be read. */
  readonly problem: string | undefined
}

export interface EventStreamReader {
  /** The messages that ended in these bytes. */
  readonly read: (bytes: Uint8Array) => Read
  /** Whether a message has begun that has not ended. */
  readonly isWithin: () => boolean
}

export const eventStreamReader = (): EventStreamReader => {
  let kept = Buffer.alloc(0)
  /** Bytes that came since, put together once a message is whole: it may come in thousands of pieces. */
  let pieces: Array<Uint8Array> = []
  let size = 0
  let wanted = prelude
  const next = (): Message | undefined => {
    if (kept.length < prelude) {
      wanted = prelude
      return undefined
    }
    const length = kept.readUInt32BE(0)
    if (crc32(kept.subarray(0, 8)) !== kept.readUInt32BE(8)) throw new Error("a wrong checksum of lengths")
    if (length > largest || length < prelude + checksum + kept.readUInt32BE(4)) throw new Error(`${length} bytes`)
    if (kept.length < length) {
      wanted = length
      return undefined
    }
    const message = messageOf(kept.subarray(0, length))
    kept = kept.subarray(length)
    return message
  }
  return {
    isWithin: () => size > 0,
    read: (bytes) => {
      pieces.push(bytes)
      size += bytes.length
      const messages: Array<Message> = []
      if (size < wanted) return { messages, problem: undefined }
      kept = Buffer.concat([kept, ...pieces])
      pieces = []
      try {
        for (let message = next(); message !== undefined; message = next()) messages.push(message)
        size = kept.length
        return { messages, problem: undefined }
      } catch (cause) {
        kept = Buffer.alloc(0)
        size = 0
        return { messages, problem: cause instanceof Error ? cause.message : String(cause) }
      }
    }
  }
}

const decodeChunk = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ bytes: Schema.String })))
const decodeWords = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ message: Schema.String })))

const types: ReadonlyArray<readonly [name: RegExp, type: string]> = [
  [/throttling|quota/i, "rate_limit_error"],
  [/unavailable|notready/i, "overloaded_error"],
  [/timeout/i, "timeout_error"],
  [/validation/i, "invalid_request_error"],
  [/notfound/i, "not_found_error"],
  [/accessdenied|unrecognizedclient|signature|token/i, "permission_error"]
]

/** What AWS calls its errors, in the words of the API that the agent speaks. */
export const errorType = (name: string): string => types.find(([names]) => names.test(name))?.[1] ?? "api_error"

const sse = (type: string, data: string): string => `event: ${type}\ndata: ${data}\n\n`

/** What ends a stream that cannot be read to its end, as the API ends what it gives up. */
export const brokenOff = (problem: string): string =>
  sse(
    "error",
    JSON.stringify({ type: "error", error: { type: "api_error", message: `The stream broke off: ${problem}.` } })
  )

/** A message as an event of the API that the model speaks; an exception as its error. */
export const eventOf = ({ headers, payload }: Message): string => {
  if (headers[":message-type"] === "event") {
    const chunk = Option.getOrUndefined(decodeChunk(payload))
    if (chunk === undefined) return ""
    const data = Buffer.from(chunk.bytes, "base64").toString("utf8").replace(/[\r\n]+/g, " ")
    return sse(/^\{\s*"type":\s*"(\w{1,60})"/.exec(data)?.[1] ?? "message", data)
  }
  const name = headers[":exception-type"] ?? headers[":error-code"] ?? "exception"
  const words = Option.match(decodeWords(payload), {
    onNone: () => headers[":error-message"] ?? name,
    onSome: ({ message }) => message
  })
  return sse("error", JSON.stringify({ type: "error", error: { type: errorType(name), message: words } }))
}
