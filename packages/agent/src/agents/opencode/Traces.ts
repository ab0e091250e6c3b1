/**
 * What opencode leaves in a workspace and takes from a repository. Each session of ours has a home of its own with a database in it, whose
 * name tells the working directory: opencode never ends where it resumes a session of another one.
 */
import { createHash } from "node:crypto"
import type { Traces } from "../AgentCli.ts"

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
// The second one has what was written last.
const database = new RegExp(`^(${uuid})/[0-9a-f]{16}\\.db(?:-wal)?$`)

export const opencodeTraces: Traces = {
  configFolder: ".opencode",
  sessions: { folder: "homes", idOf: (path) => database.exec(path)?.[1] },
  instructions: ["AGENTS.md", "opencode.json", "opencode.jsonc", ".opencode"],
  ownFiles: []
}

/** Folder of all that opencode keeps of a session. */
export const homeOf = (configFolder: string, sessionId: string): string =>
  `${configFolder}/${opencodeTraces.sessions.folder}/${sessionId}`

/** Of a session in this working directory. */
export const databaseName = (workingDirectory: string): string =>
  `${createHash("sha256").update(workingDirectory).digest("hex").slice(0, 16)}.db`

export const isHere = (path: string, workingDirectory: string): boolean =>
  path.split("/").at(-1)?.replace(/-wal$/, "") === databaseName(workingDirectory)

/** The session that a database has most of: its rows have their session's name in them. */
export const sessionIn = (text: string): string | undefined => {
  const counts = new Map<string, number>()
  for (const [name] of text.matchAll(/ses_[0-9a-f]{12}[0-9A-Za-z]{14}/g)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted(([, left], [, right]) => right - left)[0]?.[0]
}
