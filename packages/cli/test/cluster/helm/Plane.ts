/** A control plane of its own, since definitions and cluster roles are everybody's, with addresses that nobody else uses. */
import { Context, Effect, Layer } from "effect"
import { randomInt } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { planes } from "../ControlPlane.ts"
import { type Answer, attempt, shell, type ShellOptions } from "./Shell.ts"

export const root = join(import.meta.dirname, "../../../../..")

type Run = (args: ReadonlyArray<string>, options?: ShellOptions) => Effect.Effect<string>
type Try = (args: ReadonlyArray<string>, options?: ShellOptions) => Effect.Effect<Answer>

export class Plane extends Context.Service<Plane, {
  readonly folder: string
  readonly kubeconfig: string
  readonly server: string
  /** The third number of the addresses: 198.18.N.0/24 are Services, 198.19.N.0/24 pods (RFC 2544: never of a real network). */
  readonly number: number
  /** Environment in which `kubectl` and `helm` find this cluster. */
  readonly env: Readonly<Record<string, string>>
  readonly kubectl: Run
  readonly helm: Run
  readonly tryKubectl: Try
  readonly tryHelm: Try
}>()("test/Plane") {
  static readonly layer = Layer.effect(
    Plane,
    Effect.gen(function*() {
      // Another for each worker that runs beside this one, and for another suite's.
      const lane = Number(process.env["PLANE_LANE"] ?? Number(process.env["VITEST_POOL_ID"] ?? 0) % 2)
      const number = randomInt(0, 85) * 3 + lane
      const folder = yield* started(number)
      const kubeconfig = join(folder, "kubeconfig")
      const assets = /KUBEBUILDER_ASSETS=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8"))?.[1] ?? ""
      const env = { KUBECONFIG: kubeconfig, PATH: `${assets}:${process.env["PATH"] ?? ""}` }
      const using = (name: string) => ({
        run: (args: ReadonlyArray<string>, options: ShellOptions = {}) =>
          shell(join(assets, name), args, { cwd: root, ...options, env: { ...env, ...options.env } }),
        attempt: (args: ReadonlyArray<string>, options: ShellOptions = {}) =>
          attempt(join(assets, name), args, { cwd: root, ...options, env: { ...env, ...options.env } })
      })
      const [kubectl, helm] = [using("kubectl"), using("helm")]
      return {
        folder,
        kubeconfig,
        server: /server: "([^"]+)"/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "",
        number,
        env,
        kubectl: kubectl.run,
        helm: helm.run,
        tryKubectl: kubectl.attempt,
        tryHelm: helm.attempt
      }
    })
  )
}

const started = (number: number) =>
  Effect.acquireRelease(
    Effect.gen(function*() {
      const folder = mkdtempSync(join(planes(), "helm-"))
      yield* shell(join(root, "tools/kube/up"), [folder], { env: { KUBE_SERVICE_RANGE: `198.18.${number}.0/24` } })
      return folder
    }),
    (folder) =>
      Effect.andThen(
        attempt(join(root, "tools/kube/down"), [folder, "--delete"]),
        Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
      )
  )
