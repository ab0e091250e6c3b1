/** One kind of run in the namespace of a request: what all requests for it have in common. */
import { type AnyRunKind, everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { type Kind, runResources } from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type Patch } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Option } from "effect"
import { Requester } from "../contract/Access.ts"
import { AskedNamespace } from "../services/AskedNamespace.ts"
import { noteRun } from "../services/Audit.ts"
import { EvidenceStore } from "../services/EvidenceStore.ts"
import { HttpSettings, type HttpSettingsValue } from "../services/HttpSettings.ts"
import { Lines } from "../services/Lines.ts"
import { Previews } from "../services/Previews.ts"
import { RunCache } from "../services/RunCache.ts"
import { AnswerTexts } from "./AnswerTexts.ts"
import { readProblem, updateProblem } from "./ClusterProblems.ts"
import { nobody, requestedBy } from "./RequestedBy.ts"

export interface RunAccess {
  readonly client: KubernetesClient["Service"]
  /** Their namespace is the one that is asked for. */
  readonly settings: HttpSettingsValue
  readonly kind: AnyRunKind
  readonly resource: Kind<CustomObject>
  /** Absent where no controller runs beside the API. */
  readonly lines: Lines["Service"] | undefined
  /** Absent where nothing is kept. */
  readonly evidence: EvidenceStore["Service"] | undefined
  readonly previews: Previews["Service"] | undefined
  /** Absent where nobody follows the runs of the cluster. */
  readonly cache: RunCache["Service"] | undefined
  readonly texts: AnswerTexts["Service"]
}

const ownRuns = Effect.fnUntraced(function*(kind: AnyRunKind) {
  const client = yield* KubernetesClient
  const settings = yield* HttpSettings
  const texts = yield* AnswerTexts
  const evidence = Option.getOrUndefined(yield* Effect.serviceOption(EvidenceStore))
  const lines = Option.getOrUndefined(yield* Effect.serviceOption(Lines))
  const cache = Option.getOrUndefined(yield* Effect.serviceOption(RunCache))
  const previews = Option.getOrUndefined(yield* Effect.serviceOption(Previews))
  const resource = runResources[kind.kind]
  return { client, settings, lines, evidence, previews, cache, texts, kind, resource } satisfies RunAccess
})

/** Made once; what it answers with is the kind in the namespace of each request. */
export const runAccess = (kind: AnyRunKind) =>
  Effect.map(ownRuns(kind), (own) =>
    Effect.map(
      AskedNamespace,
      (namespace): RunAccess => namespace === undefined ? own : { ...own, settings: { ...own.settings, namespace } }
    ))

/** Of every kind. */
export const everyKind = Effect.map(Effect.forEach(everyRunKind, runAccess), Effect.all)

export const refOf = ({ settings }: RunAccess, name: string) => ({ name, namespace: settings.namespace })

export const getRun = Effect.fn("http.getRun")((runs: RunAccess, name: string) =>
  runs.client.get(runs.resource, refOf(runs, name)).pipe(Effect.mapError(readProblem(runs.kind.kind, name)))
)

/** Background propagation: Kubernetes removes what the run owns. */
export const deleteRun = Effect.fn("http.deleteRun")((runs: RunAccess, name: string) =>
  Effect.andThen(
    noteRun(name),
    runs.client.delete(runs.resource, refOf(runs, name), { propagationPolicy: "Background" }).pipe(
      Effect.mapError(readProblem(runs.kind.kind, name)),
      Effect.asVoid
    )
  )
)

const isKubernetesError = (error: unknown): error is KubernetesError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "KubernetesError"

/**
 * Changes a run as it is now: what to merge into it is decided on what was read, and holds only for that revision. When somebody else was
 * faster, both are done again, a few times. `undefined` leaves the run alone. Who asked is written with it.
 */
export const changeRun = Effect.fn("http.changeRun")(function*<E, R>(
  runs: RunAccess,
  name: string,
  decide: (run: CustomObject) => Effect.Effect<object | undefined, E, R>
) {
  yield* noteRun(name)
  const { user } = yield* Requester
  const attempt = Effect.gen(function*() {
    const run = yield* runs.client.get(runs.resource, refOf(runs, name))
    const spec = yield* decide(run)
    if (spec === undefined) return run
    const patch: Patch = {
      type: "merge",
      body: {
        metadata: { resourceVersion: run.metadata.resourceVersion, annotations: { ...nobody, ...requestedBy(user) } },
        spec
      }
    }
    return yield* runs.client.patch(runs.resource, refOf(runs, name), patch, { fieldValidation: "Strict" })
  })
  return yield* attempt.pipe(
    Effect.retry({ times: 4, while: (error) => isKubernetesError(error) && hasReason("Conflict")(error) }),
    Effect.mapError((error) => isKubernetesError(error) ? updateProblem(runs.kind.kind, name)(error) : error)
  )
})
