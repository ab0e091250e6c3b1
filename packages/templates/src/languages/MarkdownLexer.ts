/**
 * Markdown that an agent reads. A value alone on its line becomes a fenced block, elsewhere a code span, or stands bare when it is one
 * plain word; inside a fence or span of the author's, what could close it is replaced. `@` at the start of a word becomes `\@`: the
 * agent's CLI puts the file `@path` into a prompt, in code too.
 */
import { isPlain, type Lexer, type Slot, textOf } from "./Lexer.ts"
import { bare, block, insideFence, insideSpan, span } from "./Markdown.ts"

interface State {
  /** Opening fence that the text is inside of. */
  readonly fence: string | undefined
  /** Length of the backtick run that opened a code span; 0 outside. */
  readonly span: number
  /** Inside `<!-- -->`, `<pre>` and the like, where Markdown has no say. */
  readonly raw: boolean
  /** Inside a block that began with a tag; ends at a blank line. */
  readonly html: boolean
  /** Behind `<` of a tag that has not ended; it may go over lines. */
  readonly tag: boolean
  /** Whether a value was the last that was written, so that marks beside it would join its own. */
  readonly touches: boolean
  /** Static text of the current line so far, values left out. */
  readonly line: string
  readonly lineHasValue: boolean
}

const fenceLine = /^[ \t>]*(?:[-*+] +|\d+[.)] +)?(`{3,}|~{3,})([^`]*)$/

const newline = (state: State): State => {
  const [, marks, info] = fenceLine.exec(state.line) ?? []
  const blank = state.line.trim() === "" && !state.lineHasValue
  const html = state.fence === undefined && !blank && (state.html || /^[ \t>]*<\/?[a-zA-Z]/.test(state.line))
  const tag = state.tag && !blank
  const next = { ...state, html, tag, touches: false, line: "", lineHasValue: false, span: blank ? 0 : state.span }
  if (marks === undefined || state.lineHasValue || state.raw) return next
  if (state.fence === undefined) return { ...next, fence: marks, span: 0 }
  const closes = marks[0] === state.fence[0] && marks.length >= state.fence.length && info?.trim() === ""
  return closes ? { ...next, fence: undefined, span: 0 } : next
}

const marksOutside =
  /\\[\\`<]|`+|<!--|<(?:pre|script|style|textarea)\b|-->|<\/(?:pre|script|style|textarea)>|<(?=[a-z/!?])|>/gi
const marksInSpan = /`+/g

/** Backtick runs and raw stretches of a piece without line breaks. */
const inline = (state: State, piece: string): State => {
  if (piece === "") return state
  const line = state.line + piece
  if (state.fence !== undefined || (state.span === 0 && !state.raw && fenceLine.test(line))) return { ...state, line }
  const marks = piece.match(state.span === 0 ? marksOutside : marksInSpan) ?? []
  return marks.reduce(follow, { ...state, touches: false, line })
}

const follow = (state: State, mark: string): State => {
  if (state.raw) return { ...state, raw: !/^(?:-->|<\/)/.test(mark) }
  if (mark.startsWith("`")) {
    return { ...state, span: state.span === 0 ? mark.length : state.span === mark.length ? 0 : state.span }
  }
  if (mark === "<" || mark === ">") return { ...state, tag: mark === "<" }
  return { ...state, raw: state.span === 0 && /^<[^/]/.test(mark), tag: false }
}

const isTableRow = ({ line }: State): boolean => line.trimStart().startsWith("|")

const refusal = (state: State, { after }: Slot): string | undefined => {
  if (/(?:^|[\s`"'(*[_])@\S*$/.test(state.line)) return "names a file that the agent's CLI would read into the prompt"
  if (state.fence === undefined && state.span === 0 && /(?<!\\)(?:\\\\)*\\$/.test(state.line)) {
    return "stands right behind a backslash, which takes its marks away"
  }
  if (state.raw) return "stands inside a comment or raw HTML, which a value could end"
  if (state.html) return "stands in a block of HTML; put a blank line between the tag and the value"
  if (state.tag || (state.span === 0 && state.fence === undefined && state.line.endsWith("<"))) {
    return "stands inside a tag, which a value could end"
  }
  if (state.fence === undefined && fenceLine.test(state.line) && state.line.trim() !== "") {
    return "stands behind an opening fence"
  }
  const closed = (after.match(/`+/g) ?? []).some((run) => run.length === state.span)
  return state.span > 0 && !closed ? "stands in a code span that does not close on the same line" : undefined
}

const writer = (state: State, slot: Slot): (text: string) => string => {
  const { fence, line, lineHasValue } = state
  if (fence !== undefined) return (text) => insideFence(text, fence)
  if (state.span > 0) return insideSpan
  const alone = line.trim() === "" && !lineHasValue && slot.after.trim() === ""
  if (alone) return (text) => block(text, line, slot.json ? "json" : "text")
  const cell = (written: string) => (isTableRow(state) ? written.replaceAll("|", "\\|") : written)
  // Backticks that meet are one longer run, and close nothing.
  const ahead = state.touches || line.endsWith("`") ? " " : ""
  const behind = /^(?:\{\{[^}]*\}\})*`/.test(slot.after) ? " " : ""
  return (text) => cell(bare(text) ? text : `${ahead}${span(text)}${behind}`)
}

const markdownText = (slot: Slot, value: unknown): string =>
  slot.json ? JSON.stringify(value, undefined, 2) : textOf(slot, value)

export const markdownLexer: Lexer<State> = {
  start: {
    fence: undefined,
    span: 0,
    raw: false,
    html: false,
    tag: false,
    touches: false,
    line: "",
    lineHasValue: false
  },
  text: (state, piece) =>
    piece.split("\n").reduce((now, stretch, index) => inline(index === 0 ? now : newline(now), stretch), state),
  value: (state, slot) => {
    const after = { ...state, lineHasValue: true, touches: !isPlain(slot) }
    if (isPlain(slot)) return { state: after, write: String }
    const refused = refusal(state, slot)
    const write = writer(state, slot)
    return refused === undefined ? { state: after, write: (value) => write(markdownText(slot, value)) } : { refused }
  },
  join: (a, b) =>
    a.fence === b.fence && a.span === b.span && a.raw === b.raw && a.tag === b.tag
      ? {
        ...a,
        html: a.html || b.html,
        touches: a.touches || b.touches,
        lineHasValue: a.lineHasValue || b.lineHasValue || a.line !== b.line
      }
      : undefined,
  open: ({ fence, raw }) => (fence === undefined ? (raw ? "a comment or raw HTML" : undefined) : "a code fence")
}
