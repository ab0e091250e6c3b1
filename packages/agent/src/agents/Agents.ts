/** The agents there are. */
import type { AgentCli } from "./AgentCli.ts"
import { claude } from "./claude/ClaudeCli.ts"

export const agents: ReadonlyArray<AgentCli> = [claude]

/** The agent of a run. */
export const defaultAgent: AgentCli = claude
