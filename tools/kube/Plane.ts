/**
 * A control plane for tests and benchmarks: what is missing for one, and one that is started by `tools/kube/up`, with our definitions in it.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const binaries = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"]

/** What is missing, in words that say what to do; undefined when there is nothing. */
export const missing = (): string | undefined => {
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
export const define = (folder: string) => {
  const script =
    `. "$1/env" && kubectl apply --server-side -f "$2" && kubectl wait --for=condition=Established --timeout=180s -f "$2"`
  const definitions = join(import.meta.dirname, "../../crds/platform-crds.yaml")
  execFileSync("bash", ["-c", script, "define", folder, definitions], { stdio: ["ignore", "ignore", "inherit"] })
}

export interface StartedPlane {
  readonly folder: string
  readonly stop: () => void
}

export interface PlaneOptions {
  /** Where it lies; one of its own without. */
  readonly folder?: string
  /** Without controllers and scheduler. */
  readonly apiOnly?: boolean
  /** Further flags by their variable, see `up`. */
  readonly flags?: Readonly<Record<string, string>>
}

/** Starts one. */
export const startPlane = ({ apiOnly = false, flags = {}, ...options }: PlaneOptions = {}): StartedPlane => {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "orchestrator-control-plane-"))
  const run = (name: string, ...args: ReadonlyArray<string>) =>
    void execFileSync(join(import.meta.dirname, name), args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...flags }
    })
  try {
    run("up", folder, ...(apiOnly ? ["--api-only"] : []))
    define(folder)
  } catch (error) {
    if (existsSync(join(folder, "pids"))) run("down", folder)
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return { folder, stop: () => run("down", folder, "--delete") }
}

/** The control plane of a worker of vitest, in the folder of all; started when the worker's first file asks. */
export const planeOfWorker = (home: string): string => {
  const folder = join(home, process.env["VITEST_POOL_ID"] ?? "1")
  const ready = join(folder, "ready")
  if (existsSync(ready)) return folder
  // What a worker that died meanwhile has begun.
  if (existsSync(folder)) execFileSync(join(import.meta.dirname, "down"), [folder, "--delete"], { stdio: "ignore" })
  startPlane({ folder })
  writeFileSync(ready, "")
  return folder
}
