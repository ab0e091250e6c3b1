/** Which model a run has that names none. */
import { assert, it } from "@effect/vitest"
import { Result } from "effect"
import { defaultModel, modelDefaults } from "../src/DefaultModel.ts"
import { decodeConfig } from "../src/OrchestratorConfig.ts"

const defaults = (input: object) => modelDefaults(Result.getOrThrow(decodeConfig(input)))
const usual = { defaultCodeModel: "code", defaultDocsModel: "docs", agents: { codex: "gpt-x" } }

it.each<{ name: string; config: object; spec: Parameters<typeof defaultModel>[1]; want: string }>([
  { name: "the usual one", config: { models: usual }, spec: {}, want: "code" },
  { name: "its agent's", config: { models: usual }, spec: { agent: "codex" }, want: "gpt-x" },
  {
    name: "its profile's agent's",
    config: { models: usual, profiles: { fast: { agent: "codex" } } },
    spec: { profile: "fast" },
    want: "gpt-x"
  },
  {
    name: "its own agent's before its profile's",
    config: { models: usual, profiles: { fast: { agent: "codex" } } },
    spec: { profile: "fast", agent: "claude" },
    want: "code"
  },
  { name: "the configured agent's", config: { models: usual, agent: { default: "codex" } }, spec: {}, want: "gpt-x" },
  {
    name: "the usual one where its agent has none",
    config: { models: { ...usual, agents: {} } },
    spec: { agent: "codex" },
    want: "code"
  },
  {
    name: "the usual one of a profile that is not there",
    config: { models: usual },
    spec: { profile: "toString" },
    want: "code"
  }
])(
  "$name",
  ({ config, spec, want }) => assert.strictEqual(defaultModel(defaults(config), spec, "defaultCodeModel"), want)
)

it("a configuration without a broker has no agent that nobody holds to its limits", () => {
  const decoded = decodeConfig({ agent: { credentials: "env", default: "codex" } })
  assert.deepInclude(Result.isFailure(decoded) ? decoded.failure[0] : {}, { path: "agent.default", found: "codex" })
})
