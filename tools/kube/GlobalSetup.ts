/**
 * Starts a control plane for a run of the cluster tests and stops it afterwards. What is missing is said before anything starts.
 * CONTROL_PLANE=FOLDER uses one that `tools/kube/up FOLDER` has started, and leaves it running.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { define, missing, startPlane } from "./Plane.ts"
import { buildProgram } from "./Program.ts"

const setup = async (): Promise<(() => void) | undefined> => {
  const existing = process.env["CONTROL_PLANE"]
  if (existing !== undefined) {
    if (!existsSync(join(existing, "kubeconfig"))) throw new Error(`CONTROL_PLANE is ${existing}: no kubeconfig there`)
    define(existing)
    process.env["ORCHESTRATOR_PROGRAM"] = await buildProgram(existing)
    return undefined
  }
  const problem = missing()
  if (problem !== undefined) throw new Error(`The cluster tests need a control plane: ${problem}.`)
  const { folder, stop } = startPlane()
  process.env["CONTROL_PLANE"] = folder
  try {
    process.env["ORCHESTRATOR_PROGRAM"] = await buildProgram(folder)
    return stop
  } catch (error) {
    stop()
    throw error
  }
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
