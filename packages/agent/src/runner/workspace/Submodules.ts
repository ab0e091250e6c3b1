/**
 * Submodules in the working tree: their files as the branch pins them, each in a repository of its own below `.git/modules`, named by a
 * number. What cannot be had is an empty folder and a sentence; it never stops a run.
 */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { parseModules } from "../../git/SubmoduleRules.ts"
import type { Submodule } from "../../pod/BrokerApi.ts"
import { discard, isPlainPath, kindOf, namesIn, plainPath, writePlain } from "../../pod/Plain.ts"
import { Submodules, type SubmodulesError } from "../handover/Submodules.ts"
import type { Repository } from "./Clone.ts"
import { putAway } from "./Nested.ts"
import { initRepository, reclaim } from "./Repository.ts"
import { inspect } from "./Worktree.ts"

export interface CheckedOut {
  readonly module: Submodule
  readonly repository: Repository
  /** Commit that the agent starts on. */
  readonly commit: string
}

export interface CheckedOutModules {
  readonly modules: ReadonlyArray<CheckedOut>
  readonly notes: ReadonlyArray<string>
  readonly remarks: ReadonlyArray<string>
}

const mostNamed = 10
const longestNote = 2000
const none: CheckedOutModules = { modules: [], notes: [], remarks: [] }

const literal = { environment: { GIT_LITERAL_PATHSPECS: "1" } }

/** Commits by path of these links, as the index has them; what is in conflict is none. */
const linksOf = Effect.fnUntraced(function*(repository: Repository, paths: ReadonlyArray<string>) {
  const git = yield* Git
  const listing = yield* git.ask(repository, ["ls-files", "--stage", "-z", "--", ...paths], literal)
  return new Map(
    listing.stdout.split("\0").flatMap((entry) => {
      const [, commit, path] = /^160000 ([0-9a-f]+) 0\t(.*)$/s.exec(entry) ?? []
      return commit === undefined || path === undefined ? [] : [[path, commit] as const]
    })
  )
})

/** Links that the branch's own `.gitmodules` names. */
const namedLinks = Effect.fnUntraced(function*(repository: Repository) {
  const git = yield* Git
  const words = ["config", "--blob", "HEAD:.gitmodules", "--no-includes", "--list", "-z"]
  const paths = parseModules((yield* git.ask(repository, words)).stdout).map(({ path }) => path)
    .filter((path) => path !== "" && !path.startsWith("/") && !path.split("/").includes("..")).slice(0, 500)
  return paths.length === 0 ? [] : [...(yield* linksOf(repository, paths)).keys()]
})

/** Files of this commit in its folder. What an interrupted attempt has changed there is put away; of a tree of others, with all that it ignores. */
const fill = Effect.fnUntraced(function*(repository: Repository, commit: string, path: string, ours: boolean) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  yield* discard(`${repository.workTree}/.git`)
  yield* git.run(repository, ["update-ref", "--no-deref", "HEAD", commit])
  const left = yield* namesIn(repository.workTree)
  if (left.length > 0) {
    yield* git.run(repository, ["read-tree", commit])
    const words = ["status", "--porcelain", "--untracked-files=all", "--ignore-submodules=all"]
    if ((yield* git.run(repository, ours ? words : [...words, "--ignored"])) === "") return undefined
  }
  const place = left.length === 0 ? undefined : yield* putAway(repository.workTree, path)
  if (place !== undefined) yield* fs.makeDirectory(repository.workTree)
  yield* git.run(repository, ["checkout", "--quiet", "--force", "--detach", commit, "--"])
  return place
})

/** One submodule into its folder, below a repository whose files are there. */
const place = Effect.fnUntraced(function*(
  { ours, root }: { readonly root: Repository; readonly ours: boolean },
  above: Repository,
  module: Submodule,
  commit: string
) {
  const fs = yield* FileSystem.FileSystem
  const submodules = yield* Submodules
  const { id, path } = module
  const inside = `${root.workTree}/${path}`.slice(above.workTree.length + 1)
  const workTree = `${above.workTree}/${inside}`
  const folders = inside.split("/").slice(0, -1).join("/")
  const isPlain = (folders === "" || (yield* isPlainPath(above.workTree, folders))) &&
    ["Directory", undefined].includes(yield* kindOf(workTree))
  if (!isPlain) return { problem: "its folder is not a plain one" }
  yield* fs.makeDirectory(workTree, { recursive: true })
  const gitDir = `${root.gitDir}/modules/${id}`
  yield* discard(gitDir)
  yield* plainPath(root.gitDir, `modules/${id}`)
  const repository: Repository = { gitDir, workTree }
  yield* initRepository(repository, submodules.origin(module))
  yield* submodules.fetch(module, repository, commit)
  const aside = yield* fill(repository, commit, path, ours)
  // What `git submodule` writes: git finds the working tree by it, wherever the workspace is mounted.
  yield* writePlain(`${workTree}/.git`, `gitdir: ${"../".repeat(path.split("/").length)}.git/modules/${id}\n`)
  const made: CheckedOut = { module, repository, commit }
  return { aside, made }
})

const listed = (refused: ReadonlyArray<string>): string => {
  const more = refused.length > mostNamed ? `; and ${refused.length - mostNamed} more` : ""
  return `${refused.slice(0, mostNamed).join("; ")}${more}`.slice(0, longestNote)
}

/**
 * Checks out the submodules of the branch that is checked out, as far as the branch that it starts from has them. `ours`: whether it was
 * surely this run that left the tree.
 */
