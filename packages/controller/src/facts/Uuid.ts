/** A UUID as sixteen characters of one byte each. */

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const uuidLength = 16

/** Undefined: it is none, or is written in another way than by its digits in lower case. */
export const packUuid = (text: string): string | undefined => {
  if (text.length !== 36 || !uuid.test(text)) return undefined
  const digits = text.replaceAll("-", "")
  let packed = ""
  for (let at = 0; at < digits.length; at += 2) packed += String.fromCharCode(parseInt(digits.slice(at, at + 2), 16))
  return packed
}

const digitsOf: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** The one that begins there. */
export const unpackUuid = (text: string, from: number): string => {
  let digits = ""
  for (let at = 0; at < uuidLength; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) digits += "-"
    digits += digitsOf[text.charCodeAt(from + at)] ?? ""
  }
  return digits
}
