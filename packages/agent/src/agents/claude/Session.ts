/** Claude Code's transcripts: a folder for each working directory, a file for each session. */
import type { SessionFacts, SessionPlan } from "../AgentCli.ts"
import { chooseSession } from "../Session.ts"

/** By path a transcript of another folder is found too, and keeps its id. */
export const planSession = (facts: SessionFacts): SessionPlan =>
  chooseSession(facts, (id, { here, path }) => ({ resume: here ? id : path }))

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

/** Whether a transcript, by its path, was written for this working directory. */
export const isHere = (path: string, workingDirectory: string): boolean => {
  const present = transcriptFolder(workingDirectory)
  const folder = path.split("/")[0] ?? ""
  return present.cut ? folder.startsWith(present.name) : folder === present.name
}
