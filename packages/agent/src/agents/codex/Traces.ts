/** What Codex leaves in a workspace and takes from a repository. Each session of ours has a home of its own, so that its thread is known by it. */
import type { Traces } from "../AgentCli.ts"

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
const rollout = new RegExp(`^(${uuid})/sessions(?:/[0-9]+){3}/rollout-[0-9T-]+-${uuid}\\.jsonl$`)

export const codexTraces: Traces = {
  configFolder: ".codex",
  sessions: { folder: "homes", idOf: (path) => rollout.exec(path)?.[1] },
  instructions: ["AGENTS.md", "AGENTS.override.md", ".agents", ".codex"],
  ownFiles: []
}

/** The thread of a transcript, by its file's name. */
export const threadOf = (path: string): string | undefined => new RegExp(`(${uuid})\\.jsonl$`).exec(path)?.[1]

/** CODEX_HOME of a session. */
export const homeOf = (configFolder: string, sessionId: string): string =>
  `${configFolder}/${codexTraces.sessions.folder}/${sessionId}`
