/** Somebody who deletes runs that have ended some time ago, as installations do, and remembers how each had ended. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import type { Left } from "../chaos/Ends.ts"
import { leftOf } from "../chaos/Rest.ts"

const isOld = ({ metadata }: CustomObject, seconds: number) =>
  Date.now() - Date.parse(metadata.creationTimestamp ?? "") > seconds * 1000

const keyOf = (name: unknown, namespace: string | undefined) => `${namespace}/${String(name)}`

/** What a run that has not ended depends on. */
const neededBy = ({ metadata: { namespace }, spec: { dependsOn }, status }: CustomObject): ReadonlyArray<string> =>
  isTerminal(String(status?.["phase"] ?? "")) || !Array.isArray(dependsOn)
    ? []
    : dependsOn.map((name) => keyOf(name, namespace))

export const makeTidy = Effect.fnUntraced(function*(keptSeconds: number) {
  const client = yield* KubernetesClient
  const tidied: Array<Left> = []
  const look = Effect.forEach([CodeRunKind, DocsRunKind], (kind) =>
    Effect.gen(function*() {
      const { items } = yield* client.list(kind)
      // Somebody may still wait for it.
      const needed = new Set(items.flatMap(neededBy))
      const old = items.filter((run) =>
        isOld(run, keptSeconds) && !needed.has(keyOf(run.metadata.name, run.metadata.namespace))
      )
      yield* Effect.forEach(old, (run) => {
        const left = leftOf(kind, run)
        const { metadata: { name = "", namespace = "", resourceVersion = "", uid = "" } } = run
        if (!isTerminal(left.phase) || left.versions[0] > left.versions[1]) return Effect.void
        return client.delete(kind, { name, namespace }, {
          propagationPolicy: "Background",
          uid,
          resourceVersion
        }).pipe(Effect.andThen(Effect.sync(() => void tidied.push(left))), Effect.ignore)
      }, { concurrency: 4, discard: true })
    }), { discard: true })
  // While the API server is away nothing is tidied.
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("10 seconds"), Effect.ignore(look))))
  return { tidied: tidied as ReadonlyArray<Left> }
})
