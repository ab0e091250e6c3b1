/** Places in the agent's JSON files whose text is run: commands of hooks, of MCP servers, of helpers, and variables of the environment. */
import { isRunning } from "./ShellCommands.ts"
import { isSpecial } from "./ShellVariables.ts"

/** An object or a list of a JSON text. */
export interface JsonFrame {
  readonly list: boolean
  /** The key whose value is being read; empty where a key is. */
  readonly key: string
  /** What its key `command` holds, once it is read. */
  readonly command: string | undefined
}

const commandKeys = new Set([
  ...[
    "command",
    "apiKeyHelper",
    "awsAuthRefresh",
    "awsCredentialExport",
    "gcpAuthRefresh",
    "headersHelper",
    "otelHeadersHelper"
  ]
])

/** Commands that run their arguments, or fetch what they name and run it. */
const launchers = /^(?:npx|pnpx|bunx|uvx|pipx|uv|docker|podman|kubectl|env|sudo|nohup|timeout|cmd|powershell|pwsh)$/

/** Says where the agent's requests, and with them its credentials, go. */
const routes = /^(?:ANTHROPIC_(?:\w*BASE_URL|AUTH_TOKEN|API_KEY|CUSTOM_HEADERS)|CLAUDE_CODE_\w+)$/

const base = (command: string): string => command.slice(command.lastIndexOf("/") + 1)

/** Why a text must not stand here, if so. */
export const jsonHazard = (frames: ReadonlyArray<JsonFrame>): string | undefined => {
  const keys = frames.map(({ key }) => key)
  const command = keys.find((key) => commandKeys.has(key))
  if (command !== undefined) return `is in "${command}", which is run; name a file of the run there, such as a hook`
  const holder = frames.find(({ key }) => key === "args")
  if (holder !== undefined) {
    if (holder.command === undefined) return "is in \"args\" before their \"command\" is known; write \"command\" first"
    const name = base(holder.command)
    if (name === "" || isRunning(name) || launchers.test(name)) {
      return `is in "args" of ${name || "a command"}, which runs them; use "env"`
    }
  }
  const at = keys.indexOf("env")
  if (at === -1 || at + 1 >= keys.length) return undefined
  const variable = keys[at + 1] ?? ""
  if (variable === "") return "is the name of a variable of the environment"
  return isSpecial(variable) || routes.test(variable)
    ? `is the variable ${variable}, which is run, or says what is run or where requests go`
    : undefined
}
