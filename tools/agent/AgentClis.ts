/** The CLIs of the agents beside Claude Code, each of the version that images get, installed into a cache folder once. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"

export interface AgentPackage {
  readonly name: string
  /** Name of the wrapping package, whose newest version is the agent's. */
  readonly published: string
  readonly pinned: string
  /** What is installed, in npm's words. */
  readonly wanted: (version: string) => string
  /** What the executable needs beside it, below the cache folder. */
  readonly folder: string
  /** The executable in it. */
  readonly executable: string
}

const machine = process.arch === "arm64" ? "arm64" : "x64"
const triple = machine === "arm64" ? "aarch64-unknown-linux-musl" : "x86_64-unknown-linux-musl"

export const agentPackages: ReadonlyArray<AgentPackage> = [
  {
    name: "codex",
    published: "@openai/codex",
    pinned: "0.171.0",
    wanted: (version) => `@openai/codex-linux-${machine}@npm:@openai/codex@${version}-linux-${machine}`,
    folder: `node_modules/@openai/codex-linux-${machine}/vendor/${triple}`,
    executable: "bin/codex"
  },
  {
    name: "gemini",
    published: "@google/gemini-cli",
    pinned: "0.61.0",
    wanted: (version) => `@google/gemini-cli@${version}`,
    folder: "node_modules",
    executable: ".bin/gemini"
  },
  {
    name: "opencode",
    published: "opencode-ai",
    pinned: "1.18.33",
    wanted: (version) => `opencode-linux-${machine}@${version}`,
    folder: `node_modules/opencode-linux-${machine}`,
    executable: "bin/opencode"
  }
]

/** By which the tests are told of another version. */
export const versionVariable = ({ name }: AgentPackage): string => `AGENT_VERSION_${name.toUpperCase()}`

/** The version that the tests are run with. */
const testedVersion = (agent: AgentPackage): string => process.env[versionVariable(agent)] ?? agent.pinned

const cacheFolder = (agent: AgentPackage): string =>
  join(
    process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
    "orchestrator",
    `${agent.name}-${testedVersion(agent)}`
  )

/** Where the tests find an agent: a folder to mount, and the folder in it that goes on the PATH. */
export interface InstalledCli {
  readonly folder: string
  readonly bin: string
}

/** No script of a package is run. */
export const installAgent = (agent: AgentPackage): InstalledCli => {
  const cache = cacheFolder(agent)
  const folder = join(cache, agent.folder)
  const executable = join(folder, agent.executable)
  if (!existsSync(executable)) {
    mkdirSync(cache, { recursive: true })
    const wanted = agent.wanted(testedVersion(agent))
    spawnSync("npm", ["install", "--prefix", cache, "--no-save", "--ignore-scripts", "--omit=optional", wanted], {
      stdio: "ignore"
    })
  }
  if (!existsSync(executable)) {
    throw new Error(
      `The tests with the real ${agent.name} need npm and its registry: ${agent.published} ${
        testedVersion(agent)
      } has left no ` +
        `${agent.executable} in ${folder}`
    )
  }
  return { folder, bin: dirname(agent.executable) }
}
