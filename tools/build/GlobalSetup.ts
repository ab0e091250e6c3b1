/** A folder in which a run of the tests keeps the bundles of the pod's programs. Who first needs one makes it (`fixtures/Programs.ts`). */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const setup = (): () => void => {
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-programs-"))
  // Some tests start the runner as somebody else.
  chmodSync(folder, 0o755)
  process.env["POD_PROGRAMS"] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
