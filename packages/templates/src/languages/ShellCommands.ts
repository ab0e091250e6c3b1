/**
 * Commands that take their arguments, or their standard input, as plain text. A text of a run may be given to these and to no others: the
 * commands that run what they are given cannot be listed, and those that do not can.
 */
import type { Argument } from "./ShellArguments.ts"
import type { CommandRule } from "./ShellCommandRule.ts"
import { gitRule } from "./ShellGit.ts"
import { isSpecial } from "./ShellVariables.ts"

const always = () => true
const never = () => false
const allowed = () => undefined

const afterDashes = (words: ReadonlyArray<Argument>, index: number): boolean =>
  words.slice(1, index).some(({ literal }) => literal === "--")

const isOption = ({ literal = "" }: Argument): boolean => literal.startsWith("-") && literal !== "-"

/** Arguments are text; of these options, the next word is their value. */
const text = (...valued: ReadonlyArray<string>): CommandRule => ({
  argument: allowed,
  reads: always,
  options: (words, index) => !afterDashes(words, index) && !valued.includes(words[index - 1]?.literal ?? "")
})

const plain: CommandRule = { argument: allowed, reads: always, options: never }

const refused = (reason: string, reads: CommandRule["reads"] = never): CommandRule => ({
  argument: () => reason,
  reads,
  options: never
})

const code = "is part of another interpreter's code"

/** A value only directly behind one of these options. */
const onlyAfter = (reason: string, reads: CommandRule["reads"], ...valued: ReadonlyArray<string>): CommandRule => ({
  argument: (words, index) => (valued.includes(words[index - 1]?.literal ?? "") ? undefined : reason),
  reads,
  options: never
})

const printf: CommandRule = {
  argument: (words, index) => {
    if (words[1]?.literal !== "-v") {
      return words[1]?.prefix.startsWith("-") === true
        ? "may be an option of printf"
        : undefined
    }
    const name = words[2]?.literal ?? ""
    return index > 2 && /^[A-Za-z_]\w*$/.test(name) && !isSpecial(name)
      ? undefined
      : "is taken as the name of a variable"
  },
  reads: always,
  // `-v NAME` is an option of the first word; a name is evaluated.
  options: (words, index) => index === 1 || (words[1] !== undefined && isOption(words[1]))
}

const jq: CommandRule = {
  argument: (words, index) =>
    ["--arg", "--argjson"].includes(words[index - 2]?.literal ?? "")
      ? undefined
      : `${code}; write --arg x {{...}} and $x`,
  reads: always,
  options: never
}

const address = String.raw`(?:\d+|\$|/(?:[^/\\\n]|\\.)*/)`
const sedCommand = String
  .raw`\s*(?:${address}(?:,${address})?\s*!?)?\s*(?:s([^\w\s\\])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpiIM0-9]*|[dpqDPNGHhgxn=])\s*`
const nextSedCommand = new RegExp(`^${sedCommand}(?:[;\\n]|$)`)

const sedStartsNothing = (script: string): boolean => {
  const first = nextSedCommand.exec(script)?.[0]
  return script === "" || (first !== undefined && sedStartsNothing(script.slice(first.length)))
}

/** Only scripts of which it can be seen that they start nothing: `e` is a command of sed, and a flag of `s`. */
const sedReads = (words: ReadonlyArray<Argument>): boolean => {
  const given = words.slice(1)
  const scripts = given.filter((_, index) => given[index - 1]?.literal === "-e")
  const rest = given.filter((word, index) => !isOption(word) && given[index - 1]?.literal !== "-e")
  const flags = given.filter(isOption).every(({ literal = "" }) => /^-[nErszue]$/.test(literal))
  const all = scripts.length > 0 ? scripts : rest.slice(0, 1)
  return flags && all.length > 0 && all.every(({ literal = "e" }) => sedStartsNothing(literal))
}

const awkReads = (words: ReadonlyArray<Argument>): boolean =>
  words.slice(1).every(({ literal = "|" }) => !/system|\||getline|@|>|^-(?!F|v)/.test(literal))

