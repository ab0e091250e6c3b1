/**
 * Bash: a text never becomes part of the script. It is assigned, single-quoted, to a variable at the top of the file, and its place names
 * that variable, quoted as the place needs. Numbers and booleans are written as they are. What becomes of the variable there is looked at
 * in the whole script (ShellPlaces).
 */
import { isPlain, type Lexer, type Slot, textOf } from "./Lexer.ts"
import { innermost, scanShell, shellStart, type ShellState } from "./ShellScanner.ts"

const advice = "assign it first, name={{...}}, and use \"$name\""

const nowhere: Readonly<Partial<Record<ReturnType<typeof innermost>["in"], string>>> = {
  ansi: `stands in $'...'; ${advice}`,
  backtick: "stands in backticks; write $( ) instead",
  brace: `stands in \${...}; ${advice}`,
  arithmetic: "stands in arithmetic, which bash evaluates"
}

const openings = {
  comment: "a comment",
  double: "a double quote",
  single: "a single quote",
  ansi: "$'",
  backtick: "a backtick",
  brace: "${",
  arithmetic: "(("
}

const inWords = {
  code: (variable: string) => `"\${${variable}}"`,
  double: (variable: string) => `\${${variable}}`,
  single: (variable: string) => `'"\${${variable}}"'`
}

const refusal = (state: ShellState): string | undefined => {
  const frame = innermost(state)
  if (state.dangling !== "") return `stands right behind ${state.dangling}`
  if (frame.in === "comment") return undefined
  if (frame.in === "heredoc" && frame.document.literal) {
    return `stands in a here-document whose delimiter is quoted; write <<${frame.document.end} without the quotes`
  }
  return nowhere[frame.in]
}

const writer = (state: ShellState, { name }: Slot): (variable: () => string) => string => {
  const frame = innermost(state)
  switch (frame.in) {
    case "comment":
      return () => `<${name}>`
    case "double":
    case "heredoc":
      return (variable) => inWords.double(variable())
    case "single":
      return (variable) => inWords.single(variable())
    default:
      return (variable) => inWords.code(variable())
  }
}

const same = (a: ShellState, b: ShellState): boolean =>
  JSON.stringify([a.frames, a.pending]) === JSON.stringify([b.frames, b.pending])

export const shellLexer: Lexer<ShellState> = {
  start: shellStart,
  text: scanShell,
  value: (state, slot) => {
    const after: ShellState = { ...state, dangling: "", word: `${state.word}?`, line: undefined }
    if (isPlain(slot)) return { state: after, write: String }
    const refused = refusal(state)
    if (refused !== undefined) return { refused }
    const write = writer(state, slot)
    return { state: after, write: (value, hoist) => write(() => hoist(textOf(slot, value))) }
  },
  join: (a, b) =>
    same(a, b)
      ? {
        ...a,
        word: a.word === b.word ? a.word : "?",
        line: a.line === b.line ? a.line : undefined,
        dangling: a.dangling || b.dangling
      }
      : undefined,
  open: (state) => {
    const frame = innermost(scanShell(state, "\n"))
    if (frame.in === "code") return frame.closes ? "a parenthesis" : undefined
    return frame.in === "heredoc" ? `here-document ${frame.document.end}` : openings[frame.in]
  }
}

/** A text as one single-quoted word; NUL has no form in a script. */
const singleQuoted = (text: string): string => `'${text.toWellFormed().replaceAll("'", "'\\''")}'`

/** The script with the texts that it names, assigned behind its first line when that is `#!`. */
export const withVariables = (script: string, values: ReadonlyArray<string>): string => {
  if (values.length === 0) return script
  const assigned = values.map((value, index) => `${variableName(index)}=${singleQuoted(value)}\n`).join("")
  const first = script.startsWith("#!") ? script.indexOf("\n") + 1 || script.length : 0
  return script.slice(0, first) + (first > 0 && script[first - 1] !== "\n" ? "\n" : "") + assigned + script.slice(first)
}

export const variableName = (index: number): string => `orchestrator_value_${index + 1}`
