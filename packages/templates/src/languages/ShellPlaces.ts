/**
 * What becomes of the texts of a run in a finished script. Bash's own grammar decides (unbash), so that lines, continuations and
 * here-documents do not matter. A text may be assigned, compared, looped over, and given to commands that take it as text; what is not
 * one of these places is refused, known or not.
 */
import type {
  ArrayValue,
  Assignment,
  Command,
  CommandNode,
  Redirection,
  SyntaxNode,
  TestExpression,
  Word,
  WordPart
} from "unbash"
import { forEachChild, parse } from "unbash"
import { type Argument, argumentsOf, descendants, prefix, valueOf } from "./ShellArguments.ts"
import type { CommandRule } from "./ShellCommandRule.ts"
import { isTextTest, ruleOf, unknownTo } from "./ShellCommands.ts"
import { factsOf, isDeclaring, valuesIn } from "./ShellFacts.ts"
import { isSpecial } from "./ShellVariables.ts"

export interface ShellPlaces {
  /** Numbers of the texts that stand where they could be run, and why. */
  readonly refused: ReadonlyMap<number, string>
  /** Why the script cannot be followed; then every text in it is refused. */
  readonly error: string | undefined
  /** Those that a command would take for an option if they began with `-`, and the command. */
  readonly options: ReadonlyMap<number, string>
}

/** Names the commands that go before another one, with how many words of their own. */
const wrappers: Readonly<Record<string, number>> = { exec: 0, command: 0, nohup: 0, env: 0, nice: 0, timeout: 1 }

/** The words of the command that is run in the end, and assignments of `env` before it. */
const unwrapped = (
  words: ReadonlyArray<Argument>
): { words: ReadonlyArray<Argument>; set: ReadonlyArray<Argument> } => {
  const own = wrappers[words[0]?.literal ?? ""]
  if (own === undefined || !Object.hasOwn(wrappers, words[0]?.literal ?? "")) return { words, set: [] }
  const rest = words.slice(1 + own)
  const set = words[0]?.literal === "env" ? rest.slice(0, rest.findIndex(({ prefix }) => !/^\w+=/.test(prefix))) : []
  if (words.length <= 1 + own || rest[set.length]?.prefix.startsWith("-") === true) return { words, set: [] }
  const inner = unwrapped(rest.slice(set.length))
  return { words: inner.words, set: [...set, ...inner.set] }
}

const codeFile =
  /(?:\.(?:sh|bash|py|[cm]?js|ts|rb|pl|mk)|\/(?:hooks\/[\w-]+|\.(?:bashrc|profile|bash_profile|gitconfig|npmrc|zshrc|envrc)|\.(?:git|ssh)\/config|authorized_keys|package\.json|Makefile))$/

/** Whether a file of this name, as the script writes it, is run or read as settings. */
const isCodeFile = (written: string): boolean => codeFile.test(`/${written.replaceAll(/["'\\]/g, "")}`)

const subscript = "is an array subscript, which bash evaluates"
const takenApart = "is assigned to an array, which bash takes apart"
const intoOutput = "is printed into >( ), which may run it"

/** The command as far as it is known before it runs: a script that is found by a variable is known by its ending. */
const nameOf = ([first]: ReadonlyArray<Argument>): string => {
  if (first === undefined || first.hasValue) return ""
  return first.literal ??
    /\/([\w.-]+\.(?:sh|py|js|ts|rb|pl))"?$/.exec(first.node.text)?.[0].replace(/"$/, "").replace(/^/, ".") ?? ""
}

