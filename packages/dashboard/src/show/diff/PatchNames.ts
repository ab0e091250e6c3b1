/** Names of files as git writes them into a patch: with `a/` and `b/` before them, and in quotes where they have unusual bytes. Pure. */

const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  "\"": 34,
  "\\": 92
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The text of a quoted name: bytes are octal, and together they are UTF-8. */
const unquoted = (inner: string): string => {
  const bytes: Array<number> = []
  for (const [part, octal, letter] of inner.matchAll(/\\([0-7]{1,3})|\\(.)|[^\\]+|\\/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255)
    else if (letter !== undefined) {
      bytes.push(...(escapes[letter] === undefined ? encoder.encode(letter) : [escapes[letter]]))
    } else for (const byte of encoder.encode(part)) bytes.push(byte)
  }
  return decoder.decode(new Uint8Array(bytes))
}

const quotedForm = /^"((?:[^"\\]|\\.)*)"/su

/** A name that takes the rest of a line; git ends one that has blanks with a tab. */
export const nameOf = (text: string): string => {
  const inner = quotedForm.exec(text)?.[1]
  return inner === undefined ? text.replace(/\t$/, "") : unquoted(inner)
}

/** Without the side's prefix; undefined for the side that has no file. */
export const sideName = (text: string): string | undefined => {
  const name = nameOf(text)
  return name === "/dev/null" ? undefined : name.replace(/^[a-z]\//, "")
}

/**
 * Both names of `diff --git a/x b/x`. Blanks are not told from the one between the names: where no other line has them both are the same,
 * so the middle is known.
 */
export const headerNames = (rest: string): { readonly from: string; readonly to: string } | undefined => {
  const first = quotedForm.exec(rest)?.[0]
  if (first !== undefined) return pair(first, rest.slice(first.length + 1))
  const quote = rest.endsWith("\"") ? rest.indexOf(" \"") : -1
  if (quote >= 0) return pair(rest.slice(0, quote), rest.slice(quote + 1))
  const middle = (rest.length - 1) / 2
  if (Number.isInteger(middle) && rest[middle] === " ") {
    const [from, to] = [rest.slice(0, middle), rest.slice(middle + 1)]
    if (from.slice(2) === to.slice(2)) return pair(from, to)
  }
  const space = rest.indexOf(" ")
  return space < 0 ? undefined : pair(rest.slice(0, space), rest.slice(space + 1))
}

const pair = (from: string, to: string) => {
  const [left, right] = [sideName(from), sideName(to)]
  return left === undefined || right === undefined ? undefined : { from: left, to: right }
}
