/** What of upstream the broker's repositories hold: which branches, and how they are fetched. */
import type { Role } from "../../pod/Role.ts"

export interface Upstream {
  readonly defaultBranch: string | undefined
  /** Commit by branch. */
  readonly heads: ReadonlyMap<string, string>
}

export interface MirrorPlan {
  /** Branches to fetch, with their commits upstream. */
  readonly fetched: ReadonlyArray<readonly [branch: string, commit: string]>
  /** Branches that upstream has no longer. */
  readonly removed: ReadonlyArray<string>
}

/** The default branch and these; all of them where none are named. */
export const planMirror = (
  { defaultBranch, heads }: Upstream,
  here: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string> | undefined
): MirrorPlan => ({
  fetched: [...heads].filter(([branch, commit]) =>
    here.get(branch) !== commit &&
    (wanted === undefined || wanted.has(branch) || branch === defaultBranch || here.has(branch))
  ),
  removed: [...here.keys()].filter((branch) => !heads.has(branch))
})

/** The file `config` of a repository whose files may have stayed upstream. The address has no credentials in it. */
export const mirrorConfig = (url: string): string =>
  [
    "[core]",
    "\trepositoryformatversion = 1",
    "\tbare = true",
    "[extensions]",
    "\tpartialClone = upstream",
    "[remote \"upstream\"]",
    `\turl = "${url.replace(/[\\"]/g, "\\$&")}"`,
    "\tpromisor = true",
    "\tpartialclonefilter = blob:none",
    ""
  ].join("\n")

/** Words of the fetch. Of what is only read the newest is enough; `whole` fetches again what was left upstream. */
export const fetchWords = (role: Role, { fetched }: MirrorPlan, how?: "whole"): ReadonlyArray<string> => [
  "fetch",
  "--quiet",
  "--force",
  "--no-tags",
  "--no-recurse-submodules",
  "--no-write-fetch-head",
  ...(role === "target" ? [] : ["--depth=1"]),
  ...(how === "whole" ? ["--refetch", "--no-filter"] : []),
  "--",
  "upstream",
  ...fetched.map(([branch]) => `+refs/heads/${branch}:refs/heads/${branch}`)
]
