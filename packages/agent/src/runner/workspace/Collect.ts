/**
 * What is in a working tree, put into an index. Nothing that an agent leaves makes this fail: what cannot be taken is left out and
 * named, and what the agent did not touch is not rewritten.
 */
import { Effect, FileSystem } from "effect"
import { Git, lastWords } from "../../git/Git.ts"
import type { Environment } from "../../pod/Environment.ts"
import { type AgentGit, unknownGit } from "./AgentGit.ts"
import type { Repository } from "./Clone.ts"
import { adoptNested } from "./Nested.ts"

export interface StageOptions {
  /** The one folder to take from, ignored or not; everything when absent. */
  readonly only?: string | undefined
  readonly agent?: AgentGit | undefined
  /** Another index than the repository's. */
  readonly environment?: Environment
}

/** GitHub refuses larger files, and with them the whole push. */
const largestFile = 100 * 1024 * 1024
const atOnce = 500

/** Entries of `git status --porcelain=v1 -z --no-renames`. */
export const parseShort = (listing: string) => {
  const entries = listing.split("\0").filter((entry) => entry.length > 3)
  const paths = (holds: (code: string) => boolean) =>
    entries.filter((entry) => holds(entry.slice(0, 2))).map((entry) => entry.slice(3))
  const untracked = paths((code) => code === "??")
  return {
    /** Tracked, and other than in the index. */
    modified: paths((code) => code[1] === "M"),
    files: untracked.filter((path) => !path.endsWith("/")),
    /** Folders with a repository of their own. */
    nested: untracked.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1))
  }
}

