/** Versions of Claude Code that can be worked with. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import type { Versioned } from "../Version.ts"

export const claudeVersion: Versioned = {
  name: "Claude Code",
  executable: "claude",
  oldest: [2, 0, 60],
  key: "agent.image.tag",
  environment: (home) => ({ [runnerNames.agentConfigDir]: home, DISABLE_AUTOUPDATER: "1" })
}
