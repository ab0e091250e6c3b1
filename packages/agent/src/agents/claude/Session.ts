/**
 * Which session an attempt continues, and what its first words are. A resume is promised only for a transcript that exists: the agent
 * would silently start fresh or refuse otherwise.
 */
import type { SessionFacts, SessionPlan, Transcript } from "../AgentCli.ts"

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
    : `the transcript of session ${known[0]} is no longer on the workspace`
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
