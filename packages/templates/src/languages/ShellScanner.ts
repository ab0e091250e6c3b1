/**
 * Follows bash text and knows what surrounds the end of it: quotes, comments, here-documents, substitutions. It decides only how a
 * variable is written at a place. A misjudgement can cost a word split, never an injection, since no value is text of a script.
 */

/** What the text is inside of; the innermost is last. */
export type Frame =
  /** Commands: the file itself, or a pair of parentheses in which `)` may also end a pattern of a `case`. */
  | { readonly in: "code"; readonly closes: boolean; readonly cases: number }
  | { readonly in: "double" | "single" | "ansi" | "comment" | "backtick" | "brace" }
  | { readonly in: "arithmetic"; readonly depth: number }
  | { readonly in: "heredoc"; readonly document: HereDocument }

export interface HereDocument {
  readonly end: string
  /** Whether the delimiter was quoted, so that nothing in the body is expanded. */
  readonly literal: boolean
  readonly tabs: boolean
}

export interface ShellState {
  readonly frames: ReadonlyArray<Frame>
  /** Here-documents announced on this line. */
  readonly pending: ReadonlyArray<HereDocument>
  /** The word so far; empty at the start of one. */
  readonly word: string
  /** The line of a here-document so far; undefined once a value stands in it. */
  readonly line: string | undefined
  /** What the last character wants of the next: nothing, to be taken literally, or to be a name. */
  readonly dangling: "" | "\\" | "$" | "<<"
}

export const shellStart: ShellState = {
  frames: [{ in: "code", closes: false, cases: 0 }],
  pending: [],
  word: "",
  line: "",
  dangling: ""
}

/** The innermost frame. */
export const innermost = ({ frames }: ShellState): Frame => frames.at(-1) ?? { in: "code", closes: false, cases: 0 }

/** The state after a piece of text. */
export const scanShell = (state: ShellState, piece: string): ShellState => {
  let now = state
  let at = 0
  while (at < piece.length) {
    const step = now.dangling === "\\" ? skipped(now) : next(now, piece.slice(at, at + 512))
    now = step.state
    at += step.length
  }
  return now
}

interface Step {
  readonly state: ShellState
  readonly length: number
}

const skipped = (state: ShellState): Step => ({ state: { ...state, dangling: "", word: `${state.word}?` }, length: 1 })

const next = (state: ShellState, rest: string): Step => {
  const frame = innermost(state)
  switch (frame.in) {
    case "code":
      return inCode(state, frame, rest)
    case "double":
      return rest[0] === "\"" ? pop(state, 1) : expansion(state, rest) ?? plain(state, rest)
    case "single":
      return rest[0] === "'" ? pop(state, 1) : plain(state, rest)
    case "ansi":
      return rest[0] === "'" ? pop(state, 1) : escaped(state, rest) ?? plain(state, rest)
    case "comment":
      return rest[0] === "\n" ? inCode(leave(state), undefined, rest) : plain(state, rest)
    case "backtick":
      return rest[0] === "`" ? pop(state, 1) : escaped(state, rest) ?? plain(state, rest)
    case "brace":
      return inBrace(state, rest)
    case "arithmetic":
      return inArithmetic(state, frame, rest)
    case "heredoc":
      return inHereDocument(state, frame.document, rest)
  }
}

