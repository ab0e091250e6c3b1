/**
 * JSON: inside a string a value is written as the string's content, anywhere else as a JSON value. `"{{x}}"`, `{{x}}` and `{{json x}}` are
 * therefore all right for a text; `"{{json x}}"` is a string that holds JSON.
 */
import { isPlain, type Lexer, type Slot, textOf } from "./Lexer.ts"

interface State {
  readonly string: boolean
  readonly escape: boolean
}

const follow = (state: State, char: string): State => {
  if (state.escape) return { string: true, escape: false }
  if (char === "\"") return { string: !state.string, escape: false }
  return { string: state.string, escape: state.string && char === "\\" }
}

const quoted = (text: string): string => JSON.stringify(text)

const content = (text: string): string => quoted(text).slice(1, -1)

const writeValue = (slot: Slot) => (value: unknown) =>
  slot.json ? JSON.stringify(value) : isPlain(slot) ? String(value) : quoted(textOf(slot, value))

const writeContent = ({ json }: Slot) => (value: unknown) => content(json ? JSON.stringify(value) : String(value ?? ""))

export const jsonLexer: Lexer<State> = {
  start: { string: false, escape: false },
  text: (state, piece) => [...piece].reduce(follow, state),
  value: (state, slot) =>
    state.escape
      ? { refused: "stands behind a backslash" }
      : { state, write: state.string ? writeContent(slot) : writeValue(slot) },
  join: (a, b) => (a.string === b.string && a.escape === b.escape ? a : undefined),
  open: ({ string }) => (string ? "a string" : undefined)
}
