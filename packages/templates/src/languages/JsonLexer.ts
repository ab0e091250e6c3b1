/**
 * JSON: inside a string a value is written as the string's content, anywhere else as a JSON value. `"{{x}}"`, `{{x}}` and `{{json x}}` are
 * therefore all right for a text; `"{{json x}}"` is a string that holds JSON. Where the agent's CLI runs what a key holds, no text is.
 */
import { type JsonFrame, jsonHazard } from "./JsonHazards.ts"
import { isPlain, type Lexer, type Slot, textOf } from "./Lexer.ts"

interface State {
  readonly string: boolean
  readonly escape: boolean
  /** The string so far, or the last one; what is in it of a value is left out. */
  readonly text: string
  /** Objects and lists that the place is in, the innermost last. */
  readonly frames: ReadonlyArray<JsonFrame>
}

const outermost: JsonFrame = { list: false, key: "", command: undefined }

const inner = (state: State): JsonFrame => state.frames.at(-1) ?? outermost

const inFrame = (state: State, change: Partial<JsonFrame>): State => ({
  ...state,
  frames: [...state.frames.slice(0, -1), { ...inner(state), ...change }]
})

const follow = (state: State, char: string): State => {
  if (state.escape) return { ...state, escape: false, text: state.text + char }
  if (state.string) {
    if (char === "\\") return { ...state, escape: true }
    if (char !== "\"") return { ...state, text: state.text + char }
    const closed = { ...state, string: false }
    return inner(state).key === "command" ? inFrame(closed, { command: state.text }) : closed
  }
  switch (char) {
    case "\"":
      return { ...state, string: true, text: "" }
    case ":":
      return inFrame(state, { key: state.text })
    case ",":
      return inner(state).list ? state : inFrame(state, { key: "" })
    case "{":
    case "[":
      return { ...state, frames: [...state.frames, { list: char === "[", key: "", command: undefined }] }
    case "}":
    case "]":
      return { ...state, frames: state.frames.slice(0, -1) }
    default:
      return state
  }
}

const quoted = (text: string): string => JSON.stringify(text)

const content = (text: string): string => quoted(text).slice(1, -1)

const writeValue = (slot: Slot) => (value: unknown) =>
  slot.json ? JSON.stringify(value) : isPlain(slot) ? String(value) : quoted(textOf(slot, value))

const writeContent = ({ json }: Slot) => (value: unknown) => content(json ? JSON.stringify(value) : String(value ?? ""))

const refusal = (state: State, slot: Slot): string | undefined =>
  state.escape ? "stands behind a backslash" : isPlain(slot) ? undefined : jsonHazard(state.frames)

/** Of two ways that differ, the deeper one: it knows more keys. */
const joined = (a: State, b: State): State => (b.frames.length > a.frames.length ? b : a)

export const jsonLexer: Lexer<State> = {
  start: { string: false, escape: false, text: "", frames: [] },
  text: (state, piece) => [...piece].reduce(follow, state),
  value: (state, slot) => {
    const refused = refusal(state, slot)
    return refused === undefined
      ? { state, write: state.string ? writeContent(slot) : writeValue(slot) }
      : { refused }
  },
  join: (a, b) => (a.string === b.string && a.escape === b.escape ? joined(a, b) : undefined),
  open: ({ string }) => (string ? "a string" : undefined)
}
