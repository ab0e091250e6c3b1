/** What a process of an agent is started for, in tests. */
import type { Invocation } from "../../src/agents/AgentCli.ts"

export const ours = "3f9c2a1b-1111-8222-a333-444455556661"

export const invocationOf = (more: Partial<Invocation>): Invocation => ({
  model: "model",
  session: { sessionId: ours, resume: undefined },
  workingDirectory: "/w",
  configFolder: "/c",
  environment: {},
  files: {
    prompt: "p",
    memory: undefined,
    notes: [],
    mcpConfig: undefined,
    mcpServers: [],
    stopHook: undefined,
    settings: undefined
  },
  maxTurns: 3,
  maxCostUsd: 1,
  ...more
})
