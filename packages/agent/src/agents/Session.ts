/**
 * Which session an attempt continues. A resume is promised only for a transcript that exists: an agent would silently start fresh or refuse
 * otherwise.
 */
import type { SessionFacts, SessionPlan, Transcript } from "./AgentCli.ts"

/** In bytes; a longer one is no transcript for us. */
export const largestTranscript = 134_217_728

/** What an agent resumes a session with, in the terms of its command line. */
export type ResumeOf = (sessionId: string, transcript: Transcript) => Pick<SessionPlan, "resume" | "usedBefore">

/** The attempt's own session when it has begun; else, where wanted, the last known, or the newest of this run. */
export const chooseSession = (facts: SessionFacts, resumeOf: ResumeOf): SessionPlan => {
  const { earlier, last, sessionId, transcripts, wanted } = facts
  const own = transcripts.get(sessionId)
  if (own !== undefined && !own.stub) return { sessionId, ...resumeOf(sessionId, own) }
  const fresh: SessionPlan = {
    sessionId,
    resume: undefined,
    ...(own === undefined ? {} : { stub: own.path })
  }
  if (!wanted) return fresh
  const known = [...(last === undefined ? [] : [last]), ...earlier]
  for (const id of known) {
    const transcript = transcripts.get(id)
    if (transcript !== undefined && !transcript.stub) return { sessionId: id, ...resumeOf(id, transcript) }
  }
  const problem = known[0] === undefined
    ? "no earlier session of this workspace is known"
    : `the transcript of session ${known[0]} is no longer on the workspace`
  return { ...fresh, problem }
}