const chunks = (paths: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from(
    { length: Math.ceil(paths.length / atOnce) },
    (_, index) => paths.slice(index * atOnce, (index + 1) * atOnce)
  )

/** Paths that can be named to git: an undecodable name is replaced, and taken by its folder. */
const nameable = (paths: ReadonlyArray<string>) => paths.filter((path) => !path.includes("\ufffd"))

const statusOf = Effect.fnUntraced(function*(repository: Repository, { agent, environment, only }: StageOptions) {
  const git = yield* Git
  const answer = yield* git.ask(repository, [
    ...["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty"],
    ...(only === undefined ? [] : ["--ignored", "--", `:(top,literal)${only}`])
  ], { settings: agent?.settings ?? [], ...(environment === undefined ? {} : { environment }) })
  return parseShort(answer.stdout)
})

/** Files whose bytes are those of the index: only attributes or settings call them modified. */
const untouched = Effect.fnUntraced(function*(repository: Repository, modified: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const modeOf = (path: string) =>
    fs.stat(`${repository.workTree}/${path}`).pipe(
      Effect.map(({ mode }) => ((mode & 0o100) === 0 ? "100644" : "100755")),
      Effect.orElseSucceed(() => "")
    )
  const same: Array<string> = []
  const literal = { environment: { GIT_LITERAL_PATHSPECS: "1" } }
  for (const paths of chunks(nameable(modified))) {
    const index = yield* git.ask(repository, ["ls-files", "-s", "-z", "--", ...paths], literal)
    const raw = yield* git.ask(repository, ["hash-object", "--no-filters", "--", ...paths])
    if (index.exitCode !== 0 || raw.exitCode !== 0) continue
    const known = new Map(
      index.stdout.split("\0").flatMap((entry) => {
        const [, modeAndId, path] = /^(10\d{4} [0-9a-f]+) 0\t(.*)$/s.exec(entry) ?? []
        return modeAndId === undefined || path === undefined ? [] : [[path, modeAndId] as const]
      })
    )
    const ids = raw.stdout.trim().split("\n")
    const modes = yield* Effect.forEach(paths, modeOf, { concurrency: 16 })
    same.push(...paths.filter((path, at) => known.get(path) === `${modes[at]} ${ids[at]}`))
  }
  return same
})

/** Filter by path, for those that need a program. */
const filtered = Effect.fnUntraced(function*(repository: Repository, paths: ReadonlyArray<string>, agent: AgentGit) {
  const git = yield* Git
  const found = new Map<string, string>()
  for (const some of chunks(nameable(paths))) {
    const answer = yield* git.ask(repository, ["check-attr", "-z", "filter", "--", ...some], {
      settings: agent.settings
    })
    const words = answer.stdout.split("\0")
    for (let at = 0; at + 2 < words.length; at += 3) {
      const [path = "", , name = ""] = words.slice(at, at + 3)
      const none = ["unspecified", "unset", "set", ""].includes(name)
      if (!none && (name === "lfs" || agent.filters === undefined || agent.filters.has(name))) found.set(path, name)
    }
  }
  return found
})

/** Of these, the ones that have not changed since git last wrote or read them with the agent's settings. */
const asRecorded = Effect.fnUntraced(function*(repository: Repository, paths: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const same = new Set<string>()
  for (const path of paths) {
    const { stdout } = yield* git.ask(repository, ["ls-files", "--debug", "-z", "--", `:(top,literal)${path}`])
    const seconds = Number(/mtime: (\d+):/.exec(stdout)?.[1])
    const size = Number(/size: (\d+)/.exec(stdout)?.[1])
    const file = yield* fs.stat(`${repository.workTree}/${path}`).pipe(Effect.orElseSucceed(() => undefined))
    const changed = file?.mtime._tag === "Some" ? Math.floor(file.mtime.value.getTime() / 1000) : undefined
    if (changed === seconds && Number(file?.size) === size) same.add(path)
  }
  return same
})

const tooLarge = Effect.fnUntraced(function*(repository: Repository, paths: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const sizes = yield* Effect.forEach(paths, (path) =>
    fs.stat(`${repository.workTree}/${path}`).pipe(
      Effect.map(({ size, type }) => type === "File" && Number(size) > largestFile),
      Effect.orElseSucceed(() => false)
    ), { concurrency: 16 })
  return paths.filter((_, at) => sizes[at] === true)
})

/** Paths that git names in its complaints. */
export const complaints = (stderr: string): ReadonlyArray<string> => [
  ...new Set(
    [...stderr.matchAll(
      /^(?:error|warning|fatal): (?:unable to index file |open\("|could not open directory |invalid path )?['"]?(.+?)['"]?(?:\)?: .*| does not have .*)?$/gm
    )]
      .map(([, path = ""]) => path).filter((path) => path !== "" && !path.includes("adding files failed"))
  )
]

/** Stages what is there; answers with what was left out, in words. */
export const stage = Effect.fn("Collect.stage")(function*(repository: Repository, options: StageOptions = {}) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { agent = unknownGit, environment, only } = options
  const left: Array<string> = []
  let seen = yield* statusOf(repository, options)
  const stranger: Array<string> = []
  for (let round = 0; round < 5 && seen.nested.some((path) => !stranger.includes(path)); round++) {
    const open = seen.nested.filter((path) => !stranger.includes(path))
    stranger.push(...yield* adoptNested(repository, open))
    seen = yield* statusOf(repository, options)
  }
  left.push(...stranger.map((path) => `${path} (a repository of its own)`))

  const large = yield* tooLarge(repository, [...seen.modified, ...seen.files])
  left.push(...large.map((path) => `${path} (larger than 100 MB)`))
  const same = yield* untouched(repository, seen.modified)
  const programs = yield* filtered(repository, [...seen.modified, ...seen.files], agent)
  const recorded = yield* asRecorded(repository, seen.modified.filter((path) => programs.has(path)))
  for (const [path, name] of programs) {
    if (!recorded.has(path) && !same.includes(path)) {
      left.push(`${path} (its filter ${name} is a program: commit it with git)`)
    }
  }

  const without = [...stranger, ...large, ...same, ...programs.keys()]
  const list = `${repository.gitDir}/orchestrator-paths`
  yield* fs.writeFileString(
    list,
    [`:(top,literal)${only ?? ""}`, ...without.map((path) => `:(top,exclude,literal)${path}`)].join("\0")
  )
  const answer = yield* git.ask(repository, [
    ...["add", "--all", "--sparse", "--ignore-errors", ...(only === undefined ? [] : ["--force"])],
    ...[`--pathspec-from-file=${list}`, "--pathspec-file-nul"]
  ], { settings: agent.settings, ...(environment === undefined ? {} : { environment }) })
  yield* fs.remove(list, { force: true })
  if (answer.exitCode !== 0) {
    const named = complaints(answer.stderr)
    left.push(
      ...(named.length > 0
        ? named.slice(0, 20).map((path) => `${path} (git cannot take it)`)
        : [lastWords(answer.stderr)])
    )
  }
  return left
})
