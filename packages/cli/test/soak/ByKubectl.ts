/** Runs that are made with kubectl itself, in a process of its own, again until the API server has it. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { apiVersionOf } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Schedule, Schema } from "effect"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { controlPlane } from "../cluster/ControlPlane.ts"

class KubectlFailed extends Schema.TaggedError<KubectlFailed>()("KubectlFailed", { message: Schema.String }) {}

const tries = 120

export const createByKubectl = (kind: Kind<CustomObject>, run: CustomObject): Effect.Effect<void, KubectlFailed> => {
  const { folder, kubeconfig } = controlPlane()
  const assets = /KUBEBUILDER_ASSETS=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8"))?.[1] ?? ""
  const manifest = JSON.stringify({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...run })
  const once = Effect.callback<void, KubectlFailed>((resume) => {
    const child = execFile(
      join(assets, "kubectl"),
      ["--kubeconfig", kubeconfig, "create", "-f", "-"],
      (error, _out, words) =>
        resume(
          error === null || words.includes("AlreadyExists") || words.includes("already exists")
            ? Effect.void
            : Effect.fail(new KubectlFailed({ message: words.trim() || error.message }))
        )
    )
    child.stdin?.on("error", () => {}).end(manifest)
  })
  return Effect.retry(once, { schedule: Schedule.spaced("1 second"), times: tries })
}
