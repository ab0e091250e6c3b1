/** The environment and the limits of an agent's process, whichever agent it is. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import type { AgentCli, Invocation, Surroundings } from "../../agents/AgentCli.ts"
import { type Environment, inheritable } from "../../pod/Environment.ts"

export interface ProcessSurroundings extends Surroundings {
  readonly home: string
  /** Roots as the run's texts and hooks know them. */
  readonly roots: { readonly config: string; readonly workspace: string }
  /** What the agent's git needs to reach its remote. */
  readonly git: Environment
  readonly user: { readonly name: string; readonly email: string }
  /** Found again in everything that the agent starts. */
  readonly mark: string
}

/** The variable that marks what the agent started. */
export const markVariable = "ORCHESTRATOR_AGENT"

export const agentEnvironment = (agent: AgentCli, surroundings: ProcessSurroundings): Environment => ({
  ...inheritable(surroundings.environment, agent.ofOtherSessions),
  ...surroundings.git,
  [runnerNames.configDir]: surroundings.roots.config,
  [runnerNames.workspaceDir]: surroundings.roots.workspace,
  [runnerNames.home]: surroundings.home,
  ...agent.environment(surroundings),
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: surroundings.user.name,
  GIT_AUTHOR_EMAIL: surroundings.user.email,
  GIT_COMMITTER_NAME: surroundings.user.name,
  GIT_COMMITTER_EMAIL: surroundings.user.email,
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
