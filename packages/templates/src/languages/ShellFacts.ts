/** What a script says of its own names: functions and what they print or run, aliases, variables that bash evaluates. */
import type { Command, SyntaxNode } from "unbash"
import { descendants, literal, valueOf } from "./ShellArguments.ts"
import { isRunning, isTextTest } from "./ShellCommands.ts"

/** What the rest of a script makes of its names. */
export interface ShellFacts {
  readonly functions: ReadonlyMap<string, OwnFunction>
  /** Names that mean another command than the usual one. */
  readonly aliases: ReadonlySet<string>
  /** Variables whose value bash evaluates when it is assigned. */
  readonly evaluated: ReadonlySet<string>
  readonly arrays: ReadonlySet<string>
}

/** A function of the file. */
interface OwnFunction {
  /** The texts that it holds, or has others print. */
  readonly values: ReadonlySet<number>
  readonly runsArguments: boolean
}

const declaring = new Set(["declare", "typeset", "local", "export", "readonly"])
export const isDeclaring = (command: Command) =>
  declaring.has(command.name === undefined ? "" : literal(command.name) ?? "")

export const factsOf = (nodes: ReadonlyArray<SyntaxNode>): ShellFacts => {
  const commands = nodes.filter((node) => node.type === "Command")
  const aliases = commands.filter(({ name }) => name !== undefined && literal(name) === "alias").flatMap(({ args }) =>
    args.map(({ text }) => text.split("=")[0] ?? "")
  )
  const declared = (option: RegExp) =>
    commands.filter(isDeclaring).filter(({ args }) => args.some(({ text }) => option.test(text))).flatMap(({ args }) =>
      args.flatMap((arg) => /^\w+/.exec(arg.text)?.[0] ?? [])
    )
  const arrays = nodes.flatMap((node) =>
    node.type === "Assignment" && (node.value.type === "ArrayValue" || node.index !== undefined) ? [node.name] : []
  )
  return {
    functions: functionsOf(nodes),
    aliases: new Set(aliases),
    evaluated: new Set(declared(/^[-+]\w*[in]/)),
    arrays: new Set([...declared(/^[-+]\w*[aA]/), ...arrays])
  }
}

const isArgument = /\$\{?[\d@*A-Za-z_]/

/** Whether a function runs or evaluates something that it does not hold itself. */
const runsArguments = (body: SyntaxNode): boolean =>
  descendants(body).some((node) => {
    switch (node.type) {
      case "Command": {
        const name = node.name === undefined ? "" : literal(node.name)
        return name === undefined
          ? isArgument.test(node.name?.text ?? "")
          : isRunning(name) && isArgument.test(node.args.map(({ text }) => text).join(" "))
      }
      case "ArithmeticCommand":
        return isArgument.test(node.body)
      case "ArithmeticExpansion":
        return isArgument.test(node.text.slice(2))
      case "TestUnary":
        return !isTextTest(node.operator) && isArgument.test(node.operand.text)
      case "TestBinary":
        return !isTextTest(node.operator) && isArgument.test(node.left.text + node.right.text)
      default:
        return false
    }
  })

const functionsOf = (nodes: ReadonlyArray<SyntaxNode>): ShellFacts["functions"] => {
  const functions = nodes.filter((node) => node.type === "Function")
  const deeper = (known: ShellFacts["functions"]): ShellFacts["functions"] => {
    const next = new Map(
      functions.map((
        { body, name }
      ) => [name.text, { values: valuesIn(body, known), runsArguments: runsArguments(body) }])
    )
    const grown = [...next].some(([name, { values }]) => values.size !== known.get(name)?.values.size)
    return grown ? deeper(next) : next
  }
  return deeper(new Map())
}

/** The texts in a node, and those that the functions that it calls may print. */
export const valuesIn = (node: SyntaxNode, functions: ShellFacts["functions"]): ReadonlySet<number> =>
  new Set(
    descendants(node).flatMap((each) => {
      const value = valueOf(each)
      if (value !== undefined) return [value]
      return each.type === "Command" ? [...functions.get(each.name?.text ?? "")?.values ?? []] : []
    })
  )
