/**
 * Claude Code's command line and environment. No setting source is read, since a cloned repository's settings can redirect the API key
 * and start programs; nothing that a user wrote is an argument.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { messagesPath } from "../../pod/Endpoint.ts"
import type { Environment } from "../../pod/Environment.ts"
import type { Invocation, Surroundings } from "../AgentCli.ts"

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
  ...option("--mcp-config", invocation.files.mcpConfig),
  ...option("--settings", invocation.files.settings),
  ...option("--append-system-prompt-file", invocation.files.memory),
  "--disable-slash-commands",
  ...option("--max-turns", invocation.maxTurns),
  ...option("--max-budget-usd", invocation.maxCostUsd)
]

/** Its own variables; they win over the pod's. */
export const claudeEnvironment = ({ configFolder, root, toolServers }: Surroundings): Environment => ({
  [runnerNames.agentConfigDir]: configFolder,
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
  // Otherwise the tools of a server are found only by those who search for them.
  ...(toolServers ? { ENABLE_TOOL_SEARCH: "false" } : {}),
  // It refuses its mode to root outside a sandbox, and the container is one.
  ...(root ? { IS_SANDBOX: "1" } : {})
})

export const ofOtherSessions: ReadonlySet<string> = new Set([
  "CLAUDECODE",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_MAX_TURNS",
  "CLAUDE_CODE_RETRY_WATCHDOG",
  "CLAUDE_CODE_SESSION_ID",
  "CLAUDE_CODE_SSE_PORT",
  "CLAUDE_CODE_SUBPROCESS_ENV_SCRUB"
])

const modelAccess =
  /^(?:ANTHROPIC_(?:API_KEY|AUTH_TOKEN|BASE_URL|CUSTOM_HEADERS|(?:BEDROCK|VERTEX)_.*)|CLAUDE_CODE_(?:OAUTH_TOKEN|USE_(?:BEDROCK|VERTEX|FOUNDRY)|SKIP_.*_AUTH))$/

export const reachesModel = (name: string): boolean => modelAccess.test(name)

export const throughBroker = ({ token, url }: { readonly url: string; readonly token: string }): Environment => ({
  [runnerNames.anthropicBaseUrl]: `${url}${messagesPath}`,
  [runnerNames.anthropicApiKey]: token
})
