/**
 * Codex's command line and environment. Everything is said on the command line, since the configuration of its home is writable for every
 * earlier run; nothing that a user wrote is an argument but names and addresses of tool servers, quoted as TOML.
 */
import { responsesPath } from "../../pod/Endpoint.ts"
import type { Environment } from "../../pod/Environment.ts"
import type { Invocation, McpServer, Surroundings } from "../AgentCli.ts"
import { homeOf } from "./Traces.ts"

const keyVariable = "OPENAI_API_KEY"
const addressVariable = "OPENAI_BASE_URL"

/** A basic string of TOML is one of JSON. */
const text = (value: string): string => JSON.stringify(value)
const list = (values: ReadonlyArray<string>): string => `[${values.map(text).join(",")}]`
const table = (entries: ReadonlyArray<readonly [key: string, value: string]>): string =>
  `{${entries.map(([key, value]) => `${text(key)}=${value}`).join(",")}}`

const provider = (environment: Environment): string =>
  table([
    ["name", text("broker")],
    ["base_url", text(environment[addressVariable] ?? "https://api.openai.com/v1")],
    ["env_key", text(keyVariable)],
    ["wire_api", text("responses")],
    // They multiply; the runner resumes beside.
    ["request_max_retries", "2"],
    ["stream_max_retries", "3"],
    ["stream_idle_timeout_ms", "300000"]
  ])

/** The variable that a value is, where it is nothing else. */
const variableIn = (value: string): string | undefined => /^\$\{(\w+)\}$/.exec(value)?.[1]

/** A server's table; a secret is named by its variable and never said. */
const serverTable = ({ args = [], command, env = {}, headers = {}, url }: McpServer): string => {
  if (command !== undefined) {
    return table([
      ["command", text(command)],
      ["args", list(args)],
      ["env", table(Object.entries(env).map(([name, value]) => [name, text(value)]))],
      ["required", "true"]
    ])
  }
  const bearer = /^Bearer (\$\{\w+\})$/.exec(headers["Authorization"] ?? "")?.[1]
  const others = Object.entries(headers).filter(([name]) => bearer === undefined || name !== "Authorization")
  const isVariable = ([, value]: readonly [string, string]) => variableIn(value) !== undefined
  return table([
    ["url", text(url ?? "")],
    ...(bearer === undefined ? [] : [["bearer_token_env_var", text(variableIn(bearer) ?? "")] as const]),
    ["http_headers", table(others.filter((each) => !isVariable(each)).map(([name, value]) => [name, text(value)]))],
    [
      "env_http_headers",
      table(others.filter(isVariable).map(([name, value]) => [name, text(variableIn(value) ?? "")]))
    ],
    ["required", "true"]
  ])
}

const setting = (key: string, value: string): ReadonlyArray<string> => ["-c", `${key}=${value}`]

const stopHook = (script: string): ReadonlyArray<string> => [
  "--dangerously-bypass-hook-trust",
  ...setting(
    "hooks.Stop",
    `[{hooks=[{type="command",command=${text(`/bin/bash '${script.replaceAll("'", "'\\''")}'`)},timeout=30}]}]`
  )
]

/** What would ask elsewhere, go on by itself, or start agents that nobody counts; and waiting for a network without end. */
const refusedFeatures = ["plugins", "apps", "unbounded_connection_retries", "goals", "multi_agent"]

export const codexArguments = (invocation: Invocation): ReadonlyArray<string> => {
  const { environment, files, model, session } = invocation
  return [
    "exec",
    ...(session.resume === undefined ? [] : ["resume", session.resume]),
    "--json",
    "--ignore-user-config",
    "--ignore-rules",
    "--strict-config",
    "--skip-git-repo-check",
    "--dangerously-bypass-approvals-and-sandbox",
    "-m",
    model,
    ...setting("model_provider", text("broker")),
    ...setting("model_providers.broker", provider(environment)),
    ...setting("check_for_update_on_startup", "false"),
    ...setting("analytics.enabled", "false"),
    ...refusedFeatures.flatMap((feature) => ["--disable", feature]),
    ...setting("web_search", text("disabled")),
    ...setting("skills.include_instructions", "false"),
    ...(files.stopHook === undefined ? [] : stopHook(files.stopHook)),
    ...(files.mcpServers.length === 0
      ? []
      : setting("mcp_servers", table(files.mcpServers.map((server) => [server.name, serverTable(server)])))),
    "-"
  ]
}

export const codexEnvironment = ({ configFolder, sessionId }: Surroundings): Environment => ({
  CODEX_HOME: homeOf(configFolder, sessionId)
})

export const ofOtherSessions: ReadonlySet<string> = new Set([
  "CODEX_CI",
  "CODEX_HOME",
  "CODEX_SANDBOX",
  "CODEX_SANDBOX_NETWORK_DISABLED",
  "CODEX_SESSION_ID",
  "CODEX_THREAD_ID",
  "CODEX_TOOL_CALL_ID"
])

export const reachesModel = (name: string): boolean => /^(?:OPENAI_|AZURE_OPENAI_|CODEX_API_KEY$)/.test(name)

export const throughBroker = ({ token, url }: { readonly url: string; readonly token: string }): Environment => ({
  [addressVariable]: `${url}${responsesPath}/v1`,
  [keyVariable]: token
})
