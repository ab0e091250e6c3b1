/** opencode's command line and environment. Nothing of the repository's configuration is read, and none of its folders is another run's. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { messagesPath } from "../../pod/Endpoint.ts"
import type { Environment } from "../../pod/Environment.ts"
import type { Invocation, Surroundings } from "../AgentCli.ts"
import { provider } from "./Config.ts"
import { guardEnvironment } from "./Guard.ts"
import { databaseName, homeOf } from "./Traces.ts"

export const opencodeArguments = ({ model, session, workingDirectory }: Invocation): ReadonlyArray<string> => [
  "run",
  "--format",
  "json",
  "--thinking",
  "--pure",
  // Else the model is asked for one.
  "--title",
  "run",
  // Else it works where PWD says.
  "--dir",
  workingDirectory,
  "--model",
  `${provider}/${model}`,
  "--agent",
  "build",
  ...(session.resume === undefined ? [] : ["--session", session.resume])
]

/** What would be obeyed, fetched, or go on by itself. */
const off = [
  "OPENCODE_DISABLE_AUTOCOMPACT",
  "OPENCODE_DISABLE_AUTOUPDATE",
  "OPENCODE_DISABLE_CLAUDE_CODE",
  "OPENCODE_DISABLE_DEFAULT_PLUGINS",
  "OPENCODE_DISABLE_EXTERNAL_SKILLS",
  "OPENCODE_DISABLE_LSP_DOWNLOAD",
  "OPENCODE_DISABLE_MODELS_FETCH",
  "OPENCODE_DISABLE_PROJECT_CONFIG",
  "OPENCODE_DISABLE_SHARE",
  "OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER"
]

const stateVariable = "XDG_STATE_HOME"
const stateOf = (configFolder: string, sessionId: string) => `${homeOf(configFolder, sessionId)}/state`

export const opencodeEnvironment = ({ configFolder, sessionId, workingDirectory }: Surroundings): Environment => {
  const home = homeOf(configFolder, sessionId)
  return {
    ...Object.fromEntries(off.map((name) => [name, "1"])),
    ...guardEnvironment(home),
    XDG_CACHE_HOME: `${home}/cache`,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_DATA_HOME: `${home}/data`,
    [stateVariable]: stateOf(configFolder, sessionId),
    OPENCODE_DB: `${home}/${databaseName(workingDirectory)}`,
    // In place of a file that the agent can write.
    OPENCODE_AUTH_CONTENT: "{}"
  }
}

export const sessionMark = ({ configFolder, sessionId }: Pick<Surroundings, "configFolder" | "sessionId">): string =>
  `${stateVariable}=${stateOf(configFolder, sessionId)}`

export const ofOtherSessions: ReadonlySet<string> = new Set([
  "OPENCODE",
  "OPENCODE_BIN_PATH",
  "OPENCODE_CLIENT",
  "OPENCODE_CONFIG",
  "OPENCODE_CONFIG_CONTENT",
  "OPENCODE_CONFIG_DIR",
  "OPENCODE_PERMISSION",
  "OPENCODE_PID",
  "OPENCODE_SERVER_PASSWORD",
  "OPENCODE_SERVER_USERNAME",
  "OPENCODE_WORKSPACE_ID"
])

export const reachesModel = (name: string): boolean =>
  /^(?:ANTHROPIC_|OPENCODE_(?:API_KEY|AUTH_CONTENT|CONSOLE_TOKEN|MODELS_(?:PATH|URL))$)/.test(name)

export const throughBroker = ({ token, url }: { readonly url: string; readonly token: string }): Environment => ({
  [runnerNames.anthropicBaseUrl]: `${url}${messagesPath}`,
  [runnerNames.anthropicApiKey]: token
})
