/** The demo run: submitted once per state folder, from the manifest in `examples/`. */
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, FileSystem, Path } from "effect"
import { parse } from "yaml"

export const demoRun = "hello-api"

/** Creates the run of `examples/coderun.yaml`; one that is there stays as it is. */
export const submitDemo = Effect.fn("Demo.submit")(function*(examples: string, namespace: string) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const client = yield* KubernetesClient
  const manifest: CustomObject = parse(yield* files.readFileString(path.join(examples, "coderun.yaml")))
  yield* client.create(CodeRunKind, { ...manifest, metadata: { ...manifest.metadata, namespace } }).pipe(
    Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
  )
  return manifest.metadata.name ?? demoRun
})
