/**
 * What the tests of the package need: the client and Effect, packed, and Node 22. That comes from the registry once and stays in the
 * folder for temporary files; `NODE_22` names one that is there.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const node22 = "22.23.5"
const root = fileURLToPath(new URL("../..", import.meta.url))

const run = (command: string, args: ReadonlyArray<string>, cwd: string): void => {
  execFileSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] })
}

const foundNode22 = (): string => {
  const given = process.env["NODE_22"]
  if (given !== undefined) return given
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(tmpdir(), `orchestrator-node-${node22}`)
  const binary = join(folder, "node_modules", name, "bin", "node")
  if (!existsSync(binary)) {
    run("npm", ["install", "--silent", "--prefix", folder, "--no-save", `${name}@${node22}`], tmpdir())
  }
  return binary
}

const setup = (): () => void => {
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-client-"))
  run(process.execPath, ["tools/buildClient.ts"], root)
  for (const packed of ["dist/client", "node_modules/effect"]) {
    run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, join(root, packed)], root)
  }
  process.env["CLIENT_PACKAGES"] = folder
  process.env["NODE_22"] = foundNode22()
  return () => rmSync(folder, { recursive: true, force: true })
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
