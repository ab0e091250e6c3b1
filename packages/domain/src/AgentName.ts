/** The agents that a run can name. What each is and can do is its adapter's, in the programs of the pod. */
import { Schema } from "effect"

/** Those whose image `agent.images` has; the first agent's is `agent.image`. */
export const otherAgents = ["codex", "gemini", "opencode"] as const

export const agentNames = ["claude", ...otherAgents] as const

export const AgentName = Schema.Literals(agentNames)
export type AgentName = typeof AgentName.Type
type OtherAgent = typeof otherAgents[number]

/** Those that hold limits of turns and money themselves; every other one needs a broker that does. */
export const holdsLimits: ReadonlySet<AgentName> = new Set(["claude"])

/** What an agent keeps on the workspace, made anew for each attempt. */
export const agentFolder = (name: AgentName): string => `.${name}`

/** Something for each of the other agents. */
export const byAgent = <A>(make: (name: OtherAgent) => A): Readonly<Record<OtherAgent, A>> => ({
  codex: make("codex"),
  gemini: make("gemini"),
  opencode: make("opencode")
})
