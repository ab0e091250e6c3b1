/** What a program that shows tools to people may know of each: whether to ask before it is called. */
import { Context } from "effect"
import { Tool } from "effect/ai"

export interface Hints {
  readonly title: string
  readonly readOnly?: boolean
  readonly destructive?: boolean
  /** Whether the second call of the same changes nothing more. */
  readonly idempotent?: boolean
}

/** Annotations of a tool. All of them work on the installation alone, which is no open world. */
export const hints = ({ destructive = false, readOnly = false, idempotent = readOnly, title }: Hints) =>
  Context.make(Tool.Title, title).pipe(
    Context.add(Tool.Readonly, readOnly),
    Context.add(Tool.Destructive, destructive),
    Context.add(Tool.Idempotent, idempotent),
    Context.add(Tool.OpenWorld, false)
  )
