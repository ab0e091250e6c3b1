/** The agents that a run can name. What each is and can do is its adapter's, in the programs of the pod. */
import { Schema } from "effect"

export const agentNames = ["claude", "codex"] as const

export const AgentName = Schema.Literals(agentNames)
export type AgentName = typeof AgentName.Type

/** Those that hold limits of turns and money themselves; every other one needs a broker that does. */
export const holdsLimits: ReadonlySet<AgentName> = new Set(["claude"])

/** What an agent keeps on the workspace, made anew for each attempt. */
export const agentFolder = (name: AgentName): string => `.${name}`
