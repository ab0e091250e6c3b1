/** The model of a run that names none: its agent's, by the run, its profile or the configuration. */
import type { AgentName } from "./AgentName.ts"
import type { OrchestratorConfig } from "./OrchestratorConfig.ts"

export interface ModelDefaults {
  readonly models: Omit<OrchestratorConfig["models"], "agents"> & Partial<OrchestratorConfig["models"]>
  readonly agents: {
    readonly default: AgentName
    readonly byProfile: Readonly<Record<string, AgentName>>
  }
}

/** What of a configuration decides it. */
export const modelDefaults = ({ agent, models, profiles }: OrchestratorConfig): ModelDefaults => ({
  models,
  agents: {
    default: agent.default,
    byProfile: Object.fromEntries(
      Object.entries(profiles).flatMap(([name, { agent }]) => agent === undefined ? [] : [[name, agent]])
    )
  }
})

export const defaultModel = (
  { agents, models }: ModelDefaults,
  { agent, profile = "" }: { readonly agent?: AgentName; readonly profile?: string },
  usual: "defaultCodeModel" | "defaultDocsModel"
): string => {
  const { byProfile } = agents
  const chosen = agent ?? (Object.hasOwn(byProfile, profile) ? byProfile[profile] : undefined) ?? agents.default
  return models.agents?.[chosen] ?? models[usual]
}
