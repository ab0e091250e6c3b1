/** Git's packet lines: four hexadecimal digits of length, then that many bytes with them. */

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const flush: Uint8Array = encoder.encode("0000")

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

/** The packets up to the first flush; undefined when these bytes have none, or are no packets. */
export const packetsUntilFlush = (bytes: Uint8Array): ReadonlyArray<string> | undefined => {
  const found: Array<string> = []
  let at = 0
  while (at + 4 <= bytes.length) {
    const digits = decoder.decode(bytes.subarray(at, at + 4))
    if (!/^[0-9a-f]{4}$/i.test(digits)) return undefined
    const length = Number.parseInt(digits, 16)
    if (length === 0) return found
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

/** An answer to a push that was refused: the sentence for people, the refusal of each ref for git. */
export const refusalAnswer = (
  refs: ReadonlyArray<string>,
  sentence: string,
  features: ReadonlyArray<string>
): Uint8Array => {
  const words = sentence.replace(/\s+/g, " ").slice(0, 900)
  const report = [packet("unpack ok\n"), ...refs.map((ref) => packet(`ng ${ref} ${words}\n`)), flush]
  const wanted = features.includes("report-status") || features.includes("report-status-v2")
  if (!features.includes("side-band-64k")) return wanted ? joined(report) : flush
  const lines = wanted ? [packet(new Uint8Array([1]), joined(report))] : []
  return joined([packet(new Uint8Array([2]), `${words}\n`), ...lines, flush])
}
