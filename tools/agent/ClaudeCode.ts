/** The pinned Claude Code CLI, installed into a cache folder outside of the repository the first time that it is asked for. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/** The version whose behaviour the runner was written for. */
const claudeCodeVersion = "2.1.197"

/** The npm package with the executable for this machine; undefined where there is none. */
const packageName = (): string | undefined => {
  const known = process.platform === "linux" && ["x64", "arm64"].includes(process.arch)
  return known ? `@anthropic-ai/claude-code-linux-${process.arch}` : undefined
}

const cacheFolder = (): string =>
  process.env["CLAUDE_CODE_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "orchestrator", `claude-code-${claudeCodeVersion}`)

const answers = (executable: string): boolean => {
  const { status, stdout } = spawnSync(executable, ["--version"], { encoding: "utf8" })
  return status === 0 && stdout.startsWith(claudeCodeVersion)
}

/** Path of an executable of the pinned version. About 250 MB are loaded the first time. */
export const installClaudeCode = (): string => {
  const name = packageName()
  if (name === undefined) {
    throw new Error(`There is no Claude Code for ${process.platform} on ${process.arch} that these tests know.`)
  }
  const folder = cacheFolder()
  const executable = join(folder, "node_modules", name, "claude")
  if (existsSync(executable) && answers(executable)) return executable
  mkdirSync(folder, { recursive: true })
  const words = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", `${name}@${claudeCodeVersion}`]
  const { status } = spawnSync("npm", words, { stdio: ["ignore", "ignore", "inherit"] })
  if (status !== 0 || !answers(executable)) {
    throw new Error(
      `The tests with the real Claude Code CLI need npm, its registry and 250 MB in ${folder} (or in CLAUDE_CODE_CACHE): ` +
        `npm ${words.join(" ")} has left no ${executable} that runs.`
    )
  }
  return executable
}
