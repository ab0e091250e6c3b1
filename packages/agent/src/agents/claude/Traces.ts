/** What Claude Code leaves in a workspace and takes from a repository. */
import type { Traces } from "../AgentCli.ts"

export const claudeTraces: Traces = {
  configFolder: ".claude",
  sessions: {
    folder: "projects",
    idOf: (path) => /^[A-Za-z0-9-]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/.exec(path)?.[1]
  },
  instructions: ["CLAUDE.md", "CLAUDE.local.md", ".claude"],
  ownFiles: ["**/.claude/worktrees/", "**/.claude/settings.local.json", "**/.claude/scheduled_tasks*"]
}
