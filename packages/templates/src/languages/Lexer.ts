/**
 * What the renderer must know of a language to write a value into a text of it: a small lexer that follows the static text around the
 * values and says, once, at load, how a value at each place is written. A place where no way is safe is refused.
 */
import type { Shape } from "./Shape.ts"

/** A place in a template where a value goes. */
export interface Slot {
  /** The expression as the author wrote it, for messages. */
  readonly name: string
  readonly shape: Shape
  /** Whether the author asked for JSON text. */
  readonly json: boolean
  /** The source line up to the place, and from it on. */
  readonly before: string
  readonly after: string
}

/** Takes a text out of the file's body: answers with the name of a variable that holds it. */
export type Hoist = (value: string) => string

/** Writes a value of the slot's shape. */
export type Write = (value: unknown, hoist: Hoist) => string

export type Placed<State> = { readonly state: State; readonly write: Write } | { readonly refused: string }

export interface Lexer<State> {
  readonly start: State
  /** The state after a piece of static text. */
  readonly text: (state: State, piece: string) => State
  readonly value: (state: State, slot: Slot) => Placed<State>
  /** The state that both ways into a place leave it in; undefined when they do not agree. */
  readonly join: (a: State, b: State) => State | undefined
  /** What is still open at the end of the file. */
  readonly open: (state: State) => string | undefined
}

/** Numbers and booleans are the same in every language and every place. */
export const isPlain = ({ json, shape }: Slot): boolean =>
  !json && (shape.kind === "number" || shape.kind === "boolean")

/** The value as text: what the author asked for, not yet escaped. */
export const textOf = ({ json }: Slot, value: unknown): string =>
  json ? JSON.stringify(value) : typeof value === "string" ? value : String(value ?? "")
