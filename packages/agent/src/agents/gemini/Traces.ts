/** What Gemini CLI leaves in a workspace and takes from a repository. Each session of ours has a home of its own. */
import type { Traces } from "../AgentCli.ts"

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

/** Its name for the working directory, which we choose. */
export const projectName = "run"

const chat = new RegExp(`^(${uuid})/\\.gemini/tmp/${projectName}/chats/session-[0-9T-]+-[0-9a-f]{8}\\.jsonl$`)

export const geminiTraces: Traces = {
  configFolder: ".gemini",
  sessions: { folder: "homes", idOf: (path) => chat.exec(path)?.[1] },
  instructions: ["AGENTS.md", "GEMINI.md", ".gemini"],
  ownFiles: []
}

/** GEMINI_CLI_HOME of a session. */
export const homeOf = (configFolder: string, sessionId: string): string =>
  `${configFolder}/${geminiTraces.sessions.folder}/${sessionId}`
