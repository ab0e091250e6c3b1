/** The demo run: submitted once per state folder, from the manifest in `examples/`, for the first task of the demo project. */
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, FileSystem, Path } from "effect"
import { parse } from "yaml"

/** Not the name in the manifest, which is there for a person to apply. */
export const demoRun = "demo"

interface Demo {
  readonly examples: string
  readonly namespace: string
  /** Of the agent that a person has chosen; the manifest's is Claude Code's. */
  readonly model: string
}

/** Creates the run; one that is there stays as it is. */
export const submitDemo = Effect.fn("Demo.submit")(function*({ examples, model, namespace }: Demo) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const client = yield* KubernetesClient
  const manifest: CustomObject = parse(yield* files.readFileString(path.join(examples, "coderun.yaml")))
  const run = { ...manifest, metadata: { name: demoRun, namespace }, spec: { ...manifest.spec, model, taskId: 1 } }
  yield* client.create(CodeRunKind, run).pipe(
    Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
  )
  return demoRun
})
