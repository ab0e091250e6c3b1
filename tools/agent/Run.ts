/**
 * `npm run test:agent`: vitest with the words that it is given, on the pinned agents, on another version of one (`--claude VERSION`,
 * `--codex VERSION`), or on the newest release of each (`--latest`), which says what has changed.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { agentPackages, versionVariable } from "./AgentClis.ts"
import { changesWithVersions, type TestReport } from "./Changes.ts"
import { pinnedClaudeCode } from "./ClaudeCode.ts"

interface Agent {
  readonly name: string
  readonly published: string
  readonly pinned: string
  readonly variable: string
}

const agents: ReadonlyArray<Agent> = [
  {
    name: "claude",
    published: "@anthropic-ai/claude-code",
    pinned: pinnedClaudeCode,
    variable: "CLAUDE_CODE_VERSION"
  },
  ...agentPackages.map((agent) => ({ ...agent, variable: versionVariable(agent) }))
]

const say = (text: string) => process.stderr.write(`${text}\n`)

const fail = (text: string): never => {
  say(text)
  return process.exit(2)
}

const newestOf = ({ published }: Agent): string => {
  const { stdout } = spawnSync("npm", ["view", published, "dist-tags.latest"], { encoding: "utf8" })
  const version = stdout.trim()
  return /^\d+\.\d+\.\d+$/.test(version)
    ? version
    : fail(`npm view ${published}: expected a version, found: ${version}`)
}

const words = process.argv.slice(2)
const changed: Array<{ readonly name: string; readonly from: string; readonly to: string }> = []

for (const agent of agents) {
  const at = words.indexOf(`--${agent.name}`)
  if (at < 0) continue
  const [, version = ""] = words.splice(at, 2)
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    fail(`--${agent.name} takes a version such as ${agent.pinned}, found: ${version}`)
  }
  process.env[agent.variable] = version
}

const latest = words.indexOf("--latest")
if (latest >= 0) {
  words.splice(latest, 1)
  for (const agent of agents) {
    const newest = newestOf(agent)
    process.env[agent.variable] = newest
    if (newest !== agent.pinned) changed.push({ name: agent.name, from: agent.pinned, to: newest })
    say(
      newest === agent.pinned
        ? `${agent.name}: ${newest} is the pinned one`
        : `${agent.name}: ${agent.pinned} -> ${newest}`
    )
  }
}

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url))
const configured = ["run", "--config", "vitest.agent.config.ts", ...words]

if (latest < 0) {
  process.argv.splice(2, Infinity, ...configured)
  await import(vitest)
} else {
  const folder = mkdtempSync(join(tmpdir(), "agent-report-"))
  const file = join(folder, "report.json")
  const { status } = spawnSync(
    process.execPath,
    [vitest, ...configured, "--reporter=default", "--reporter=json", `--outputFile=${file}`],
    { stdio: "inherit" }
  )
  const report: TestReport = JSON.parse(readFileSync(file, "utf8"))
  rmSync(folder, { recursive: true })
  for (const line of changesWithVersions(changed, report)) say(line)
  process.exitCode = status ?? 1
}
