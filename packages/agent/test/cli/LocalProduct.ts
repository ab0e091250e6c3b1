/** `orchestrator dev --agent` as a person starts it, and its cluster's API as kubectl speaks to it. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { request } from "node:https"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { until } from "./Pod.ts"
import { executableFolder } from "./PodSpecs.ts"

const bin = fileURLToPath(new URL("../../../cli/src/bin.ts", import.meta.url))

export interface LocalProduct {
  readonly output: () => string
  /** Asks the Kubernetes API. */
  readonly kube: (method: string, path: string, body?: object) => Effect.Effect<unknown>
  /** What `kubectl get` prints of it. */
  readonly table: (path: string) => Effect.Effect<unknown>
}

const field = (kubeconfig: string, name: string) =>
  new RegExp(`"?${name}"?: *"?([^\\s",]+)`).exec(kubeconfig)?.[1] ?? ""

const asker = (kubeconfig: string, accept = "application/json"): LocalProduct["kube"] => (method, path, body) =>
  Effect.promise(() =>
    new Promise((resolve, reject) => {
      const text = readFileSync(kubeconfig, "utf8")
      const asked = request(`${field(text, "server")}${path}`, {
        method,
        ca: Buffer.from(field(text, "certificate-authority-data"), "base64"),
        headers: { authorization: `Bearer ${field(text, "token")}`, "content-type": "application/json", accept }
      }, (response) => {
        let said = ""
        response.on("data", (chunk) => {
          said += String(chunk)
        })
        response.on("end", () => {
          if ((response.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${said}`))
          else resolve(JSON.parse(said))
        })
      })
      asked.on("error", reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  )

export interface Start {
  readonly agent: string
  readonly state: string
  readonly config: string
  readonly environment: Readonly<Record<string, string>>
}

/** Runs for as long as the test's scope is open. */
export const localProduct = Effect.fnUntraced(function*({ agent, config, environment, state }: Start) {
  let output = ""
  const words = [bin, "dev", "--agent", agent, "--no-demo", "--port", "0", "--state", state, "--config", config]
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const made = spawn(process.execPath, words, {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: `${executableFolder(agent)}:${process.env["PATH"]}`,
          HOME: dirname(state),
          ...environment
        }
      })
      for (const stream of [made.stdout, made.stderr]) {
        stream.on("data", (chunk) => {
          output += String(chunk)
        })
      }
      return made
    }),
    (made) =>
      Effect.promise(() =>
        new Promise<void>((resolve) => {
          if (made.exitCode !== null || made.signalCode !== null) return resolve()
          made.once("exit", () => resolve())
          return made.kill("SIGINT")
        })
      )
  )
  const kubeconfig = join(state, "kubeconfig")
  yield* until(
    `the local product`,
    () => child.exitCode !== null || (output.includes("Ready in") && existsSync(kubeconfig))
  )
  if (child.exitCode !== null) return yield* Effect.die(new Error(output))
  const asTable = asker(kubeconfig, "application/json;as=Table;v=v1;g=meta.k8s.io")
  const product: LocalProduct = {
    output: () => output,
    kube: asker(kubeconfig),
    table: (path) => asTable("GET", path)
  }
  return product
})
