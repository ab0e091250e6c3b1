/** The words of a simple command, as the rules for commands look at them. */
import type { Command, CommandArgument, SyntaxNode, Word, WordPart } from "unbash"
import { forEachChild } from "unbash"

/** A word of a command. */
export interface Argument {
  readonly node: CommandArgument
  /** The word, where it is the same in every run. */
  readonly literal: string | undefined
  /** What stands before the first thing that bash expands. */
  readonly prefix: string
  readonly hasValue: boolean
}

const literalOf = (part: WordPart): string | undefined => {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return part.value
    case "DoubleQuoted":
      return part.parts.every(({ type }) => type === "Literal")
        ? part.parts.map((inner) => ("value" in inner ? inner.value : "")).join("")
        : undefined
    default:
      return undefined
  }
}

export const literal = (word: Word): string | undefined => {
  const parts = (word.parts ?? []).map(literalOf)
  if (word.parts === undefined) return word.value
  return parts.includes(undefined) ? undefined : parts.join("")
}

/** The static text that the word begins with. */
export const prefix = ({ parts, value }: Word): string => {
  if (parts === undefined) return value
  let text = ""
  for (const part of parts) {
    const known = literalOf(part)
    if (known !== undefined) text += known
    else {
      const first = part.type === "DoubleQuoted" ? part.parts[0] : undefined
      return text + (first?.type === "Literal" ? first.value : "")
    }
  }
  return text
}

/** Every node of a tree. */
export const descendants = (node: SyntaxNode): ReadonlyArray<SyntaxNode> => {
  const found: Array<SyntaxNode> = [node]
  forEachChild(node, (child) => {
    found.push(...descendants(child))
  })
  return found
}

const named = /^orchestrator_value_(\d+)$/

/** Number of the text of a run that the node expands to, if it is one. */
export const valueOf = (node: SyntaxNode): number | undefined => {
  if (node.type !== "ParameterExpansion" || node.operation !== undefined || node.index !== undefined) return undefined
  const number = node.prefix === undefined ? named.exec(node.parameter)?.[1] : undefined
  return number === undefined ? undefined : Number(number) - 1
}

const hasValue = (node: SyntaxNode): boolean => descendants(node).some((each) => valueOf(each) !== undefined)

const argument = (node: CommandArgument): Argument => ({
  node,
  literal: node.type === "Word" ? literal(node) : undefined,
  prefix: node.type === "Word" ? prefix(node) : node.text,
  hasValue: hasValue(node)
})

/** The command's words, its name first. */
export const argumentsOf = ({ args, name }: Command): ReadonlyArray<Argument> =>
  name === undefined ? [] : [name, ...args].map(argument)
