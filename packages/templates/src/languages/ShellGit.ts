/** What of git's arguments is text: git starts programs for some of its options, settings and commands. */
import type { Argument } from "./ShellArguments.ts"
import type { CommandRule } from "./ShellCommandRule.ts"

const commands = new Set([
  ...[
    "add",
    "branch",
    "check-ref-format",
    "checkout",
    "clean",
    "clone",
    "commit",
    "config",
    "diff",
    "fetch",
    "init",
    "log",
    "ls-files"
  ],
  ...[
    "ls-remote",
    "ls-tree",
    "merge",
    "merge-base",
    "mv",
    "pull",
    "push",
    "rebase",
    "remote",
    "reset",
    "restore",
    "rev-list"
  ],
  ...[
    "rev-parse",
    "rm",
    "show",
    "show-ref",
    "sparse-checkout",
    "stash",
    "status",
    "switch",
    "symbolic-ref",
    "tag",
    "update-ref",
    "worktree"
  ]
])

/** Options with text behind `=`. */
const texts =
  /^--(?:author|before|branch|date|depth|format|grep|initial-branch|message|origin|pretty|set-upstream-to|shallow-since|since|until|after)=|^-m./

/** The next word is their value, and text. */
const valued = new Set([
  "-m",
  "--message",
  "-b",
  "-B",
  "--branch",
  "--author",
  "--date",
  "--grep",
  "--depth",
  "-C",
  "--origin",
  "-o"
])

/** The next word is run, read as settings, or says what is. */
const running = new Set([
  ...[
    "--upload-pack",
    "--receive-pack",
    "--exec",
    "-x",
    "-c",
    "--config",
    "--template",
    "--strategy",
    "-s",
    "-X",
    "-u"
  ],
  ...[
    "--strategy-option",
    "--open-files-in-pager",
    "-O",
    "--extcmd",
    "-F",
    "--file",
    "-S",
    "--gpg-sign",
    "--config-env",
    "--exec-path"
  ]
])

/** Whether an option takes such a word: by its name, by the beginning of a long name, which git takes too, or last of several letters. */
const runsNext = (option: string): boolean =>
  /^--\w/.test(option)
    ? [...running].some((each) => each.startsWith(option))
    : /^-\w+$/.test(option) && running.has(`-${option.slice(-1)}`)

const harmlessSettings = /^(?:user\.(?:name|email)|safe\.directory|init\.defaultbranch)$/i

const literal = (word: Argument | undefined): string => word?.literal ?? ""

/** Where the command is: behind options of git itself. */
const commandAt = (words: ReadonlyArray<Argument>): number => {
  let at = 1
  while (at < words.length) {
    const word = words[at]
    const text = word?.literal ?? word?.prefix ?? ""
    if (text === "-C" || text === "-c") at += 2
    else if (text.startsWith("-")) at += 1
    else break
  }
  return at
}

const beforeCommand = (words: ReadonlyArray<Argument>, index: number): string | undefined => {
  const previous = literal(words[index - 1])
  const setting = /^([\w.]+)=/.exec(words[index]?.prefix ?? "")?.[1] ?? ""
  return previous === "-C" || (previous === "-c" && harmlessSettings.test(setting))
    ? undefined
    : "is an option or a setting of git, some of which are run"
}

const setting = (words: ReadonlyArray<Argument>, at: number, index: number): string | undefined => {
  const key = words.slice(at + 1).findIndex((word) => !word.prefix.startsWith("-")) + at + 1
  return index > key && harmlessSettings.test(literal(words[key]))
    ? undefined
    : "is a setting of git, some of which are run; user.name and user.email can be set"
}

export const gitRule: CommandRule = {
  argument: (words, index) => {
    const at = commandAt(words)
    const name = literal(words[at])
    if (index < at) return beforeCommand(words, index)
    if (!commands.has(name)) return "is given to a command of git that may run it"
    if (name === "config") return setting(words, at, index)
    const [previous, start] = [literal(words[index - 1]), words[index]?.prefix ?? ""]
    // `git push -u` sets the upstream branch; elsewhere -u is the program on the other side, or changes nothing.
    const harmless = (name === "push" && /^-\w*u$/.test(previous)) || (name === "commit" && /^-\w*s$/.test(previous))
    if (runsNext(previous) && !harmless) {
      return `is the value of ${previous}, which git runs or reads as settings`
    }
    return start.startsWith("-") && !texts.test(start) ? "is part of an option of git" : undefined
  },
  reads: (words) => /^(?:commit|tag|stash)$/.test(literal(words[commandAt(words)])),
  options: (words, index) =>
    !valued.has(literal(words[index - 1])) && !words.slice(1, index).some((word) => word.literal === "--")
}
