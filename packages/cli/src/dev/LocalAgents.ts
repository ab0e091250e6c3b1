/** The agents that a person may have on this machine: how each is found, whose key it needs, and where its models may be asked. */
import type { AgentName } from "@orchestrator/domain/AgentName"
import { runnerNames } from "@orchestrator/domain/PodEnvironment"

interface LocalAgent {
  /** As people know it. */
  readonly title: string
  readonly executable: string
  readonly package: string
  /** Variables of the environment that may have its key. */
  readonly keys: ReadonlyArray<string>
  readonly keyHelp: string
  /** The variable that names another address of its models, and what of the configuration that is. */
  readonly address: { readonly variable: string; readonly settings: (baseUrl: string) => object }
}

export const localAgents: Readonly<Record<AgentName, LocalAgent>> = {
  claude: {
    title: "Claude Code",
    executable: "claude",
    package: "@anthropic-ai/claude-code",
    keys: [runnerNames.anthropicApiKey, runnerNames.claudeCodeOauthToken],
    keyHelp:
      `${runnerNames.anthropicApiKey}, or ${runnerNames.claudeCodeOauthToken} (\`claude setup-token\` creates one)`,
    address: { variable: runnerNames.anthropicBaseUrl, settings: (baseUrl) => ({ baseUrl }) }
  },
  codex: {
    title: "Codex",
    executable: "codex",
    package: "@openai/codex",
    keys: ["OPENAI_API_KEY"],
    keyHelp: "OPENAI_API_KEY",
    address: { variable: "OPENAI_BASE_URL", settings: (baseUrl) => ({ providers: { openai: { baseUrl } } }) }
  },
  gemini: {
    title: "Gemini CLI",
    executable: "gemini",
    package: "@google/gemini-cli",
    keys: ["GEMINI_API_KEY"],
    keyHelp: "GEMINI_API_KEY",
    address: {
      variable: "GOOGLE_GEMINI_BASE_URL",
      settings: (baseUrl) => ({ providers: { google: { baseUrl } } })
    }
  },
  opencode: {
    title: "opencode",
    executable: "opencode",
    package: "opencode-ai",
    keys: [runnerNames.anthropicApiKey],
    keyHelp: runnerNames.anthropicApiKey,
    address: { variable: runnerNames.anthropicBaseUrl, settings: (baseUrl) => ({ baseUrl }) }
  }
}
