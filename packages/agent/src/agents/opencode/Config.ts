/** opencode's configuration: the one model by the run's address, no tool that asks elsewhere, and the run's instructions and tool servers. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import type { Environment } from "../../pod/Environment.ts"
import type { Invocation, McpServer } from "../AgentCli.ts"

export const provider = "broker"

/** Tokens that a model reads at once, and that it may write in one answer. */
const limitOf = (model: string) => ({
  context: 200_000,
  output: model.startsWith("claude-3-5") ? 8192 : /^claude-3-(?!7)/.test(model) ? 4096 : 32_000
})

/** Variables in its own spelling. */
const respelled = (values: Environment): Environment =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replace(/\$\{(\w+)\}/g, "{env:$1}")]))

const serverOf = ({ args = [], command, env = {}, headers = {}, url }: McpServer) =>
  command === undefined
    ? { type: "remote", url: url ?? "", headers: respelled(headers), oauth: false }
    : { type: "local", command: [command, ...args], environment: respelled(env) }

/** The repository's instructions: of the working directory, and of those above it on the workspace. */
const repositoryInstructions = ({ environment, workingDirectory }: Invocation): ReadonlyArray<string> => {
  const workspace = environment[runnerNames.workspaceDir] ?? workingDirectory
  const below = workingDirectory.startsWith(`${workspace}/`)
    ? workingDirectory.slice(workspace.length + 1).split("/")
    : []
  const folders = below.map((_, index) => [workspace, ...below.slice(0, index + 1)].join("/"))
  return (folders.length === 0 ? [workingDirectory] : folders).map((folder) => `${folder}/AGENTS.md`)
}

export const configOf = (invocation: Invocation) => {
  const { environment, files, model } = invocation
  const address = environment[runnerNames.anthropicBaseUrl] ?? "https://api.anthropic.com"
  return {
    // Without it the file is written anew, with it.
    $schema: "https://opencode.ai/config.json",
    model: `${provider}/${model}`,
    small_model: `${provider}/${model}`,
    enabled_providers: [provider],
    share: "disabled",
    autoupdate: false,
    snapshot: false,
    lsp: false,
    formatter: false,
    provider: {
      [provider]: {
        npm: "@ai-sdk/anthropic",
        name: provider,
        options: { baseURL: `${address.replace(/\/+$/, "")}/v1`, apiKey: `{env:${runnerNames.anthropicApiKey}}` },
        models: { [model]: { name: model, limit: limitOf(model), tool_call: true } }
      }
    },
    // One that would have to be asked for ends the run.
    permission: {
      "*": "allow",
      question: "deny",
      skill: "deny",
      task: "deny",
      webfetch: "deny",
      websearch: "deny"
    },
    instructions: [...(files.memory === undefined ? [] : [files.memory]), ...repositoryInstructions(invocation)],
    mcp: Object.fromEntries(files.mcpServers.map((server) => [server.name, serverOf(server)]))
  }
}