export const checkOutModules = Effect.fn("Submodules.checkOut")(function*(
  root: Repository,
  base: string,
  ours: boolean
) {
  const submodules = yield* Submodules
  if ((yield* kindOf(`${root.workTree}/.gitmodules`)) === undefined) return none
  const here = yield* namedLinks(root)
  if (here.length === 0) return none
  const problem = ({ message }: SubmodulesError) => Effect.as(Effect.logWarning(message), message)
  const found = yield* submodules.list.pipe(Effect.catch(problem))
  const all = typeof found === "string" ? [] : found
  const done: Array<CheckedOut> = []
  const refused: Array<string> = []
  const asides: Array<string> = []
  for (const module of all) {
    const { path } = module
    const above = done.findLast((each) => path.startsWith(`${each.module.path}/`))?.repository ?? root
    const inside = `${root.workTree}/${path}`.slice(above.workTree.length + 1)
    const commit = (yield* linksOf(above, [inside])).get(inside)
    if (module.problem !== undefined) refused.push(`${path}: ${module.problem}`)
    // The branch may have others than the one that it starts from.
    if (module.problem !== undefined || commit === undefined) continue
    const { aside, made, problem } = yield* place({ root, ours }, above, module, commit).pipe(
      Effect.catch(({ message }) => Effect.succeed({ problem: message, aside: undefined, made: undefined })),
      Effect.map((placed) => ({ aside: undefined, made: undefined, problem: undefined, ...placed }))
    )
    if (made !== undefined) done.push(made)
    if (problem !== undefined) refused.push(`${path}: ${problem}`)
    if (aside !== undefined) asides.push(`${path} at ${aside}`)
  }
  const reason = typeof found === "string"
    ? found
    : `it is not in the .gitmodules of ${base.replace(/^.*\/origin\//, "")}`
  refused.push(
    ...here.filter((path) => !all.some((module) => module.path === path)).map((path) => `${path}: ${reason}`)
  )
  yield* Effect.log(`submodules: ${done.length} checked out, ${refused.length} not`)
  const shown = printable(listed(refused), { max: longestNote })
  const result: CheckedOutModules = {
    modules: done,
    notes: [
      ...(done.length === 0
        ? []
        : [
          `Submodules are checked out (${listed(done.map(({ module }) => module.path))}), without their history. ` +
          "They are for reading: what you change inside of one is not delivered. A commit that its own repository has " +
          "can be fetched there (git fetch --depth=1 origin <commit>) and pinned."
        ]),
      ...(refused.length === 0
        ? []
        : [`The repository has submodules that were not fetched (${shown}): work without them.`]),
      ...asides.map((each) => `Changes left in a submodule by an interrupted attempt were put away: ${each}.`)
    ],
    remarks: refused.length === 0 ? [] : [`Submodules that were not fetched: ${shown}.`]
  }
  return result
})

/** The work itself waits for what is asked of other repositories: so long at most, and what is not known by then counts as theirs. */
const askingTakes = "15 seconds"

const isDead = (module: Submodule, commit: string) =>
  Effect.flatMap(Submodules, ({ knows }) => knows(module, commit)).pipe(
    Effect.map((known) => !known),
    Effect.orElseSucceed(() => false)
  )

/** After the agent: submodules with changes in them. Their repositories are made ours before git reads them. */
export const changedModules = Effect.fn("Submodules.changed")(function*(
  root: Repository,
  modules: ReadonlyArray<CheckedOut>
) {
  const submodules = yield* Submodules
  const changed: Array<string> = []
  const moved: Array<{ readonly module: Submodule; readonly head: string }> = []
  for (const { commit, module, repository } of modules) {
    const isThere = (yield* isPlainPath(root.workTree, module.path)) &&
      (yield* isPlainPath(root.gitDir, `modules/${module.id}`))
    if (!isThere) continue
    const state = yield* reclaim(repository, submodules.origin(module)).pipe(
      Effect.andThen(inspect(repository)),
      Effect.timeout("10 seconds"),
      Effect.orElseSucceed(() => undefined)
    )
    if (state === undefined || state.dirty) changed.push(module.path)
    else if (state.head !== undefined && state.head !== commit) moved.push({ module, head: state.head })
  }
  const lost = yield* Effect.filter(moved, ({ head, module }) => isDead(module, head)).pipe(
    Effect.timeoutOrElse({ duration: askingTakes, orElse: () => Effect.succeed([]) })
  )
  return [...changed, ...lost.map(({ module }) => module.path)]
})

/** Links of `git diff --raw --no-abbrev -z` that lead to another commit than before. */
export const parseMovedLinks = (listing: string) => {
  const words = listing.split("\0")
  const moved: Array<{ readonly path: string; readonly before: string; readonly after: string }> = []
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [, before, after] = /^:160000 160000 ([0-9a-f]+) ([0-9a-f]+) M$/.exec(words[at] ?? "") ?? []
    if (before !== undefined && after !== undefined) moved.push({ path: words[at + 1] ?? "", before, after })
  }
  return moved
}

/** Links of the branch that lead to a commit which nobody else can have, of those submodules that were checked out. */
export const deadPins = Effect.fn("Submodules.deadPins")(function*(
  root: Repository,
  modules: ReadonlyArray<CheckedOut>,
  base: string,
  branch: string
) {
  if (modules.length === 0) return []
  const git = yield* Git
  const words = ["diff", "--raw", "--no-abbrev", "-z", "--no-renames", `${base}...refs/heads/${branch}`]
  const moved = parseMovedLinks((yield* git.ask(root, words)).stdout)
  return yield* Effect.filter(moved, ({ after, path }) => {
    const module = modules.find((each) => each.module.path === path)?.module
    return module === undefined ? Effect.succeed(false) : isDead(module, after)
  }).pipe(Effect.timeoutOrElse({ duration: askingTakes, orElse: () => Effect.succeed([]) }))
})
