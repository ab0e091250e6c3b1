/** FNV-1a, 64 bits: small, synchronous and the same for ever, for suffixes of names. Not for secrets. */
export const fnv1a = (text: string): string => {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, "0")
}

const start32 = 0x811c9dc5
const step32 = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193)

/** The same with 32 bits, as a signed integer. */
export const fnv1aInt32 = (text: string): number => {
  let hash = start32
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return new TextEncoder().encode(text).reduce(step32, start32) | 0
    // Of these the byte is the code.
    hash = step32(hash, code)
  }
  return hash | 0
}

/** The same as eight hexadecimal digits. */
export const fnv1a32 = (text: string): string => (fnv1aInt32(text) >>> 0).toString(16).padStart(8, "0")
