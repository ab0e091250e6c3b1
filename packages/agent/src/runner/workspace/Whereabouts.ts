/** Where an agent's work is when none of it is on the run's branch, and why it is no delivery. */
import { Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import type { Repository } from "./Clone.ts"

/** What there is before the agent starts. */
export interface Before {
  /** Commit by ref of this machine. */
  readonly refs: ReadonlyMap<string, string>
  /** Names beside the clone. */
  readonly beside: ReadonlySet<string>
  /** Epoch milliseconds. */
  readonly at: number
}

const mostNames = 8
/** What builds and package managers write, which is no work. */
const byTools = /^(?:node_modules|\.venv|venv|target|dist|build|out|coverage|__pycache__|\.cache|\.pytest_cache)\/?$/

const refsOf = Effect.fnUntraced(function*(repository: Repository) {
  const git = yield* Git
  const { stdout } = yield* git.ask(repository, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    "refs/heads",
    "refs/stash",
    "refs/tags"
  ])
  return new Map(
    stdout.split("\n").flatMap((line) => {
      const [commit = "", ref = ""] = line.split(" ")
      return ref === "" ? [] : [[ref, commit] as const]
    })
  )
})

export const lookBefore = Effect.fn("Whereabouts.before")(function*(repository: Repository, at: number) {
  const fs = yield* FileSystem.FileSystem
  const { roots } = yield* RunnerConfig
  const names = yield* fs.readDirectory(roots.workspace).pipe(Effect.orElseSucceed(() => []))
  const before: Before = { refs: yield* refsOf(repository), beside: new Set(names), at }
  return before
})

const list = (names: ReadonlyArray<string>) =>
  names.length <= mostNames
    ? names.join(", ")
    : `${names.slice(0, mostNames).join(", ")} and ${names.length - mostNames} more`

/** Sentences; none where nothing was found. */
export const whereabouts = Effect.fn("Whereabouts.find")(function*(
  repository: Repository,
  before: Before,
  branch: string,
  ownFiles: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { roots } = yield* RunnerConfig
  const found: Array<string> = []

  const refs = [...yield* refsOf(repository)].filter(([ref, commit]) =>
    ref !== `refs/heads/${branch}` && before.refs.get(ref) !== commit
  )
  const named = refs.map(([ref]) =>
    ref === "refs/stash" ? "a stash" : ref.replace(/^refs\/heads\//, "branch ").replace(/^refs\/tags\//, "tag ")
  )
  if (named.length > 0) found.push(`There are commits elsewhere, which are not delivered: ${list(named)}.`)

  const ignored = (yield* git.ask(repository, [
    ...["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]
  ])).stdout.split("\0").filter((path) => path !== "" && !byTools.test(path.split("/").at(-2) ?? path))
  const ours = ownFiles.map((path) => path.slice(0, path.lastIndexOf("/") + 1))
  const fresh = yield* Effect.filter(
    ignored.filter((path) => !ours.includes(path) && !ownFiles.includes(path)),
    (path) =>
      fs.stat(`${repository.workTree}/${path}`).pipe(
        Effect.map(({ mtime }) => mtime._tag === "Some" && mtime.value.getTime() >= before.at - 1000),
        Effect.orElseSucceed(() => false)
      )
  )
  if (fresh.length > 0) found.push(`Git ignores what is in ${list(fresh)} (.gitignore).`)

  const beside = (yield* fs.readDirectory(roots.workspace).pipe(Effect.orElseSucceed(() => []))).filter((name) =>
    !before.beside.has(name) && !name.startsWith(".")
  )
  if (beside.length > 0) {
    found.push(
      `There are files outside of the repository: ${list(beside.map((name) => `${roots.workspace}/${name}`))}.`
    )
  }
  return found
})
