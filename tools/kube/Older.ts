/**
 * The version before this one, to upgrade from and to go back to: the newest release, else what was there before the definitions changed last.
 * From git's history; a clone without one has no older version.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")

export interface OlderVersion {
  readonly commit: string
  /** Folder with its files, which uses the packages that are installed here. */
  readonly tree: string
}

const git = (...args: ReadonlyArray<string>): string | undefined => {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
  } catch {
    return undefined
  }
}

const olderCommit = (): string | undefined => {
  const release = git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^")
  const changed = git("rev-list", "-1", "HEAD", "--", "crds/platform-crds.yaml")
  const found = release ?? (changed === undefined ? undefined : `${changed}^`)
  return found === undefined ? undefined : git("rev-parse", "--verify", `${found}^{commit}`)
}

/** What is installed, but for our own packages: those are the older version's. */
const linkPackages = (tree: string) => {
  const [installed, own] = [join(root, "node_modules"), join(tree, "node_modules/@orchestrator")]
  mkdirSync(own, { recursive: true })
  for (const name of readdirSync(installed)) {
    if (!name.startsWith(".") && name !== "@orchestrator") {
      symlinkSync(join(installed, name), join(tree, "node_modules", name))
    }
  }
  for (const name of readdirSync(join(tree, "packages"))) symlinkSync(join(tree, "packages", name), join(own, name))
}

/** Writes it into the folder. */
export const olderVersion = (folder: string): OlderVersion | undefined => {
  const commit = olderCommit()
  if (commit === undefined) return undefined
  const tree = join(folder, "older")
  mkdirSync(tree)
  const archive = execFileSync("git", ["archive", commit, "packages", "chart", "crds", "tsconfig.base.json"], {
    cwd: root,
    maxBuffer: 1 << 29
  })
  execFileSync("tar", ["-x", "-C", tree], { input: archive })
  linkPackages(tree)
  return { commit, tree }
}
