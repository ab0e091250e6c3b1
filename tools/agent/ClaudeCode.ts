/** The Claude Code CLI of a version, installed into a cache folder outside of the repository the first time that it is asked for. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/** The version whose behaviour the runner was written for, and which images get. */
export const pinnedClaudeCode = "2.1.332"

/** The version that the tests are run with. */
export const testedClaudeCode = process.env["CLAUDE_CODE_VERSION"] ?? pinnedClaudeCode

interface Package {
  readonly name: string
  /** Whether the package is JavaScript, as all were once. */
  readonly script: boolean
}

/** Packages that may have this version for this machine, the first choice first. */
const packages = (): ReadonlyArray<Package> => [
  ...(process.platform === "linux" && ["x64", "arm64"].includes(process.arch)
    ? [{ name: `@anthropic-ai/claude-code-linux-${process.arch}`, script: false }]
    : []),
  { name: "@anthropic-ai/claude-code", script: true }
]

const cacheFolder = (): string =>
  process.env["CLAUDE_CODE_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "orchestrator", `claude-code-${testedClaudeCode}`)

const answers = (executable: string): boolean => {
  const { status, stdout } = spawnSync(executable, ["--version"], { encoding: "utf8" })
  return status === 0 && stdout.startsWith(testedClaudeCode)
}

const install = (folder: string, name: string): boolean => {
  const words = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", `${name}@${testedClaudeCode}`]
  return spawnSync("npm", words, { stdio: "ignore" }).status === 0
}

/** Path of an executable of the version. About 400 MB are loaded the first time. */
export const installClaudeCode = (): string => {
  const folder = cacheFolder()
  mkdirSync(folder, { recursive: true })
  for (const { name, script } of packages()) {
    const home = join(folder, "node_modules", name)
    const executable = join(home, "claude")
    if (existsSync(executable) && answers(executable)) return executable
    if (!install(folder, name)) continue
    if (script && existsSync(join(home, "cli.js"))) {
      writeFileSync(executable, "#!/bin/sh\nexec node \"${0%/*}/cli.js\" \"$@\"\n", { mode: 0o755 })
    }
    if (answers(executable)) return executable
  }
  throw new Error(
    `The tests with the real Claude Code CLI need npm, its registry and 400 MB in ${folder} (or in CLAUDE_CODE_CACHE): ` +
      `no package of version ${testedClaudeCode} has left a claude there that runs on ${process.platform} ${process.arch}: ` +
      packages().map(({ name }) => name).join(", ")
  )
}
