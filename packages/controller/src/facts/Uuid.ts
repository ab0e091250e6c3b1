/** A UUID as sixteen characters of one byte each. */

const textLength = 36
const byteLength = 16

/** In lower case; -1: none. */
const digitAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 102 ? code - 87 : -1
}

const isDash = (at: number): boolean => at === 8 || at === 13 || at === 18 || at === 23

/** Undefined: it is none, or is written in another way than by its digits in lower case. */
export const packUuid = (text: string): string | undefined => {
  if (text.length !== textLength) return undefined
  const bytes: Array<number> = []
  for (let at = 0; at < textLength; at += 2) {
    if (isDash(at)) {
      if (text.charCodeAt(at) !== 45) return undefined
      at += 1
    }
    const [high, low] = [digitAt(text, at), digitAt(text, at + 1)]
    if (high < 0 || low < 0) return undefined
    bytes.push(16 * high + low)
  }
  return String.fromCharCode(...bytes)
}

const digitsOf: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Of so many of its bytes. */
export const unpackDigits = (text: string, from: number, bytes: number): string => {
  let digits = ""
  for (let at = from; at < from + bytes; at++) digits += digitsOf[text.charCodeAt(at)] ?? ""
  return digits
}

/** The one that begins there. */
export const unpackUuid = (text: string, from: number): string =>
  `${unpackDigits(text, from, 4)}-${unpackDigits(text, from + 4, 2)}-${unpackDigits(text, from + 6, 2)}-${
    unpackDigits(text, from + 8, 2)
  }-${unpackDigits(text, from + 10, byteLength - 10)}`
