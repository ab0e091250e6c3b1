/** FNV-1a, 64 bits: small, synchronous and the same for ever, for suffixes of names. Not for secrets. */
export const fnv1a = (text: string): string => {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, "0")
}

/** The same with 32 bits, as a signed integer. */
export const fnv1aInt32 = (text: string): number => {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash | 0
}

/** The same as eight hexadecimal digits. */
export const fnv1a32 = (text: string): string => (fnv1aInt32(text) >>> 0).toString(16).padStart(8, "0")
