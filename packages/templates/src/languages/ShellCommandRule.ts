/** What is known of a command: which of its words are plain text to it. */
import type { Argument } from "./ShellArguments.ts"

export interface CommandRule {
  /** Why the argument at this place must not have a text of a run in it, if so. */
  readonly argument: (words: ReadonlyArray<Argument>, index: number) => string | undefined
  /** Whether what the command reads on its standard input is text to it. */
  readonly reads: (words: ReadonlyArray<Argument>) => boolean
  /** Whether an argument that begins with `-` would be an option here. */
  readonly options: (words: ReadonlyArray<Argument>, index: number) => boolean
}
