/**
 * What the agent's own git was told, as far as it decides which files are clean. Programs are known by name and never started: what
 * needs one is left as the agent committed it.
 */
import { Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import type { Repository } from "./Clone.ts"

export interface AgentGit {
  readonly settings: ReadonlyArray<readonly [key: string, value: string]>
  /** Filters with a program; undefined where it is not known which have one. */
  readonly filters: ReadonlySet<string> | undefined
}

/** Nothing is known: its configuration is gone. */
export const unknownGit: AgentGit = { settings: [], filters: undefined }

const longestFile = 1_000_000

/** Entries of `git config --list -z` that say how content is compared, and the filters that have a program. */
export const parseAgentGit = (listing: string): AgentGit & { readonly files: Readonly<Record<string, string>> } => {
  const entries = listing.split("\0").map((entry) => entry.split(/\n(.*)/s))
  const value = (wanted: RegExp) =>
    entries.flatMap(([key = "", text = "true"]) => (wanted.test(key) ? [[key, text] as const] : []))
  return {
    settings: value(/^core\.(?:autocrlf|eol)$/).filter(([, text]) => /^\w+$/.test(text)),
    filters: new Set(
      entries.flatMap(([key = ""]) => {
        const name = /^filter\.(.+)\.(?:clean|process)$/s.exec(key)?.[1]
        return name === undefined ? [] : [name]
      })
    ),
    files: Object.fromEntries(value(/^core\.(?:excludes|attributes)file$/))
  }
}

/** Reads it from the files themselves: nothing that they include or name is run. */
export const agentGit = Effect.fn("AgentGit.read")(function*(repository: Repository) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { roots } = yield* RunnerConfig
  const isPlain = (path: string) =>
    fs.stat(path).pipe(
      Effect.map(({ size, type }) => type === "File" && size <= longestFile),
      Effect.orElseSucceed(() => false)
    )
  let listing = ""
  for (
    const file of [
      "/etc/gitconfig",
      `${roots.home}/.config/git/config`,
      `${roots.home}/.gitconfig`,
      `${repository.gitDir}/config`
    ]
  ) {
    if (!(yield* isPlain(file))) continue
    const answer = yield* git.ask(undefined, ["config", "--file", file, "--no-includes", "--list", "-z"])
    if (answer.exitCode === 0) listing += answer.stdout
  }
  const { files, filters, settings } = parseAgentGit(listing)
  const named = { excludesfile: "ignore", attributesfile: "attributes" }
  const own: Array<readonly [string, string]> = [...settings]
  for (const [key, usual] of Object.entries(named)) {
    const path = (files[`core.${key}`] ?? `~/.config/git/${usual}`).replace(/^~\//, `${roots.home}/`)
    if (path.startsWith("/") && (yield* isPlain(path))) own.push([`core.${key}`, path])
  }
  const known: AgentGit = { settings: own, filters }
  return known
})
