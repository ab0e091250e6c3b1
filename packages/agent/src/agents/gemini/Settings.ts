/**
 * Gemini CLI's settings. Whether a repository's count is decided by the system's file, which is the image's and root's: without it a
 * repository could say so itself. Everything else is in the file of the session's home.
 */
import { Effect, FileSystem, Option, Schema } from "effect"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { Invocation, McpServer } from "../AgentCli.ts"

export const systemSettings = "/etc/gemini-cli/settings.json"

const serverOf = ({ args = [], command, env = {}, headers = {}, url }: McpServer) =>
  command === undefined
    ? { httpUrl: url ?? "", headers, trust: true }
    : { command, args, env, trust: true }

export const settingsOf = ({ files, maxTurns }: Pick<Invocation, "files" | "maxTurns">) => ({
  // Else it looks for a key in the variables' file of a repository that it trusts, and takes all of them.
  security: { auth: { selectedType: "gemini-api-key", useExternal: true }, folderTrust: { enabled: true } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 3 },
  advanced: { ignoreLocalEnv: true },
  hooksConfig: { enabled: false },
  tools: {
    discoveryCommand: "",
    shell: { enableInteractiveShell: false },
    exclude: ["enter_plan_mode", "google_web_search", "invoke_agent", "web_fetch"]
  },
  context: { fileName: ["AGENTS.md", "GEMINI.md"], includeDirectories: [] },
  skills: { enabled: false },
  experimental: { enableAgents: false },
  ...(maxTurns === undefined ? {} : { model: { maxSessionTurns: maxTurns } }),
  mcpServers: Object.fromEntries(files.mcpServers.map((server) => [server.name, serverOf(server)])),
  ...(files.mcpServers.length === 0 ? {} : { mcp: { allowed: files.mcpServers.map(({ name }) => name) } })
})

const decodeTrust = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({
  security: Schema.Struct({ folderTrust: Schema.Struct({ enabled: Schema.Literal(true) }) })
})))

/** The file and the folders above it, from the root on. */
const above = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/").slice(1)
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)]
}

/** A file or a folder, as it counts for whoever must not have written it; without an owner: it is not there. */
export interface Step {
  readonly path: string
  readonly owner: number | undefined
  readonly mode: number
}

/** What would have the file ignored, or is missing in it. */
export const systemProblem = (steps: ReadonlyArray<Step>, text: string): string | undefined => {
  for (const { mode, owner, path } of steps) {
    if (owner === undefined) return `no ${path}`
    if (owner !== 0 || (mode & 0o022) !== 0) return `${path} owned or writable by others`
  }
  return Option.isNone(decodeTrust(text)) ? "other settings" : undefined
}

/** Fails where the system's file would be ignored or does not say what we rely on: Gemini CLI itself goes on without a word. */
export const checkSystemSettings = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const steps = yield* Effect.forEach(above(systemSettings), (path) =>
    fs.stat(path).pipe(
      Effect.map((info): Step => ({ path, owner: Option.getOrElse(info.uid, () => -1), mode: info.mode })),
      Effect.orElseSucceed((): Step => ({ path, owner: undefined, mode: 0 }))
    ))
  const text = yield* fs.readFileString(systemSettings).pipe(Effect.orElseSucceed(() => ""))
  const found = systemProblem(steps, text)
  if (found !== undefined) {
    return yield* setupFailed(
      `the agent's image needs ${systemSettings} with {"security":{"folderTrust":{"enabled":true}}}, owned by root with every folder `
        + `above it; found ${found}: set agent.images.gemini to an image that has it; on your own machine make it as root`
    )
  }
})
