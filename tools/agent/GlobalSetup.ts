/**
 * Before the tests with the real CLI: says what is missing, installs the CLI, and leaves what a pod's init container leaves: runner and
 * broker as bundles. The tests find them by AGENT_TEST_PARTS, AGENT_TEST_CLAUDE and AGENT_TEST_CLIS.
 */
import { NodeServices } from "@effect/platform-node"
import { prepareFromImage } from "@orchestrator/agent/runner/Prepare"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../build/Bundle.ts"
import { programs } from "../build/Programs.ts"
import { agentPackages, installAgent } from "./AgentClis.ts"
import { installClaudeCode } from "./ClaudeCode.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

const needed: Readonly<Record<string, { readonly found: () => boolean; readonly from: string }>> = {
  bash: { found: () => answers("bash", "--version"), from: "bash" },
  git: { found: () => answers("git", "--version"), from: "git" },
  npm: { found: () => answers("npm", "--version"), from: "npm" },
  openssl: { found: () => answers("openssl", "version"), from: "openssl" },
  ssh: { found: () => answers("ssh", "-V"), from: "openssh-client" },
  sshd: {
    found: () => ["/usr/sbin", "/usr/local/sbin", "/usr/bin"].some((folder) => existsSync(`${folder}/sshd`)),
    from: "openssh-server"
  }
}

const answers = (command: string, word: string) => spawnSync(command, [word], { stdio: "ignore" }).status === 0

const isolates = () =>
  spawnSync("bwrap", [
    ...["--unshare-user", "--uid", "1000", "--unshare-pid", "--as-pid-1", "--cap-drop", "ALL"],
    ...["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]
  ], { stdio: "ignore" }).status === 0

const makeParts = (folder: string) =>
  Effect.gen(function*() {
    yield* bundle(root, programs.runner, false, folder)
    yield* bundle(root, programs.broker, false, folder)
    yield* prepareFromImage({
      folder: join(folder, "prepared"),
      node: process.execPath,
      bundle: join(folder, "runner.mjs")
    })
  }).pipe(Effect.provide(NodeServices.layer))

const setup = async (): Promise<() => void> => {
  const missing = Object.entries(needed).filter(([, { found }]) => !found())
  if (missing.length > 0) {
    throw new Error(
      `The tests with the real Claude Code CLI need ${missing.map(([name]) => name).join(", ")}. ` +
        `On Debian: apt-get install ${missing.map(([, { from }]) => from).join(" ")}`
    )
  }
  process.env["AGENT_TEST_CLAUDE"] = installClaudeCode()
  process.env["AGENT_TEST_CLIS"] = JSON.stringify(
    Object.fromEntries(agentPackages.map((agent) => [agent.name, installAgent(agent)]))
  )
  const folder = mkdtempSync(join(tmpdir(), "agent-parts-"))
  process.env["AGENT_TEST_PARTS"] = folder
  process.env["AGENT_TEST_BUBBLEWRAP"] = isolates() ? "yes" : "no"
  if (!isolates()) {
    process.stderr.write(
      "bubblewrap is missing or not allowed here: the containers of a pod are plain processes that see each other, and what\n" +
        "needs isolation (managed settings, /proc, the broker's files) is skipped. On Debian: apt-get install bubblewrap\n"
    )
  }
  await Effect.runPromise(makeParts(folder))
  return () => rmSync(folder, { recursive: true, force: true })
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
