/**
 * Text that others wrote, in pieces to be shown as text: what steers a terminal or cannot be seen (escape sequences, controls, bidi marks,
 * zero widths, tags, lone surrogates) stands there as a mark that can be read. Pure and linear; nothing of it is ever markup.
 */

export interface Piece {
  readonly kind: "plain" | "mark" | "match"
  readonly text: string
  /** Of a mark: what it is, in words. */
  readonly title?: string
}

/** What no reader sees; line breaks and tabs are seen. A lone surrogate is one unit with the flag `u`. */
const unseen =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029\u2800]|(?<=\p{M}{4})(?:(?!\p{Default_Ignorable_Code_Point})\p{M})+/gu
/** Parts of emoji, where they stand in one. */
const inEmoji =
  /(?<=\p{Emoji})\ufe0f|(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})/gu

const names: ReadonlyMap<number, string> = new Map([
  [0x00, "null"],
  [0x07, "bell"],
  [0x08, "backspace"],
  [0x0b, "vertical tab"],
  [0x0c, "form feed"],
  [0x0d, "carriage return"],
  [0x1b, "escape"],
  [0x7f, "delete"],
  [0x85, "next line"],
  [0x9b, "control sequence introducer"],
  [0xad, "soft hyphen"],
  [0x34f, "combining grapheme joiner"],
  [0x61c, "Arabic letter mark"],
  [0x180e, "Mongolian vowel separator"],
  [0x200b, "zero width space"],
  [0x200c, "zero width non-joiner"],
  [0x200d, "zero width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x2028, "line separator"],
  [0x2029, "paragraph separator"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202c, "pop directional formatting"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0x2060, "word joiner"],
  [0x2066, "left-to-right isolate"],
  [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"],
  [0x2069, "pop directional isolate"],
  [0x2800, "blank Braille pattern"],
  [0xfeff, "zero width no-break space"]
])

const kindOf = (code: number): string => {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return "control character"
  if (code >= 0xd800 && code < 0xe000) return "half of a character"
  if (code >= 0xe0000 && code < 0xe0080) return "invisible tag"
  if ((code >= 0xfe00 && code < 0xfe10) || (code >= 0xe0100 && code < 0xe01f0)) return "variation selector"
  return "invisible character"
}

const hex = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`

/** C0 and delete have pictures of their own; everything else is named by its number. */
const signOf = (code: number): string => {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? "\u2421" : `\u27e8${hex(code)}\u27e9`
}

const piled = /^(?!\p{Default_Ignorable_Code_Point})\p{M}/u

const markOf = (found: string): Piece => {
  const code = found.codePointAt(0) ?? 0
  return piled.test(found)
    ? { kind: "mark", text: "\u27e8\u2026\u27e9", title: `${[...found].length} more marks on one letter` }
    : { kind: "mark", text: signOf(code), title: `${names.get(code) ?? kindOf(code)} (${hex(code)})` }
}

// oxlint-disable-next-line no-control-regex
const ordinary = /^[\n\t\x20-\x7e]*$/

/** Begin and length of what a pattern finds, in order. */
const spansOf = (text: string, pattern: RegExp): ReadonlyArray<readonly [number, string]> =>
  Array.from(text.matchAll(pattern), (match) => [match.index, match[0]] as const)

const marked = (text: string): ReadonlyArray<Piece> => {
  if (ordinary.test(text)) return text === "" ? [] : [{ kind: "plain", text }]
  const harmless = new Set(spansOf(text, inEmoji).map(([at]) => at))
  const pieces: Array<Piece> = []
  let from = 0
  for (const [at, found] of spansOf(text, unseen)) {
    if (harmless.has(at)) continue
    if (at > from) pieces.push({ kind: "plain", text: text.slice(from, at) })
    pieces.push(markOf(found))
    from = at + found.length
  }
  if (from < text.length) pieces.push({ kind: "plain", text: text.slice(from) })
  return pieces
}

/** Finds the words as they are, in capitals or not; undefined where there are none. */
export const finderOf = (words: string): RegExp | undefined =>
  words === "" ? undefined : new RegExp(words.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu")

const withMatches = (piece: Piece, finder: RegExp): ReadonlyArray<Piece> => {
  if (piece.kind !== "plain") return [piece]
  const pieces: Array<Piece> = []
  let from = 0
  for (const [at, found] of spansOf(piece.text, finder)) {
    if (at > from) pieces.push({ kind: "plain", text: piece.text.slice(from, at) })
    pieces.push({ kind: "match", text: found })
    from = at + found.length
  }
  if (from < piece.text.length) pieces.push({ kind: "plain", text: piece.text.slice(from) })
  return pieces
}

/** The text in pieces; what the finder finds are pieces of their own. */
export const visiblePieces = (text: string, finder?: RegExp): ReadonlyArray<Piece> => {
  const pieces = marked(text)
  return finder === undefined ? pieces : pieces.flatMap((piece) => withMatches(piece, finder))
}

/** The same as one text, for what can only be text: titles, labels, what is copied. */
export const visibleText = (text: string): string => marked(text).map((piece) => piece.text).join("")

/** The beginning of a text, of so many UTF-16 units, parting no character, and how many are left. */
export const beginningOf = (text: string, units: number): { readonly text: string; readonly left: number } => {
  if (text.length <= units) return { text, left: 0 }
  const code = text.charCodeAt(units - 1)
  const end = code >= 0xd800 && code < 0xdc00 ? units - 1 : units
  return { text: text.slice(0, end), left: text.length - end }
}

/** So many lines at the beginning, of so many UTF-16 units at most. */
export const firstLines = (
  text: string,
  lines: number,
  units: number
): { readonly text: string; readonly left: number } => {
  let end = -1
  for (let line = 0; line < lines; line++) {
    end = text.indexOf("\n", end + 1)
    if (end < 0 || end > units) return beginningOf(text, units)
  }
  return { text: text.slice(0, end), left: text.length - end }
}