const namesOnly = (words: ReadonlyArray<Argument>): boolean =>
  words.slice(1).every(({ literal = "" }, index, all) =>
    /^-[rsatu]+$/.test(literal) || /^-[dnNpt]$/.test(all[index - 1]?.literal ?? "") || /^-[dnNp]$/.test(literal) ||
    (/^[A-Za-z_]\w*$/.test(literal) && !isSpecial(literal))
  )

const interpreters = /^(?:(?:ba|da|k|z)?sh|python[\d.]*|perl|ruby|node|deno|bun|php|lua)$/

/** `bash ./script.sh ...`: what follows the script is the script's own. */
const interpreter: CommandRule = {
  argument: (words, index) => {
    const script = words[1]?.literal ?? "-"
    return index > 1 && !/^[-+]|^\/(?:dev|proc)\//.test(script) ? undefined : "is given to an interpreter as code"
  },
  reads: never,
  options: never
}

const unary = /^-[nzefdrwxshLbcpSgukOGN]$/
const binary = /^(?:=|==|!=|<|>|-nt|-ot|-ef)$/

export const isTextTest = (operator: string): boolean =>
  unary.test(operator) || binary.test(operator) || operator === "=~"

/** `[ ]` sees what its words are only by their number, so that a text can be an operator. */
const test: CommandRule = {
  argument: (words) => {
    const all = words.slice(1).map(({ literal }) => literal)
    const given = words[0]?.literal === "[" ? all.slice(0, -1) : all
    const [first, ...rest] = given[0] === "!" && given.length > 1 ? given.slice(1) : given
    const known = rest.length === 0 || (rest.length === 1 && unary.test(first ?? "")) ||
      (rest.length === 2 && binary.test(rest[0] ?? ""))
    return known
      ? undefined
      : "is in a test of another kind than = != -n -z and those of files; write several, or [[ ]]"
  },
  reads: always,
  options: never
}

/** Values of tests of files, and of names; never what follows -exec. */
const find: CommandRule = {
  argument: (words, index) => {
    const known = /^-(?:i?name|i?path|i?wholename|newer|type|maxdepth)$/.test(words[index - 1]?.literal ?? "")
    const start = words.slice(1, index).every((word) => !isOption(word))
    return known || start ? undefined : "stands where find may run it"
  },
  reads: always,
  options: (words, index) => !(words[index - 1]?.literal ?? "").startsWith("-")
}

const set: CommandRule = {
  argument: (words, index) => (afterDashes(words, index) ? undefined : "may be an option; write set -- {{...}}"),
  reads: always,
  options: never
}

const gh: CommandRule = {
  ...text(
    "--title",
    "-t",
    "--body",
    "-b",
    "--base",
    "-B",
    "--head",
    "-H",
    "--repo",
    "-R",
    "--label",
    "-l",
    "--reviewer",
    "-r",
    "-f",
    "-F"
  ),
  argument: (words) =>
    /^(?:pr|issue|repo|api|auth|label|release)$/.test(words[1]?.literal ?? "") &&
      words.every(({ literal }) => literal !== "--")
      ? undefined
      : "is given to a command of gh that may run it"
}

const claude = onlyAfter(
  "is given to claude where it may be settings with commands in them",
  always,
  ...["-p", "--print", "--model", "--append-system-prompt", "--system-prompt", "--session-id", "--resume", "--add-dir"]
)

const curl: CommandRule = {
  ...text("-H", "--header", "-X", "--request", "-d", "--data", "--data-raw", "--data-urlencode", "-A", "-e", "--url"),
  argument: (words) =>
    words.some(({ prefix }) => /^(?:-K|--config)/.test(prefix))
      ? "may be configuration"
      : undefined,
  reads: (words) => words.every(({ literal = "" }) => !/^(?:-K|--config)/.test(literal))
}

