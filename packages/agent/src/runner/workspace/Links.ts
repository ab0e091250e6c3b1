/** Links of a branch (entries of mode 160000) to repositories that nobody else can find: a commit of them is no content. */
import { Effect } from "effect"
import { Git } from "../../git/Git.ts"
import { parseModules } from "../../git/SubmoduleRules.ts"
import type { Repository } from "./Clone.ts"

/** Entries of `git diff --raw -z` that became a link. */
export const parseNewLinks = (listing: string): ReadonlyArray<string> => {
  const words = listing.split("\0")
  const links: Array<string> = []
  for (let at = 0; at + 1 < words.length; at += 2) {
    if (/^:(?!160000)\d{6} 160000 /.test(words[at] ?? "")) links.push(words[at + 1] ?? "")
  }
  return links
}

const reachable = /^(?:https?|ssh|git):\/\/|^[\w.-]+@[\w.-]+:|^\.\.\//

/** Paths for which `.gitmodules` (as `git config --list -z`) names a repository that others can reach. */
export const reachableModules = (listing: string): ReadonlySet<string> =>
  new Set(parseModules(listing).filter(({ url }) => reachable.test(url)).map(({ path }) => path))

/** Links that the branch has gained and that lead nowhere. */
export const deadLinks = Effect.fn("Links.dead")(function*(repository: Repository, base: string, branch: string) {
  const git = yield* Git
  const raw = yield* git.ask(repository, ["diff", "--raw", "-z", "--no-renames", `${base}...refs/heads/${branch}`])
  const links = parseNewLinks(raw.stdout)
  if (links.length === 0) return []
  const modules = reachableModules(
    (yield* git.ask(repository, ["config", "--blob", `refs/heads/${branch}:.gitmodules`, "--list", "-z"])).stdout
  )
  return links.filter((path) => !modules.has(path))
})
