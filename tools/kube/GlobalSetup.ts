/**
 * A folder for the control planes of a run of the cluster tests (see `Worker.ts`), with the program that they try; everything in it is stopped
 * afterwards. What is missing is said before anything starts.
 * CONTROL_PLANE=FOLDER uses one that `tools/kube/up FOLDER` has started, and leaves it running.
 */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { define, missing } from "./Plane.ts"
import { buildProgram } from "./Program.ts"

/** Also those of tests whose worker has died. */
const stopAll = async (home: string) => {
  const started = readdirSync(home).filter((name) => existsSync(join(home, name, "pids")))
  const down = (name: string) =>
    spawn(join(import.meta.dirname, "down"), [join(home, name)], { stdio: ["ignore", "ignore", "inherit"] })
  await Promise.all(started.map((name) => once(down(name), "exit")))
  rmSync(home, { recursive: true, force: true })
}

const setup = async (): Promise<(() => Promise<void>) | undefined> => {
  const existing = process.env["CONTROL_PLANE"]
  if (existing !== undefined) {
    if (!existsSync(join(existing, "kubeconfig"))) throw new Error(`CONTROL_PLANE is ${existing}: no kubeconfig there`)
    define(existing)
    process.env["ORCHESTRATOR_PROGRAM"] = await buildProgram(existing)
    return undefined
  }
  const problem = missing()
  if (problem !== undefined) throw new Error(`The cluster tests need a control plane: ${problem}.`)
  const home = mkdtempSync(join(tmpdir(), "orchestrator-control-planes-"))
  process.env["CONTROL_PLANES"] = home
  try {
    // Once, before workers ask for it at the same time.
    if (process.env["KUBEBUILDER_ASSETS"] === undefined) {
      execFileSync(join(import.meta.dirname, "build"), { stdio: ["ignore", "ignore", "inherit"] })
    }
    process.env["ORCHESTRATOR_PROGRAM"] = await buildProgram(home)
  } catch (error) {
    await stopAll(home)
    throw error
  }
  return () => stopAll(home)
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
