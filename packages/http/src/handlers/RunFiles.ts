/** The rendered files of a run's newest attempt, from its ConfigMap. */
import { runUidLabel } from "@orchestrator/domain/Labels"
import { phaseOf, statusText } from "@orchestrator/domain/RunView"
import { ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect } from "effect"
import { FilesNotAvailable } from "../contract/Problem.ts"
import { readProblem } from "./ClusterProblems.ts"
import { getRun, refOf, type RunAccess } from "./RunAccess.ts"

const absent = (detail: string, hint: string) => new FilesNotAvailable({ detail, hint })

const removed = (configMap: string) =>
  absent(
    `The ConfigMap ${configMap} no longer exists: files are removed some time after the run ends`,
    "Keep them longer with the cleanup settings, or start the next attempt"
  )

/** Only a ConfigMap that bears the run's own uid is shown: a name in a status is no permission to read another's. */
export const runFiles = Effect.fn("http.runFiles")(function*(runs: RunAccess, name: string) {
  const run = yield* getRun(runs, name)
  const configMap = statusText(run, "configmapName")
  if (configMap === undefined) {
    return yield* absent(
      `The run is ${phaseOf(run)} and its files have not been created yet`,
      "Try again once it has started"
    )
  }
  const found = yield* runs.client.get(ConfigMapKind, refOf(runs, configMap)).pipe(
    Effect.catchIf(hasReason("NotFound"), () => Effect.fail(removed(configMap))),
    Effect.catchTag("KubernetesError", (error) => Effect.fail(readProblem(runs.kind.kind, name)(error)))
  )
  return found.metadata.labels?.[runUidLabel] === run.metadata.uid
    ? { configMap, files: found.data ?? {} }
    : yield* removed(configMap)
})
