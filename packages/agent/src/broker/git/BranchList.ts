/**
 * The branches of a repository as git's protocol tells them (`ls-refs`, version 2), from what upstream said of them: while nothing of it is
 * here yet, there is no repository that git could ask.
 */
import type { Upstream } from "./MirrorPlan.ts"
import { flush, packet } from "./PktLine.ts"

/** What a client may say of the list that it wants. */
const understood =
  /^(?:command=ls-refs|(?:agent|session-id)=.*|object-format=sha1|peel|symrefs|unborn|ref-prefix \S+)\n?$/

/** Whether its HEAD names a branch, and its objects are named as in the broker's repositories. */
export const canBeTold = ({ defaultBranch, heads }: Upstream): boolean =>
  defaultBranch !== undefined && heads.has(defaultBranch) && [...heads.values()].every((id) => id.length === 40)

/** Undefined for a request that says anything else. Branches lead to commits: there is nothing to peel. */
export const branchList = (
  packets: ReadonlyArray<string>,
  branches: ReadonlyArray<readonly [name: string, commit: string]>,
  defaultBranch: string | undefined
): Uint8Array | undefined => {
  if (packets[0]?.trim() !== "command=ls-refs" || !packets.every((each) => understood.test(each))) return undefined
  const words = packets.map((each) => each.trimEnd())
  const prefixes = words.flatMap((word) => word.startsWith("ref-prefix ") ? [word.slice(11)] : [])
  const isAsked = (name: string) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix))
  const refs = branches.map(([name, commit]) => [`refs/heads/${name}`, commit, ""] as const)
  const target = `refs/heads/${defaultBranch}`
  const head = refs.flatMap(([name, commit]) =>
    name === target ? [["HEAD", commit, words.includes("symrefs") ? ` symref-target:${target}` : ""] as const] : []
  )
  const inOrder = refs.toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
  const lines = [...head, ...inOrder].flatMap(([name, commit, more]) =>
    isAsked(name) ? [packet(`${commit} ${name}${more}\n`)] : []
  )
  return Buffer.concat([...lines, flush])
}
