/**
 * One Gitea for a run of the forge tests, stopped and deleted afterwards. FORGE_URL, FORGE_TOKEN and FORGE_PASSWORD name one that
 * `tools/forge/up FOLDER` has started, which stays.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const run = (program: string, ...words: ReadonlyArray<string>) =>
  execFileSync(join(import.meta.dirname, program), words, { stdio: ["ignore", "ignore", "inherit"] })

const setup = (): (() => void) | undefined => {
  if (process.env["FORGE_URL"] !== undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-forge-"))
  const stop = () => {
    run("down", folder, "--delete")
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    run("up", folder)
    for (const [, name = "", value = ""] of readFileSync(join(folder, "env"), "utf8").matchAll(/(FORGE_\w+)=(\S+)/g)) {
      process.env[name] = value
    }
  } catch (error) {
    stop()
    throw error
  }
  return stop
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