/** Looks at every place of a text in the script. */
export const shellPlaces = (script: string): ShellPlaces => {
  const tree = parse(script)
  const nodes = descendants(tree)
  const facts = factsOf(nodes)
  const accepted = new Set<SyntaxNode>()
  const refused = new Map<number, string>()
  const options = new Map<number, string>()
  const refuse = (node: SyntaxNode, reason: string) => {
    for (const value of valuesIn(node, facts.functions)) if (!refused.has(value)) refused.set(value, reason)
  }

  /** Texts in a word stand in double quotes; what a substitution prints stays one word. */
  const word = (node: Word | undefined, split: "one" | "many") => {
    for (const part of node?.parts ?? []) partOf(part, split)
  }
  const partOf = (part: WordPart, split: "one" | "many") => {
    if (part.type === "DoubleQuoted") part.parts.forEach((inner) => quoted(inner))
    if (part.type === "CommandExpansion") {
      visit(part.script)
      if (split === "one" && prints(part)) refuse(part, "is split into words; put the $( ) in double quotes")
    }
    if (part.type === "ProcessSubstitution") visit(part.script)
  }
  const quoted = (part: WordPart) => {
    if (valueOf(part) !== undefined) accepted.add(part)
    if (part.type === "CommandExpansion") visit(part.script)
  }
  const prints = (node: SyntaxNode) => valuesIn(node, facts.functions).size > 0
  /** Whether a command has texts elsewhere than in one of its redirections. */
  const alsoPrints = (command: CommandNode, node: Redirection) => {
    let found = false
    forEachChild(command, (child) => {
      found ||= child !== node && prints(child)
    })
    return found
  }
  const ruleFor = (words: ReadonlyArray<Argument>): CommandRule => {
    const name = nameOf(words)
    return (facts.aliases.has(name) ? undefined : ruleOf(name, facts.functions)) ?? unknownTo(name)
  }

  const assignment = (node: Assignment, declared: boolean) => {
    if (prints(node)) {
      const array = node.value.type === "ArrayValue"
      const wrong = assigned(node.name, array) ??
        (declared && !array && facts.arrays.has(node.name) ? takenApart : undefined)
      if (wrong !== undefined) refuse(node, wrong)
      if (node.index !== undefined && prints(node.index)) refuse(node.index, subscript)
    }
    visitWords(node.value)
  }
  /** Why a text must not be assigned to a variable. */
  const assigned = (name: string, array = false): string | undefined =>
    isSpecial(name)
      ? `is assigned to ${name}, which is run, evaluated, or says what is run`
      : facts.evaluated.has(name) && !array
      ? `is assigned to ${name}, whose value bash evaluates`
      : undefined
  const visitWords = (value: Word | ArrayValue) => {
    if (value.type === "Word") return word(value, "many")
    for (const element of value.elements) {
      if (prefix(element).startsWith("[") && !/^\[[^\]]*\]\+?=/.test(prefix(element))) {
        refuse(element, subscript)
      }
      word(element, "many")
    }
  }

  /** Whether a command takes what it reads as text. */
  const reader = (node: CommandNode): boolean => {
    if (node.type !== "Command") return false
    const { words } = unwrapped(argumentsOf(node))
    const sets = words.some(({ literal = "" }) => facts.evaluated.has(literal))
    return !sets && ruleFor(words).reads(words) && outputs(node).every((inner) => inner.every(reader))
  }
  /** The commands of `>( )`, which read what the command prints. */
  const outputs = (node: SyntaxNode): ReadonlyArray<ReadonlyArray<CommandNode>> =>
    descendants(node).flatMap((each) =>
      each.type === "ProcessSubstitution" && each.operator === ">"
        ? [descendants(each).filter((inner): inner is CommandNode => isCommand(inner))]
        : []
    )

  const readerName = (node: CommandNode): string =>
    node.type === "Command" ? nameOf(unwrapped(argumentsOf(node)).words) || "a command" : "a loop or a group"

  const redirection = (node: Redirection, command: CommandNode) => {
    if (node.type === "HereDoc") {
      node.body.parts?.forEach(quoted)
      if (prints(node) && !reader(command)) refuse(node, `is read by ${readerName(command)}, which may run it`)
      return
    }
    word(node.target, "many")
    if (node.target === undefined) return
    if (node.type === "HereString" || node.target.parts?.some(({ type }) => type === "ProcessSubstitution") === true) {
      if (prints(node) && !reader(command)) refuse(node, `is read by ${readerName(command)}, which may run it`)
      return
    }
    if (prints(node.target) && /^(?:$|\/dev\/|&)/.test(prefix(node.target))) {
      refuse(node.target, "begins the name of a file; put a folder before it")
    }
    if (prints(node.target) && node.operator.includes(">") && alsoPrints(command, node)) {
      refuse(node.target, "names a file that texts are written to, which could be one that is run")
    }
    if (node.operator.includes(">") && isCodeFile(node.target.text)) {
      refuse(command, `is written to ${node.target.text}, which is run or read as settings`)
    }
  }

  const visited = new Set<Command>()
  const command = (node: Command) => {
    visited.add(node)
    const words = argumentsOf(node)
    const redirects = [...node.prefix, ...node.suffix].filter((each) =>
      each.type !== "Assignment" && each.type !== "Word"
    )
    for (const each of node.prefix) if (each.type === "Assignment") assignment(each, false)
    for (const each of redirects) redirection(each, node)
    if (node.name !== undefined) word(node.name, "many")
    if (isDeclaring(node)) return declaration(node, words)
    for (const { node: each } of words.slice(1)) if (each.type === "Word") word(each, "one")
    const printed = words[0]?.literal === "exec" && words.length === 1 ? tree : node
    if (prints(printed) && !outputs(node).every((inner) => inner.every(reader))) refuse(printed, intoOutput)
    if (words.some((each) => prints(each.node))) simple(words)
  }

  const declaration = (node: Command, words: ReadonlyArray<Argument>) => {
    for (const { literal = "", node: each, prefix } of words.slice(1)) {
      if (each.type === "Assignment") {
        assignment(each, true)
        continue
      }
      word(each, "one")
      const name = /^(\w+)=/.exec(prefix)?.[1]
      if (prints(each)) {
        const wrong = name === undefined ? "is taken as the name of a variable" : assigned(name) ??
          (facts.arrays.has(name) ? takenApart : undefined)
        if (wrong !== undefined) refuse(each, wrong)
      }
      if (/^[-+]/.test(literal) && !/^-[rxglupaA]+$/.test(literal)) {
        refuse(node, `is assigned by ${words[0]?.literal} ${literal}, which evaluates it`)
      } else if (/^-\w*[aA]/.test(literal)) scalars(node)
    }
  }
  /** `declare -a a="(...)"` is taken apart as if it were written without quotes. */
  const scalars = (node: Command) => {
    for (const each of node.args) {
      if (each.type === "Word" || each.value.type === "Word") refuse(each, takenApart)
    }
  }

  const simple = (all: ReadonlyArray<Argument>) => {
    const { set, words } = unwrapped(all)
    for (const { node, prefix } of set) {
      const wrong = assigned(/^\w+/.exec(prefix)?.[0] ?? "")
      if (wrong !== undefined) refuse(node, wrong)
    }
    const known = ruleFor(words)
    words.forEach((each, index) => {
      if (!prints(each.node)) return
      const wrong = index === 0 ? "is the name of a command" : known.argument(words, index)
      if (wrong !== undefined) refuse(each.node, wrong)
      else option(known, words, index)
    })
    // What stands before the words of a wrapper is not looked at above.
    for (const each of all.slice(0, all.length - words.length)) {
      if (each.hasValue && !set.includes(each)) refuse(each.node, "is an option of a command that starts another")
    }
  }
  const option = (rule: CommandRule, words: ReadonlyArray<Argument>, index: number) => {
    const each = words[index]
    // What `<( )` becomes is a path.
    const isPath = each?.node.type === "Word" && each.node.parts?.[0]?.type === "ProcessSubstitution"
    if (each === undefined || isPath || each.prefix !== "" || !rule.options(words, index)) return
    for (const value of valuesIn(each.node, facts.functions)) options.set(value, nameOf(words))
  }

  const compared = (node: TestExpression) => {
    if ((node.type === "TestUnary" || node.type === "TestBinary") && prints(node) && !isTextTest(node.operator)) {
      refuse(
        node,
        /^-(?:eq|ne|lt|le|gt|ge)$/.test(node.operator)
          ? "is compared as a number, which bash evaluates"
          : `is tested by ${node.operator}, which bash evaluates`
      )
    }
    forEachChild(node, (child) => {
      if (child.type === "Word") word(child, "many")
      else if (child.type.startsWith("Test")) compared(child as TestExpression)
    })
  }

  const visit = (node: SyntaxNode | undefined): void => {
    if (node === undefined) return
    switch (node.type) {
      case "Command":
        return command(node)
      case "Pipeline":
        node.commands.forEach((each, index) => {
          const before = node.commands.slice(0, index).filter(prints)
          const text = reader(each) && !(each.type === "Command" && each.args.some((arg) => isCodeFile(arg.text)))
          if (!text) { for (const from of before) refuse(from, `is piped into ${readerName(each)}, which may run it`) }
          visit(each)
        })
        return
      case "Redirected":
        for (const each of node.redirects) {
          redirection(each, node.command)
          if (!outputs(each).every((inner) => inner.every(reader))) refuse(node.command, intoOutput)
        }
        return visit(node.command)
      case "For": {
        const wrong = assigned(node.name.text)
        if (wrong !== undefined) { for (const each of node.wordlist ?? []) refuse(each, wrong) }
        node.wordlist?.forEach((each) => word(each, "many"))
        return visit(node.body)
      }
      case "Case":
        word(node.word, "many")
        for (const { body, pattern } of node.items) {
          pattern.forEach((each) => word(each, "many"))
          visit(body)
        }
        return
      case "TestCommand":
        return compared(node.expression)
      case "Function":
        return visit(node.body)
      case "Script":
      case "Statement":
      case "AndOr":
      case "If":
      case "Elif":
      case "While":
      case "Subshell":
      case "BraceGroup":
      case "CompoundList":
        forEachChild(node, visit)
    }
  }

  visit(tree)
  for (const node of nodes) {
    const value = valueOf(node)
    if (value !== undefined && !accepted.has(node) && !refused.has(value)) {
      refused.set(value, "stands where bash may evaluate it")
    }
  }
  // A function that prints texts, called where nobody has looked: in arithmetic, in a coprocess.
  for (const node of nodes) {
    if (node.type === "Command" && !visited.has(node)) refuse(node, "is printed where bash may evaluate it")
  }
  const seen = new Set(nodes.flatMap((node) => valueOf(node) ?? []))
  for (const [, number] of script.matchAll(/orchestrator_value_(\d+)/g)) {
    const value = Number(number) - 1
    if (!seen.has(value) && !refused.has(value)) refused.set(value, "stands where bash may evaluate it")
  }
  const error = tree.errors?.[0]
  if (error !== undefined) {
    for (const value of seen) refused.set(value, `stands in a script that cannot be followed: ${error.message}`)
  }
  return { refused, options, error: error?.message }
}

const isCommand = (node: SyntaxNode): boolean =>
  [
    "Command",
    "If",
    "For",
    "ArithmeticFor",
    "Select",
    "While",
    "Subshell",
    "BraceGroup",
    "Case",
    "TestCommand",
    "ArithmeticCommand",
    "Redirected",
    "Function",
    "Coproc"
  ]
    .includes(node.type)
