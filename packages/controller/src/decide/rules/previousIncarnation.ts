import type { Rule } from "../Plan.ts"
import { release } from "./release.ts"

/** Jobs of a deleted run of the same name: not ours to stop, but our finalizer must not hold them. */
export const previousIncarnation: Rule = ({ orphans }) => {
  const marked = orphans.filter((job) => job.held && job.deleting)
  return marked.length === 0 ? undefined : marked.map((job) => release(job, undefined))
}
