/** JSON that people and their tools wrote: read as far as it can be, and what cannot be is named with its line. Pure. */
import { Result } from "effect"

/** Why a text is not what it should be, and where. */
export interface TextFault {
  readonly line: number
  readonly problem: string
}

export const formatFault = ({ line, problem }: TextFault): string => `line ${line} ${problem}`

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length

const lineOf = (text: string, pattern: RegExp): number | undefined => {
  const at = text.search(pattern)
  return at === -1 ? undefined : lineAt(text, at)
}

const fault = (line: number | undefined, problem: string): ReadonlyArray<TextFault> =>
  line === undefined ? [] : [{ line, problem }]

/** What is wrong with a text before JSON is thought of. A byte that is not UTF-8 has become U+FFFD. */
const faultsOf = (text: string): ReadonlyArray<TextFault> => [
  ...(text.trim() === "" ? [{ line: 1, problem: "is the end of it: the file is empty" }] : []),
  ...fault(lineOf(text, /^(?:\ufffd\ufffd)?[^\0]{0,3}\0/), "is not UTF-8 but UTF-16: save the file as UTF-8"),
  ...fault(lineOf(text, /\ufffd/), "has bytes that are not UTF-8: save the file as UTF-8"),
  ...fault(lineOf(text, /\0/), "has a NUL: the file is no text"),
  ...fault(
    lineOf(text, /^(?:<{7}|\|{7}|>{7})(?: |$)|^={7}$/m),
    "has git's conflict markers: resolve the merge, and push"
  ),
  ...fault(lineOf(text, /^version https:\/\/git-lfs\./), "is a pointer of git LFS: keep the file in git itself")
]

const token =
  // oxlint-disable-next-line no-control-regex
  /[ \t\r\n]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y

type Expected =
  | "a value"
  | "a key"
  | "\":\""
  | "\",\" or the end of the list"
  | "\",\" or the end of the object"
  | "nothing more"

/** Where a text stops being JSON, and what was expected there. */
const syntaxFault = (text: string): TextFault => {
  const open: Array<"{" | "["> = []
  let expected: Expected = "a value"
  let [at, empty] = [0, false]
  const after = (): Expected => {
    const inner = open.at(-1)
    return inner === undefined
      ? "nothing more"
      : inner === "{"
      ? "\",\" or the end of the object"
      : "\",\" or the end of the list"
  }
  for (;;) {
    token.lastIndex = at
    const [all = "", string, plain, mark] = token.exec(text) ?? []
    const closes = (mark === "}" && open.at(-1) === "{") || (mark === "]" && open.at(-1) === "[")
    let next: Expected | undefined
    if (closes && (empty || expected === after())) {
      open.pop()
      next = after()
    } else if (expected === "a value") {
      if (string !== undefined || plain !== undefined) next = after()
      else if (mark === "{" || mark === "[") {
        open.push(mark)
        next = mark === "{" ? "a key" : "a value"
      }
    } else if (expected === "a key") next = string === undefined ? undefined : "\":\""
    else if (expected === "\":\"") next = mark === ":" ? "a value" : undefined
    else if (mark === "," && expected !== "nothing more") next = open.at(-1) === "{" ? "a key" : "a value"
    if (next === undefined) {
      const start = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0)
      return {
        line: lineAt(text, Math.min(start, text.trimEnd().length)),
        problem: `is not JSON: expected ${expected}`
      }
    }
    empty = mark === "{" || mark === "["
    expected = next
    at += all.length
  }
}

/** The value of a JSON text, without its byte order mark, and the text that was read. */
export const parseJson = (
  given: string
): Result.Result<{ readonly value: unknown; readonly text: string }, TextFault> => {
  const text = given.replace(/^\ufeff/, "")
  return Result.try({
    try: () => ({ value: JSON.parse(text) as unknown, text }),
    catch: () => faultsOf(text)[0] ?? syntaxFault(text)
  }).pipe(
    Result.flatMap((read) => {
      const found = /\ufffd/.test(text) ? faultsOf(text)[0] : undefined
      return found === undefined ? Result.succeed(read) : Result.fail(found)
    })
  )
}

/** Lines on which the values of a valid JSON text begin, by path, such as `master.tasks.3`. */
export const linesOf = (text: string): ReadonlyMap<string, number> => {
  const lines = new Map<string, number>()
  const path: Array<{ readonly list: boolean; key: string; index: number }> = []
  const name = () => path.map(({ index, key, list }) => (list ? String(index) : key)).join(".")
  let line = 1
  let string = ""
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,\n]|[^\s{}[\]:,"]+/g)) {
    const inner = path.at(-1)
    if (token === "\n") line++
    else if (token === ",") {
      if (inner !== undefined) inner.index++
    } else if (token === ":") {
      if (inner !== undefined) inner.key = JSON.parse(string)
    } else if (token === "}" || token === "]") path.pop()
    else {
      if (!lines.has(name()) || inner?.list === true) lines.set(name(), line)
      if (token === "{" || token === "[") path.push({ list: token === "[", key: "", index: 0 })
      string = token
    }
  }
  return lines
}
