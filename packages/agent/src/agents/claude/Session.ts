/**
 * Which session an attempt continues, and what its first words are. A resume is promised only for a transcript that exists: the agent
 * would silently start fresh or refuse otherwise.
 */
/** A transcript on the workspace. A stub cannot be resumed, and yet its id counts as used. */
export interface Transcript {
  readonly path: string
  readonly stub: boolean
  /** Whether it was written for the agent's present folder. */
  readonly here: boolean
}

export interface SessionPlan {
  readonly sessionId: string
  /** What `--resume` gets; undefined for a new session. */
  readonly resume: string | undefined
  /** Transcript of the new session's id that must make room. */
  readonly stub?: string
  /** Why a wanted resume is not possible. */
  readonly problem?: string
}

export interface SessionFacts {
  /** The attempt's own session id. */
  readonly sessionId: string
  readonly wanted: boolean
  /** The one to resume by the statuses of the tenant's runs; those of this run's earlier attempts come after it. */
  readonly last?: string | undefined
  /** Of this run's earlier attempts, newest first. */
  readonly earlier: ReadonlyArray<string>
  readonly transcripts: ReadonlyMap<string, Transcript>
}

const resumeOf = (sessionId: string, { here, path }: Transcript): SessionPlan => ({
  sessionId,
  // By path a transcript of another folder is found too, and keeps its id.
  resume: here ? sessionId : path
})

/** The attempt's own session when it has begun; else, where wanted, the last known, or the newest of this run. */
export const planSession = (facts: SessionFacts): SessionPlan => {
  const { earlier, last, sessionId, transcripts, wanted } = facts
  const own = transcripts.get(sessionId)
  if (own !== undefined && !own.stub) return resumeOf(sessionId, own)
  const fresh: SessionPlan = {
    sessionId,
    resume: undefined,
    ...(own === undefined ? {} : { stub: own.path })
  }
  if (!wanted) return fresh
  const known = [...(last === undefined ? [] : [last]), ...earlier]
  for (const id of known) {
    const transcript = transcripts.get(id)
    if (transcript !== undefined && !transcript.stub) return resumeOf(id, transcript)
  }
  const problem = known[0] === undefined
    ? "no earlier session of this workspace is known"
    : `the transcript of session ${known[0]} is not on the workspace any more`
  return { ...fresh, problem }
}

/** The folder that the agent keeps transcripts of a working directory in; long names are cut and continue with a hash. */
export const transcriptFolder = (workingDirectory: string): { readonly name: string; readonly cut: boolean } => {
  const name = workingDirectory.replace(/[^A-Za-z0-9]/g, "-")
  return { name: name.slice(0, 200), cut: name.length > 200 }
}

/** Whether a transcript has anything in it that a resume can find. */
export const isStub = (jsonl: string): boolean =>
  !jsonl.split("\n").some((line) => {
    const type = /"type"\s*:\s*"([^"]+)"/.exec(line)?.[1]
    return type !== undefined && type !== "queue-operation"
  })
