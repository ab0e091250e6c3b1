/**
 * The real control plane of a command: the one that CONTROL_PLANE names, or one of its own for as long as the command runs. Its
 * controllers' own limits of requests are lifted: they would be what is measured.
 */
import { Console, Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { define, missing, startPlane } from "../../tools/kube/Plane.ts"

export class PlaneMissing extends Schema.TaggedError<PlaneMissing>()("PlaneMissing", { problem: Schema.String }) {
  override get message(): string {
    return `The benchmarks need a control plane: ${this.problem}.`
  }
}

export interface Plane {
  readonly folder: string
  /** Of a cluster administrator. */
  readonly kubeconfig: string
  readonly server: string
}

const limits = "--kube-api-qps=1000 --kube-api-burst=2000"
export const planeFlags = {
  KUBE_CONTROLLER_MANAGER_FLAGS: `${limits} --concurrent-job-syncs=20 --concurrent-gc-syncs=20`,
  KUBE_SCHEDULER_FLAGS: limits,
  // 10,000 runs of the largest size, and again when their status is written, are more than its default of 2 GiB.
  ETCD_QUOTA_BACKEND_BYTES: String(8 * 1024 ** 3)
}

const planeOf = (folder: string): Plane => {
  const kubeconfig = join(folder, "kubeconfig")
  return { folder, kubeconfig, server: /server: "([^"]+)"/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "" }
}

/** `apiOnly`: nothing but the API server and its store, where what controllers do is not part of the question. */
export const plane = Effect.fn("plane")(function*({ apiOnly }: { readonly apiOnly: boolean }) {
  const existing = process.env["CONTROL_PLANE"]
  if (existing !== undefined) {
    yield* Effect.sync(() => define(existing))
    return planeOf(existing)
  }
  const problem = missing()
  if (problem !== undefined) return yield* new PlaneMissing({ problem })
  yield* Console.log(`starting a control plane${apiOnly ? " (API server and etcd alone)" : ""} ...`)
  const { folder } = yield* Effect.acquireRelease(
    Effect.sync(() => startPlane({ apiOnly, flags: planeFlags })),
    ({ stop }) => Effect.sync(stop)
  )

  return planeOf(folder)
})
