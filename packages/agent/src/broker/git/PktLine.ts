/** Git's packet lines: four hexadecimal digits of length, then that many bytes with them. */

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The end of a request, an answer or a list. */
export const flush: Uint8Array = encoder.encode("0000")

/** Between two parts of one request. */
export const parting: Uint8Array = encoder.encode("0001")

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** One packet. */
export const packet = (...payload: ReadonlyArray<string | Uint8Array>): Uint8Array => {
  const body = joined(payload.map((part) => typeof part === "string" ? encoder.encode(part) : part))
  return joined([encoder.encode((body.length + 4).toString(16).padStart(4, "0")), body])
}

export interface Packets {
  readonly packets: ReadonlyArray<string>
  /** Where the bytes go on after the flush. */
  readonly end: number
}

/** The packets up to the first flush; undefined when these bytes have none, or are no packets. */
export const packetsUntilFlush = (bytes: Uint8Array): Packets | undefined => {
  const found: Array<string> = []
  let at = 0
  while (at + 4 <= bytes.length) {
    const digits = decoder.decode(bytes.subarray(at, at + 4))
    if (!/^[0-9a-f]{4}$/i.test(digits)) return undefined
    const length = Number.parseInt(digits, 16)
    if (length === 0) return { packets: found, end: at + 4 }
    if (length === 1) {
      at += 4
      continue
    }
    if (length < 4 || at + length > bytes.length) return undefined
    found.push(decoder.decode(bytes.subarray(at + 4, at + length)))
    at += length
  }
  return undefined
}

/** The beginning of an answer to `info/refs`. */
export const serviceHeader = (service: string): Uint8Array => joined([packet(`# service=${service}\n`), flush])

/** An answer to `info/refs` that git prints as `remote error: <sentence>`. */
export const errorAnswer = (service: string, sentence: string): Uint8Array =>
  joined([serviceHeader(service), packet(`ERR ${sentence.slice(0, 4000)}\n`)])

/** What became of a push. */
export interface PushOutcome {
  readonly refs: ReadonlyArray<string>
  /** Why it was refused; undefined when it was taken. */
  readonly refused: string | undefined
  /** Lines for people. */
  readonly words: string
}

const longestWords = 16_000

/** An answer to a push: lines for people, and for git what became of each ref. */
export const pushAnswer = ({ refs, refused, words }: PushOutcome, features: ReadonlyArray<string>): Uint8Array => {
  const sentence = refused?.replace(/\s+/g, " ").slice(0, 900)
  const lines = refs.map((ref) => packet(sentence === undefined ? `ok ${ref}\n` : `ng ${ref} ${sentence}\n`))
  const report = joined([packet("unpack ok\n"), ...lines, flush])
  const wanted = features.includes("report-status") || features.includes("report-status-v2")
  if (!features.includes("side-band-64k")) return wanted ? report : flush
  const said = [words.slice(0, longestWords), sentence ?? ""].filter((text) => text !== "").join("\n")
  return joined([
    ...(said === "" ? [] : [packet(new Uint8Array([2]), `${said}\n`)]),
    ...(wanted ? [packet(new Uint8Array([1]), report)] : []),
    flush
  ])
}
