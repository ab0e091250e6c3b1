/**
 * Claude Code's command line and environment. No setting source is read, since a cloned repository's settings can redirect the API key
 * and start programs; nothing that a user wrote is an argument.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { type Environment, inheritable } from "../../pod/Environment.ts"
import type { SessionPlan } from "./Session.ts"

/**
 * Tools by which a version of the agent would go on after its last answer, when nobody waits for it any more, or work in another folder
 * than its clone. Names that a version does not know do no harm.
 */
const refusedTools = [
  "CronCreate",
  "CronDelete",
  "CronList",
  "EnterWorktree",
  "ExitWorktree",
  "Monitor",
  "RemoteTrigger",
  "ScheduleWakeup",
  "Workflow"
]

/** The mode that is asked for and that the agent must confirm. */
export const permissionMode = "bypassPermissions"

export interface Invocation {
  readonly model: string
  readonly session: SessionPlan
  readonly workingDirectory: string
  /** The run's CLAUDE.md. */
  readonly memory: string | undefined
  readonly mcpConfig: string | undefined
  /** Settings file, where managed settings are not in force. */
  readonly settings: string | undefined
  readonly maxTurns: number | undefined
  readonly maxCostUsd: number | undefined
}

const option = (flag: string, value: string | number | undefined) => (value === undefined ? [] : [flag, String(value)])

export const claudeArguments = (invocation: Invocation): ReadonlyArray<string> => [
  "-p",
  "--verbose",
  "--output-format",
  "stream-json",
  "--model",
  invocation.model,
  ...(invocation.session.resume === undefined
    ? ["--session-id", invocation.session.sessionId]
    : ["--resume", invocation.session.resume]),
  "--permission-mode",
  permissionMode,
  "--disallowedTools",
  refusedTools.join(","),
  "--setting-sources",
  "",
  "--add-dir",
  invocation.workingDirectory,
  "--strict-mcp-config",
  ...option("--mcp-config", invocation.mcpConfig),
  ...option("--settings", invocation.settings),
  ...option("--append-system-prompt-file", invocation.memory),
  "--disable-slash-commands",
  ...option("--max-turns", invocation.maxTurns),
  ...option("--max-budget-usd", invocation.maxCostUsd)
]

export interface AgentSurroundings {
  readonly environment: Environment
  readonly home: string
  readonly claudeConfig: string
  /** Roots by the names under which the run's texts and hooks know them. */
  readonly roots: { readonly config: string; readonly workspace: string }
  /** What the agent's git needs to reach its remote. */
  readonly git: Environment
  readonly user: { readonly name: string; readonly email: string }
  /** Whether the run has tool servers. */
  readonly toolServers: boolean
  /** The runner is root: the agent refuses its mode to root outside a sandbox, and the container is one. */
  readonly root: boolean
  /** Found again in everything that the agent starts. */
  readonly mark: string
}

/** The variable that marks what the agent started. */
export const markVariable = "ORCHESTRATOR_AGENT"

export const claudeEnvironment = (surroundings: AgentSurroundings): Environment => ({
  ...inheritable(surroundings.environment),
  ...surroundings.git,
  [runnerNames.configDir]: surroundings.roots.config,
  [runnerNames.workspaceDir]: surroundings.roots.workspace,
  [runnerNames.home]: surroundings.home,
  [runnerNames.claudeConfigDir]: surroundings.claudeConfig,
  CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
  CLAUDE_CODE_DISABLE_CRON: "1",
  // Else it asks a newer model instead of some old ones: another price, and one that the broker refuses.
  CLAUDE_CODE_DISABLE_LEGACY_MODEL_REMAP: "1",
  CLAUDE_CODE_MAX_RETRIES: "8",
  DISABLE_AUTOUPDATER: "1",
  API_TIMEOUT_MS: "300000",
  MCP_TOOL_TIMEOUT: "600000",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: surroundings.user.name,
  GIT_AUTHOR_EMAIL: surroundings.user.email,
  GIT_COMMITTER_NAME: surroundings.user.name,
  GIT_COMMITTER_EMAIL: surroundings.user.email,
  // Otherwise the tools of a server are found only by those who search for them.
  ...(surroundings.toolServers ? { ENABLE_TOOL_SEARCH: "false" } : {}),
  ...(surroundings.root ? { IS_SANDBOX: "1" } : {}),
  [markVariable]: surroundings.mark
})

/** What is left of the limits after what earlier processes of this attempt used; at least the smallest that the agent takes. */
export const remaining = (
  limits: Pick<Invocation, "maxTurns" | "maxCostUsd">,
  used: { readonly costUsd?: number; readonly turns?: number } | undefined
): Pick<Invocation, "maxTurns" | "maxCostUsd"> => ({
  maxTurns: limits.maxTurns === undefined ? undefined : Math.max(1, limits.maxTurns - (used?.turns ?? 0)),
  maxCostUsd: limits.maxCostUsd === undefined
    ? undefined
    : Math.max(0.01, Math.round((limits.maxCostUsd - (used?.costUsd ?? 0)) * 1e6) / 1e6)
})