const rules: Readonly<Record<string, CommandRule>> = {
  ...Object.fromEntries(["echo", "true", "false", ":"].map((name) => [name, plain])),
  ...Object.fromEntries(
    [
      ...["cd", "pushd", "pwd", "ls", "cat", "head", "tail", "wc", "touch", "rmdir", "rm", "cp", "mv", "ln", "date"],
      ...["basename", "dirname", "realpath", "readlink", "stat", "cut", "tr", "uniq", "comm", "cmp", "diff", "chmod"],
      ...["base64", "sha1sum", "sha256sum", "md5sum", "rev", "nl", "tac", "fold", "paste", "column"]
    ].map((name) => [name, text()])
  ),
  ...Object.fromEntries(["grep", "egrep", "fgrep"].map((name) => [name, text("-e")])),
  mkdir: text("-m", "--mode"),
  tee: refused("names a file that is written to, which could be one that is run", always),
  printf,
  jq,
  find,
  set,
  gh,
  claude,
  curl,
  git: gitRule,
  "[": test,
  test,
  sort: refused("may be an option of sort", (words) => words.every(({ literal = "" }) => !literal.startsWith("--c"))),
  sed: refused(code, sedReads),
  awk: onlyAfter(code, awkReads),
  gawk: onlyAfter(code, awkReads),
  mawk: onlyAfter(code, awkReads),
  read: refused("is taken as the name of a variable", namesOnly),
  mapfile: refused("is taken as the name of a variable", namesOnly),
  readarray: refused("is taken as the name of a variable", namesOnly)
}

/** Of those that have no rule, what is known of the better known. */
const reasons: ReadonlyArray<{ readonly names: RegExp; readonly reason: string }> = [
  {
    names:
      /^(?:eval|trap|alias|complete|compgen|bind|fc|ssh|su|sudo|doas|runuser|xargs|parallel|watch|script|at|batch|expect)$/,
    reason: "runs its arguments"
  },
  { names: /^(?:source|\.)$/, reason: "runs what it reads" },
  {
    names: /^(?:let|unset|declare|typeset|local|export|readonly|shift|return|exit|break|continue|ulimit|wait)$/,
    reason: "evaluates its arguments"
  }
]

/** Whether a command runs or evaluates what it is given. */
export const isRunning = (name: string): boolean =>
  interpreters.test(name) ||
  reasons.some(({ names }) =>
    names.test(name) && !/^(?:local|export|readonly|declare|typeset|return|exit|shift|unset)$/.test(name)
  )

/** `retry 3 git push`: what a function runs begins with the first word that is a command. */
const innerCommand = (words: ReadonlyArray<Argument>, index: number) => {
  const start = words.findIndex(({ literal = "" }, at) =>
    at > 0 && (Object.hasOwn(rules, literal) || isRunning(literal))
  )
  const name = words[start]?.literal ?? ""
  return start < 1 || start >= index
    ? undefined
    : { rule: ruleOf(name, new Map()) ?? unknownTo(name), inner: words.slice(start), at: index - start }
}

const running: CommandRule = {
  argument: (words, index) => {
    const found = innerCommand(words, index)
    return found === undefined
      ? "is given to a function that runs its arguments"
      : found.rule.argument(found.inner, found.at)
  },
  reads: never,
  options: (words, index) => {
    const found = innerCommand(words, index)
    return found === undefined || found.rule.options(found.inner, found.at)
  }
}

const own: CommandRule = { argument: allowed, reads: never, options: never }
const isOwnScript = (name: string) => /^\.{0,2}\/?(?:[\w.@-]+\/)+[\w.@-]+\.(?:sh|bash|py|js|mjs|ts|rb|pl)$/.test(name)

/** The rule for a command: one of a folder's scripts and functions of the file itself take arguments as they are. */
export const ruleOf = (
  name: string,
  functions: ReadonlyMap<string, { readonly runsArguments: boolean }>
): CommandRule | undefined => {
  const known = functions.get(name)
  if (known !== undefined) return known.runsArguments ? running : own
  if (isOwnScript(name)) return own
  const base = name.slice(name.lastIndexOf("/") + 1)
  if (interpreters.test(base)) return interpreter
  return Object.hasOwn(rules, base) ? rules[base] : undefined
}

/** For a command without a rule; an empty name is one that only a run knows. */
export const unknownTo = (name: string): CommandRule => {
  const known = reasons.find(({ names }) => names.test(name))
  const to = name === "" ? "a command that is known only when it runs" : name
  return refused(
    known === undefined
      ? `is given to ${to}, of which it is not known that it takes it as text`
      : `is given to ${to}, which ${known.reason}`
  )
}
