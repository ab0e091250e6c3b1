/** The agents there are. What they leave behind is known of all; the adapter of an agent is loaded when a run needs it. */
import type { AgentName } from "@orchestrator/domain/AgentName"
import { Effect } from "effect"
import type { AgentCli, Traces } from "./AgentCli.ts"
import { claudeTraces } from "./claude/Traces.ts"
import { codexTraces } from "./codex/Traces.ts"
import { geminiTraces } from "./gemini/Traces.ts"
import { opencodeTraces } from "./opencode/Traces.ts"

const traces: Readonly<Record<AgentName, Traces>> = {
  claude: claudeTraces,
  codex: codexTraces,
  gemini: geminiTraces,
  opencode: opencodeTraces
}

export const allTraces: ReadonlyArray<Traces> = Object.values(traces)

const adapters: Readonly<Record<AgentName, () => Promise<AgentCli>>> = {
  claude: () => import("./claude/ClaudeCli.ts").then(({ claude }) => claude),
  codex: () => import("./codex/CodexCli.ts").then(({ codex }) => codex),
  gemini: () => import("./gemini/GeminiCli.ts").then(({ gemini }) => gemini),
  opencode: () => import("./opencode/OpencodeCli.ts").then(({ opencode }) => opencode)
}

/** The adapter, and nothing of the others. */
export const loadAgent = (name: AgentName): Effect.Effect<AgentCli> => Effect.promise(adapters[name])

/** Which agent a run's environment names; one that is not there is the decoder's to refuse. */
export const agentNamed = (text: string | undefined): AgentName => text !== undefined && isAgent(text) ? text : "claude"

const isAgent = (text: string): text is AgentName => Object.hasOwn(adapters, text)
