/**
 * Gemini CLI's command line and environment. A file of variables in the repository sets whatever is not set: what would redirect or
 * instruct it is, to nothing.
 */
import { generateContentPath } from "../../pod/Endpoint.ts"
import type { Environment } from "../../pod/Environment.ts"
import type { Invocation, Surroundings } from "../AgentCli.ts"
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

/** Ways to other models, to instructions and to programs. */
const guarded = [
  "ALL_PROXY",
  "GEMINI_CLI_CUSTOM_HEADERS",
  "GEMINI_CLI_TRUSTED_FOLDERS_PATH",
  "GEMINI_CLI_TRUST_WORKSPACE",
  "GEMINI_CLI_USE_COMPUTE_ADC",
  "GEMINI_SANDBOX",
  "GEMINI_SANDBOX_PROXY_COMMAND",
  "GEMINI_SYSTEM_MD",
  "GEMINI_WRITE_SYSTEM_MD",
  "GOOGLE_GENAI_USE_GCA",
  "GOOGLE_GENAI_USE_VERTEXAI",
  "GOOGLE_VERTEX_BASE_URL",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NODE_OPTIONS",
  "all_proxy",
  "http_proxy",
  "https_proxy"
]

const homeVariable = "GEMINI_CLI_HOME"

export const geminiEnvironment = ({ configFolder, environment, sessionId }: Surroundings): Environment => ({
  ...Object.fromEntries(guarded.map((name) => [name, environment[name] ?? ""])),
  [homeVariable]: homeOf(configFolder, sessionId),
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
