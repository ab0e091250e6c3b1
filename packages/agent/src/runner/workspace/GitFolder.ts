/**
 * A clone's `.git` after somebody else's use: objects, branches and where HEAD was are work and stay; all else can hide changes, name
 * commands or lead elsewhere, and goes: index, hooks, info, configuration, replacements, submodules' folders, rerere's answers. In place
 * and by names, so a big store costs nothing and an interrupted clean-up is simply done again.
 */
import { BranchName } from "@orchestrator/domain/SpecText"
import { Effect, type FileSystem, Schema } from "effect"
import { discard, kindOf, namesIn, plainFolder, readPlain, writePlain } from "../../pod/Plain.ts"
import { operations } from "./Operations.ts"

const folders = new Set(["objects", "refs"])
const files = new Set(["HEAD", "packed-refs"])

const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const isBranch = Schema.is(BranchName)

/** Namespaces of refs that stay: work, and what was fetched. A stash is work as well; it is kept aside. */
const spaces = ["heads/", "remotes/origin/", "orchestrator/kept/"]
const stash = "stash"

/** The name under which a ref stays; undefined: not at all. Without `refs/`. */
export const keptRef = (name: string, commit: string): string | undefined => {
  if (!commitId.test(commit)) return undefined
  if (name === stash) return `orchestrator/kept/${commit.slice(0, 12)}`
  const space = spaces.find((prefix) => name.startsWith(prefix))
  return space !== undefined && isBranch(name.slice(space.length)) ? name : undefined
}

/** The lines of a `packed-refs` that stay; without its header git trusts neither order nor peeled tags. */
export const keptPacked = (text: string): string =>
  text.split("\n").flatMap((line) => {
    const [, commit = "", name = ""] = /^([0-9a-f]+) refs\/(.+)$/.exec(line) ?? []
    const kept = keptRef(name, commit)
    return kept === undefined ? [] : [`${commit} refs/${kept}\n`]
  }).join("")

/** Loose refs below a folder: those that stay may move, all else goes. */
const renewRefs = (root: string, below: string): Effect.Effect<void, never, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    for (const name of yield* namesIn(`${root}/${below}`)) {
      const ref = `${below}${name}`
      const path = `${root}/${ref}`
      if ((yield* kindOf(path)) === "Directory") {
        yield* Effect.ignore(plainFolder(path))
        yield* renewRefs(root, `${ref}/`)
        continue
      }
      const commit = ((yield* readPlain(path, 1024)) ?? "").trim()
      const kept = keptRef(ref, commit)
      if (kept === ref) continue
      yield* discard(path)
      if (kept === undefined) continue
      yield* Effect.ignore(Effect.andThen(
        Effect.forEach(["orchestrator", "orchestrator/kept"], (folder) => plainFolder(`${root}/${folder}`)),
        writePlain(`${root}/${kept}`, `${commit}\n`)
      ))
    }
  })

/** Loose objects and packs stay; links, alternates, promises of other remotes and ready-made answers about objects do not. */
const renewObjects = Effect.fnUntraced(function*(objects: string) {
  for (const name of yield* namesIn(objects)) {
    const path = `${objects}/${name}`
    const stays = (name === "pack" || /^[0-9a-f]{2}$/.test(name)) && (yield* kindOf(path)) === "Directory"
    if (!stays) yield* discard(path)
  }
  for (const name of yield* namesIn(`${objects}/pack`)) {
    const path = `${objects}/pack/${name}`
    const stays = /^pack-[0-9a-f]+\.(?:pack|idx|rev)$/.test(name) && (yield* kindOf(path)) === "File"
    if (!stays) yield* discard(path)
  }
})

const largestPackedRefs = 64 * 1_048_576

/** Leaves of a `.git` folder only what is work; answers with the operation that was under way in it. */
export const renewGitFolder = Effect.fn("GitFolder.renew")(function*(gitDir: string) {
  yield* plainFolder(gitDir)
  const names = yield* namesIn(gitDir)
  const operation = operations.find(([, file]) => names.includes(file))?.[0]
  const head = ((yield* readPlain(`${gitDir}/HEAD`, 4096)) ?? "").trim()
  const packed = yield* readPlain(`${gitDir}/packed-refs`, largestPackedRefs)
  for (const name of names) {
    const wanted = folders.has(name) ? "Directory" : files.has(name) ? "File" : undefined
    if (wanted === undefined || (yield* kindOf(`${gitDir}/${name}`)) !== wanted) yield* discard(`${gitDir}/${name}`)
  }
  for (const name of names) if (folders.has(name)) yield* plainFolder(`${gitDir}/${name}`)
  yield* renewObjects(`${gitDir}/objects`)
  yield* renewRefs(`${gitDir}/refs`, "")
  if (packed !== undefined) yield* writePlain(`${gitDir}/packed-refs`, keptPacked(packed))
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1]
  const usable = commitId.test(head) || (branch !== undefined && isBranch(branch))
  if (names.length > 0) yield* writePlain(`${gitDir}/HEAD`, usable ? `${head}\n` : "ref: refs/heads/main\n")
  return operation
})

/** Locks below a folder, links not followed. */
const removeLocks = (folder: string, deep: boolean): Effect.Effect<void, never, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    for (const name of yield* namesIn(folder)) {
      const path = `${folder}/${name}`
      if (name.endsWith(".lock")) yield* discard(path)
      else if (deep && (yield* kindOf(path)) === "Directory") yield* removeLocks(path, true)
    }
  })

/** After this attempt's own agent: its index and attributes stay; locks, and what leads git elsewhere, go. */
export const unlockGitFolder = Effect.fn("GitFolder.unlock")(function*(gitDir: string) {
  for (const name of ["commondir", "gitdir", "config.worktree", "info/grafts", "objects/info"]) {
    yield* discard(`${gitDir}/${name}`)
  }
  if ((yield* kindOf(`${gitDir}/index`)) === "SymbolicLink") yield* discard(`${gitDir}/index`)
  yield* removeLocks(gitDir, false)
  yield* removeLocks(`${gitDir}/refs`, true)
})