const inCode = (state: ShellState, frame: Extract<Frame, { in: "code" }> | undefined, rest: string): Step => {
  const char = rest[0] ?? ""
  const known = frame ?? innermost(state)
  if (char === "#" && state.word === "") return push(state, { in: "comment" }, 1)
  if (char === "'") return push(state, { in: "single" }, 1)
  if (char === "\"") return push(state, { in: "double" }, 1)
  if (rest.startsWith("$'")) return push(state, { in: "ansi" }, 2)
  if (rest.startsWith("$\"")) return push(state, { in: "double" }, 2)
  if (rest.startsWith("<<<")) return { state: endWord(state), length: 3 }
  if (rest.startsWith("<<")) return hereDocument(endWord(state), rest)
  if (/^[<>]\(/.test(rest)) return push(endWord(state), subshell, 2)
  if (rest.startsWith("((") && state.word === "") return push(state, { in: "arithmetic", depth: 0 }, 2)
  if (char === "(") return push(endWord(state), subshell, 1)
  if (char === ")") return closing(endWord(state), known.in === "code" ? known : undefined)
  if (char === "\n") return newline(endWord(state))
  if (/[\s;|&<>]/.test(char)) return { state: { ...endWord(state), dangling: "" }, length: 1 }
  return expansion(state, rest) ?? plain(state, rest)
}

const subshell: Frame = { in: "code", closes: true, cases: 0 }

/** `)` ends a subshell, but not where it ends a pattern of a `case` inside it. */
const closing = (state: ShellState, frame: Extract<Frame, { in: "code" }> | undefined): Step => {
  const now = innermost(state)
  const cases = now.in === "code" ? now.cases : frame?.cases ?? 0
  return frame?.closes === true && cases === 0 ? pop(state, 1) : { state, length: 1 }
}

/** Counts `case` and `esac` in the frame, so that `)` can be understood. */
const endWord = (state: ShellState): ShellState => {
  const frame = innermost(state)
  const change = state.word === "case" ? 1 : state.word === "esac" ? -1 : 0
  if (change === 0 || frame.in !== "code") return { ...state, word: "" }
  const counted = { ...frame, cases: Math.max(0, frame.cases + change) }
  return { ...state, word: "", frames: [...state.frames.slice(0, -1), counted] }
}

const newline = (state: ShellState): Step => ({
  state: {
    ...state,
    dangling: "",
    line: "",
    pending: [],
    frames: [
      ...state.frames,
      ...state.pending.toReversed().map((document): Frame => ({ in: "heredoc", document }))
    ]
  },
  length: 1
})

const hereDocument = (state: ShellState, rest: string): Step => {
  const [all, dash = "", delimiter = ""] = /^<<(-?)[ \t]*((?:"[^"\n]*"|'[^'\n]*'|\\.|[^\s;|&<>()"'\\])*)/.exec(rest) ??
    []
  const length = all?.length ?? 2
  if (delimiter === "") return { state: { ...state, dangling: "<<" }, length }
  const document = {
    end: delimiter.replaceAll(/["'\\]/g, ""),
    literal: /["'\\]/.test(delimiter),
    tabs: dash === "-"
  }
  return {
    state: { ...state, pending: [...state.pending, document], dangling: length === rest.length ? "<<" : "" },
    length
  }
}

const inHereDocument = (state: ShellState, document: HereDocument, rest: string): Step => {
  if (rest[0] === "\n") {
    const line = document.tabs ? state.line?.replace(/^\t+/, "") : state.line
    const after = line === document.end ? leave(state) : state
    return { state: { ...after, line: "", dangling: "", word: "" }, length: 1 }
  }
  const step = (document.literal ? undefined : expansion(state, rest)) ?? plain(state, rest)
  const line = step.state.line === undefined ? undefined : step.state.line + rest.slice(0, step.length)
  return { state: { ...step.state, line }, length: step.length }
}

const inBrace = (state: ShellState, rest: string): Step => {
  if (rest[0] === "}") return pop(state, 1)
  if (rest[0] === "\"") return push(state, { in: "double" }, 1)
  // In double quotes as well: `"${a:-it's}"` does not end for bash.
  if (rest[0] === "'") return push(state, { in: "single" }, 1)
  return expansion(state, rest) ?? plain(state, rest)
}

const inArithmetic = (state: ShellState, frame: Extract<Frame, { in: "arithmetic" }>, rest: string): Step => {
  const deeper = (by: number): Step => ({
    state: { ...state, frames: [...state.frames.slice(0, -1), { ...frame, depth: frame.depth + by }] },
    length: 1
  })
  if (rest.startsWith("))") && frame.depth === 0) return pop(state, 2)
  if (rest[0] === "(") return deeper(1)
  if (rest[0] === ")") return deeper(-1)
  return expansion(state, rest) ?? plain(state, rest)
}

/** What is expanded in commands, double quotes and here-documents alike. */
const expansion = (state: ShellState, rest: string): Step | undefined => {
  if (rest.startsWith("$((")) return push(state, { in: "arithmetic", depth: 0 }, 3)
  if (rest.startsWith("$(")) return push({ ...state, word: "" }, subshell, 2)
  if (rest.startsWith("${")) return push(state, { in: "brace" }, 2)
  if (rest[0] === "`") return push(state, { in: "backtick" }, 1)
  if (rest[0] === "$") return { state: { ...state, dangling: "$", word: `${state.word}$` }, length: 1 }
  return escaped(state, rest)
}

const escaped = (state: ShellState, rest: string): Step | undefined =>
  rest[0] === "\\" ? { state: { ...state, dangling: "\\" }, length: 1 } : undefined

const plain = (state: ShellState, rest: string): Step => ({
  state: { ...state, dangling: "", word: state.word.length < 8 ? state.word + rest[0] : state.word },
  length: 1
})

const push = (state: ShellState, frame: Frame, length: number): Step => ({
  state: {
    ...state,
    dangling: "",
    word: frame.in === "code" ? "" : `${state.word}?`,
    line: undefined,
    frames: [...state.frames, frame]
  },
  length
})

const pop = (state: ShellState, length: number): Step => ({
  state: { ...leave(state), dangling: "", word: "?", line: undefined },
  length
})

const leave = (state: ShellState): ShellState => ({ ...state, frames: state.frames.slice(0, -1) })
