/** Gemini CLI's command line and environment. */
import { generateContentPath } from "../../pod/Endpoint.ts"
import type { Environment } from "../../pod/Environment.ts"
import type { Invocation, Surroundings } from "../AgentCli.ts"
import { systemSettings } from "./Settings.ts"
import { homeOf } from "./Traces.ts"

export const geminiArguments = ({ model, session }: Invocation): ReadonlyArray<string> => [
  "--output-format",
  "stream-json",
  "--approval-mode",
  "yolo",
  "--skip-trust",
  "--extensions",
  "none",
  "--model",
  model,
  ...(session.resume === undefined ? ["--session-id", session.sessionId] : ["--resume", session.resume])
]

const homeVariable = "GEMINI_CLI_HOME"

export const geminiEnvironment = ({ configFolder, sessionId }: Surroundings): Environment => ({
  [homeVariable]: homeOf(configFolder, sessionId),
  // The one that was looked at, and the same on every platform.
  GEMINI_CLI_SYSTEM_SETTINGS_PATH: systemSettings,
  // Else it starts itself once more: twice the memory, and signals to the first one do nothing.
  GEMINI_CLI_NO_RELAUNCH: "true"
})

export const sessionMark = ({ configFolder, sessionId }: Pick<Surroundings, "configFolder" | "sessionId">): string =>
  `${homeVariable}=${homeOf(configFolder, sessionId)}`

export const ofOtherSessions: ReadonlySet<string> = new Set([
  "GEMINI_CLI",
  "GEMINI_CLI_CUSTOM_HEADERS",
  "GEMINI_CLI_IDE_AUTH_TOKEN",
  "GEMINI_CLI_IDE_PID",
  "GEMINI_CLI_IDE_SERVER_PORT",
  "GEMINI_CLI_IDE_SERVER_STDIO_ARGS",
  "GEMINI_CLI_IDE_SERVER_STDIO_COMMAND",
  "GEMINI_CLI_IDE_WORKSPACE_PATH",
  "GEMINI_CLI_SYSTEM_SETTINGS_PATH",
  "GEMINI_CLI_TRUST_WORKSPACE",
  "GEMINI_PTY_INFO",
  "GEMINI_SANDBOX",
  "SANDBOX"
])

export const reachesModel = (name: string): boolean =>
  /^(?:GEMINI_(?:API_KEY.*|MODEL)|GOOGLE_(?:API_KEY|APPLICATION_CREDENTIALS|GEMINI_.*|GENAI_.*|VERTEX_.*|CLOUD_ACCESS_TOKEN))$/
    .test(name)

export const throughBroker = ({ token, url }: { readonly url: string; readonly token: string }): Environment => ({
  GOOGLE_GEMINI_BASE_URL: `${url}${generateContentPath}`,
  GEMINI_API_KEY: token
})
