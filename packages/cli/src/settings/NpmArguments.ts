/**
 * `npm run orchestrator code submit --repo x`: without `--` npm keeps the flags for itself, as settings of its own, and passes the rest on.
 * What it kept is in the environment, so that the mistake can be told from a command that lacks its flags. Pure.
 */

/** Settings of npm's own by the same name: they are there without any mistake. */
const npmsOwn = new Set(["force", "version", "help"])

const variableOf = (flag: string): string => `npm_config_${flag.replaceAll("-", "_")}`

/** The flags of ours that npm may keep, by the variable that then has them. */
export const npmVariables = (flags: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(flags.filter((flag) => !npmsOwn.has(flag)).map((flag) => [variableOf(flag), flag]))

/** What to type instead. `words` are the arguments that came through. */
export const forgottenDashes = (kept: ReadonlyArray<string>, words: ReadonlyArray<string>): string => {
  const shown = kept.map((flag) => `--${flag}`)
  const command = words.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, 2)
  return `npm kept ${
    shown.join(", ")
  } for itself: it passes on only what stands after "--". Type: npm run orchestrator -- ${
    [...command, ...shown.map((flag) => `${flag} ...`)].join(" ")
  }`
}
