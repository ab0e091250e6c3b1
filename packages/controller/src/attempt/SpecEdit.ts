/** Edits of a spec while an attempt runs: known by a hash on its Job, and kept for the next contextVersion. */
import type { LiveRun } from "../facts/LiveRun.ts"
import type { ObservedJob } from "../facts/Observed.ts"
import type { RunStatusView } from "../facts/RunStatus.ts"
import { promptDigest } from "../facts/SpecDigest.ts"

/** What is noted on a Job: the generation, which tells at once that nothing was edited, and a hash of what an attempt works on. */
export const specHash = ({ generation, specDigest }: LiveRun): string => `${generation}:${specDigest}`

/** Whether the spec is another than the one that the Job was made from; an edit that was taken back is none. */
export const isEdited = (run: LiveRun, { specHash: noted }: ObservedJob): boolean => {
  if (noted === undefined || noted.endsWith(`:${run.specDigest}`)) return false
  const [generation, hash] = noted.split(":")
  return hash !== undefined && generation !== String(run.generation)
}

/**
 * The context version that the standing promptModification was given for. One that an earlier version has worked with is not given to the
 * agent again: it is in the session that goes on, and was about what came before.
 */
export const promptVersion = ({ attempt: { contextVersion }, promptDigest: asked, status }: LiveRun): number =>
  asked !== undefined && asked === givenPrompt(status)
    ? status.promptVersion ?? status.contextVersion ?? contextVersion
    : contextVersion

/** Installations from before the hash have noted the text. */
const givenPrompt = ({ promptDigest: given, promptModification }: RunStatusView): string | undefined =>
  given ?? promptDigest(promptModification)
