/**
 * Starts a control plane for a run of the cluster tests and stops it afterwards. What is missing is said before anything starts.
 * CONTROL_PLANE=FOLDER uses one that `tools/kube/up FOLDER` has started, and leaves it running.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const binaries = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"]

/** What is missing, in words that say what to do; undefined when there is nothing. */
const missing = (): string | undefined => {
  const needs = ["bash", "openssl", "python3", "git"].filter((name) => !answers(name, "--version", "version"))
  if (needs.length > 0) return `needed and not found: ${needs.join(", ")}`
  const assets = process.env["KUBEBUILDER_ASSETS"]
  if (assets !== undefined) {
    const absent = binaries.filter((name) => !existsSync(join(assets, name)))
    return absent.length === 0 ? undefined : `KUBEBUILDER_ASSETS is ${assets}, which lacks ${absent.join(", ")}`
  }
  const go = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" })
  const version = /^go1\.(\d+)/.exec(go.stdout ?? "")
  if (version !== null && Number(version[1]) >= 26) return undefined
  return `found ${
    version === null ? "no Go" : version[0]
  }, and KUBEBUILDER_ASSETS is not set. Install Go 1.26 or newer ` +
    "(the control plane is then built from its module proxy, once, in about 12 minutes), or set KUBEBUILDER_ASSETS to a " +
    `folder with ${binaries.join(", ")}`
}

const answers = (command: string, ...args: ReadonlyArray<string>) =>
  args.some((arg) => spawnSync(command, [arg], { stdio: "ignore" }).status === 0)

/** Our definitions, which every test expects. */
const define = (folder: string) => {
  const script =
    `. "$1/env" && kubectl apply --server-side -f "$2" && kubectl wait --for=condition=Established --timeout=30s -f "$2"`
  const definitions = join(import.meta.dirname, "../../crds/platform-crds.yaml")
  execFileSync("bash", ["-c", script, "define", folder, definitions], { stdio: ["ignore", "ignore", "inherit"] })
}

const setup = (): (() => void) | undefined => {
  const existing = process.env["CONTROL_PLANE"]
  if (existing !== undefined) {
    if (!existsSync(join(existing, "kubeconfig"))) throw new Error(`CONTROL_PLANE is ${existing}: no kubeconfig there`)
    define(existing)
    return undefined
  }
  const problem = missing()
  if (problem !== undefined) throw new Error(`The cluster tests need a control plane: ${problem}.`)
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-control-plane-"))
  const run = (name: string, ...args: ReadonlyArray<string>) =>
    execFileSync(join(import.meta.dirname, name), args, { stdio: ["ignore", "ignore", "inherit"] })
  try {
    run("up", folder)
    define(folder)
  } catch (error) {
    if (existsSync(join(folder, "pids"))) run("down", folder)
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  process.env["CONTROL_PLANE"] = folder
  return () => run("down", folder, "--delete")
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
