/**
 * The working tree between its users: commits what is there, keeps what must make room under `refs/orchestrator/kept/`, and brings in
 * other branches. Nothing here deletes work that no ref holds.
 */
import { Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { discard, kindOf } from "../../pod/Plain.ts"
import type { Repository } from "./Clone.ts"
import { parseShort, stage, type StageOptions } from "./Collect.ts"
import { putAway } from "./Nested.ts"
import { type Operation, operations } from "./Operations.ts"

export interface TreeState {
  /** Checked-out branch; undefined when HEAD is detached. */
  readonly branch: string | undefined
  /** Undefined before the first commit. */
  readonly head: string | undefined
  readonly dirty: boolean
  readonly operation: Operation | undefined
  /** Paths with unresolved conflicts. */
  readonly conflicts: ReadonlyArray<string>
}

const entries = (listing: string) => listing.split("\0").filter((entry) => entry !== "")

/** The commit that a revision names. */
export const commitOf = Effect.fnUntraced(function*(repository: Repository, revision: string) {
  const git = yield* Git
  const answer = yield* git.ask(repository, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`
  ])
  return answer.exitCode === 0 ? answer.stdout.trim() : undefined
})

const conflictsOf = Effect.fnUntraced(function*(repository: Repository) {
  const git = yield* Git
  return entries(yield* git.run(repository, ["diff", "--name-only", "--diff-filter=U", "-z"]))
})

/** Branch, commit and changes from `git status --porcelain=v2 --branch -z --no-renames`. */
export const parseStatus = (listing: string): Omit<TreeState, "operation"> => {
  const lines = entries(listing)
  const header = (name: string) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3)
  const head = header("branch.oid")
  const branch = header("branch.head")
  return {
    branch: branch === "(detached)" ? undefined : branch,
    head: head === "(initial)" ? undefined : head,
    dirty: lines.some((line) => !line.startsWith("# ")),
    conflicts: lines.filter((line) => line.startsWith("u ")).map((line) => line.split(" ").slice(10).join(" "))
  }
}

export const inspect = Effect.fn("Worktree.inspect")(function*(repository: Repository) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const status = yield* git.run(repository, [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-renames",
    "--ignore-submodules=dirty"
  ])
  let operation: Operation | undefined
  for (const [name, file] of operations) {
    if (operation === undefined && (yield* fs.exists(`${repository.gitDir}/${file}`))) operation = name
  }
  const state: TreeState = { ...parseStatus(status), operation }
  return state
})

export interface CommitOptions extends Pick<StageOptions, "agent" | "only"> {
  readonly message: ReadonlyArray<string>
}

export interface Committed {
  /** False when there was nothing to commit. */
  readonly saved: boolean
  /** What is there and was left out, in words. */
  readonly left: ReadonlyArray<string>
}

/** Commits what is there. An unfinished merge is concluded. */
export const commitAll = Effect.fn("Worktree.commitAll")(function*(repository: Repository, options: CommitOptions) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const left = yield* stage(repository, options)
  const merging = yield* fs.exists(`${repository.gitDir}/MERGE_HEAD`)
  const staged = yield* git.ask(repository, ["diff", "--cached", "--quiet", "--no-ext-diff"])
  if (staged.exitCode === 0 && !merging) return { saved: false, left } satisfies Committed
  yield* git.run(repository, [
    "commit",
    "--quiet",
    "--no-verify",
    ...options.message.flatMap((paragraph) => ["-m", paragraph])
  ])
  return { saved: true, left } satisfies Committed
})

/** Gives the working tree's state, untracked files included, a commit and a ref of its own; answers with the ref. */
export const keepAside = Effect.fn("Worktree.keepAside")(function*(repository: Repository, state: TreeState) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const index = `${repository.gitDir}/orchestrator-index`
  const options = { environment: { GIT_INDEX_FILE: index } }
  yield* git.run(repository, ["read-tree", ...(state.head === undefined ? ["--empty"] : [state.head])], options)
  yield* stage(repository, options)
  const tree = (yield* git.run(repository, ["write-tree"], options)).trim()
  yield* fs.remove(index, { force: true })
  const message = `Work in progress on ${state.branch ?? "a detached HEAD"}`
  const parents = state.head === undefined ? [] : ["-p", state.head]
  const commit = (yield* git.run(repository, ["commit-tree", tree, ...parents, "-m", message])).trim()
  const ref = `refs/orchestrator/kept/${commit.slice(0, 12)}`
  yield* git.run(repository, ["update-ref", ref, commit])
  return ref
})

const ending: { readonly [name in Operation]: ReadonlyArray<string> } = {
  merge: ["merge", "--quit"],
  rebase: ["rebase", "--quit"],
  "cherry-pick": ["cherry-pick", "--quit"],
  revert: ["revert", "--quit"],
  bisect: ["bisect", "reset"]
}

/** Removes untracked files, however locked; repositories among them are kept aside. What the repository's own rules ignore stays. */
export const removeUntracked = Effect.fn("Worktree.removeUntracked")(function*(repository: Repository) {
  const git = yield* Git
  yield* git.ask(repository, ["clean", "-d", "--force", "--quiet"])
  const status = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=dirty"]
  const { files, nested } = parseShort(yield* git.run(repository, status))
  for (const path of nested) {
    const place = yield* putAway(`${repository.workTree}/${path}`, path)
    yield* Effect.log(`${path} is a repository of its own that was left here; it is kept at ${place}`)
  }
  for (const path of files) yield* discard(`${repository.workTree}/${path}`)
})

/** Source and path of what `git check-ignore -z -v` answers. */
export const parseIgnored = (answer: string): ReadonlyArray<readonly [source: string, path: string]> => {
  const fields = answer.split("\0")
  const found: Array<readonly [string, string]> = []
  for (let at = 0; at + 3 < fields.length; at += 4) found.push([fields[at] ?? "", fields[at + 3] ?? ""])
  return found
}

/**
 * Removes what hides from `clean`: files ignored by a `.gitignore` that is itself no part of the repository, and what lies in folders of
 * submodules, which are fetched anew. `leaveSubmodules`: of a run that was here before, whose changes there are put away when they are.
 */
export const removeHidden = Effect.fn("Worktree.removeHidden")(function*(
  repository: Repository,
  { leaveSubmodules }: { readonly leaveSubmodules: boolean }
) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const tracked = entries(yield* git.run(repository, ["ls-files", "--stage", "-z"]))
  const pathOf = (entry: string) => entry.slice(entry.indexOf("\t") + 1)
  const rules = new Set(tracked.map(pathOf).filter((path) => /(?:^|\/)\.gitignore$/.test(path)))
  const status = yield* git.run(repository, [
    ...["status", "--porcelain", "-z", "--ignored=matching", "--no-renames", "--ignore-submodules=dirty"]
  ])
  const ignored = entries(status).filter((entry) => entry.startsWith("!! ")).map((entry) => entry.slice(3))
  if (ignored.length > 0) {
    const answer = yield* git.ask(repository, ["check-ignore", "-z", "--verbose", "--stdin"], {
      input: ignored.map((path) => `${path}\0`).join("")
    })
    for (const [source, path] of parseIgnored(answer.stdout)) {
      if (!rules.has(source)) yield* discard(`${repository.workTree}/${path.replace(/\/$/, "")}`)
    }
  }
  for (const entry of tracked.filter((line) => line.startsWith("160000 "))) {
    const path = `${repository.workTree}/${pathOf(entry)}`
    const kind = yield* kindOf(path)
    if (kind !== undefined && !(kind === "Directory" && leaveSubmodules)) yield* discard(path)
    yield* Effect.ignore(fs.makeDirectory(path))
  }
})

/** Leaves the tree clean at HEAD: operations ended, changes and untracked files gone (ignored files stay). Keep them aside first. */
export const clear = Effect.fn("Worktree.clear")(function*(repository: Repository, state: TreeState) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  if (state.operation !== undefined) yield* git.ask(repository, ending[state.operation])
  for (const leftover of ["rebase-merge", "rebase-apply"]) {
    yield* fs.remove(`${repository.gitDir}/${leftover}`, { recursive: true, force: true })
  }
  yield* state.head === undefined
    ? git.run(repository, ["read-tree", "--empty"])
    : git.run(repository, ["reset", "--hard", "--quiet"])
  yield* removeUntracked(repository)
})

export interface MergeOutcome {
  /** Paths left with conflicts, for the agent to solve. */
  readonly conflicts: ReadonlyArray<string>
  /** Why nothing could be merged. */
  readonly problem?: string
}

/** Merges a revision into the checked-out branch. Conflicts stay in the working tree. */
export const merge = Effect.fn("Worktree.merge")(function*(repository: Repository, revision: string) {
  const git = yield* Git
  const answer = yield* git.ask(repository, ["merge", "--no-edit", "--quiet", "--", revision])
  if (answer.exitCode === 0) return { conflicts: [] } satisfies MergeOutcome
  const conflicts = yield* conflictsOf(repository)
  const outcome: MergeOutcome = conflicts.length > 0
    ? { conflicts }
    : { conflicts, problem: (answer.stderr || answer.stdout).trim() }
  return outcome
})

export const isAncestor = Effect.fnUntraced(function*(repository: Repository, older: string, newer: string) {
  const git = yield* Git
  return (yield* git.ask(repository, ["merge-base", "--is-ancestor", older, newer])).exitCode === 0
})
