/**
 * The only maker of what a container of ours is given as text. Kubernetes expands `$(NAME)` in values, commands and arguments, and takes
 * `$$` for `$`: so a text that came from elsewhere could ask for another variable, a secret too. Here every text stays what it is.
 */
import type { Container, EnvVar } from "@orchestrator/k8s/Objects"

declare const made: unique symbol

/** A variable that was made here. */
export type Variable = EnvVar & { readonly [made]: "Variable" }

/** A word of a command line that was made here. */
export type Word = string & { readonly [made]: "Word" }

/** A container that holds no text but what was made here. */
export interface LiteralContainer extends Omit<Container, "env" | "command" | "args"> {
  readonly env?: ReadonlyArray<Variable>
  readonly command?: ReadonlyArray<Word>
  readonly args?: ReadonlyArray<Word>
}

const escaped = (text: string): string => text.includes("$") ? text.replaceAll("$", () => "$$") : text

/** A variable whose container sees exactly this text. */
export const literal = (name: string, text: string): Variable => ({ name, value: escaped(text) }) as Variable

/** Variables that the pod's environment encodes. */
export const literals = (encoded: ReadonlyArray<readonly [name: string, text: string]>): ReadonlyArray<Variable> =>
  encoded.map(([name, text]) => literal(name, text))

/** A variable with the value of a Secret's key. Optional: the container starts without it. */
export const fromSecret = (
  name: string,
  { key, optional, secret }: { readonly secret: string; readonly key: string; readonly optional?: boolean }
): Variable =>
  ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key, ...(optional === undefined ? {} : { optional }) } }
  }) as Variable

/** A command line whose process sees exactly these words. */
export const words = (...texts: ReadonlyArray<string>): ReadonlyArray<Word> =>
  texts.map((text) => escaped(text) as Word)
