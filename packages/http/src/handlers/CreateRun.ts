/** Creation of a run, safe to repeat with a key. */
import { assignedNumber, shardLabels } from "@orchestrator/domain/Shards"
import { apiVersionOf } from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { secretPermissions } from "../access/Secrets.ts"
import { Requester, type User } from "../contract/Access.ts"
import { IdempotencyKeyReused } from "../contract/Problem.ts"
import { noteRun } from "../services/Audit.ts"
import { createProblem } from "./ClusterProblems.ts"
import { type Keyed, keyHash, keyLabel, keyMarks, keySuffix, relation } from "./Idempotency.ts"
import { requestedBy } from "./RequestedBy.ts"
import { refOf, type RunAccess } from "./RunAccess.ts"
import { generateNameOf, nameWith } from "./RunNames.ts"
import { traceMarks } from "./TraceMarks.ts"

export interface NewRun {
  /** As the requester wants it. */
  readonly name?: string | undefined
  /** What a made name begins with. */
  readonly stem: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly annotations?: Readonly<Record<string, string>>
  /** The request before anything was filled in, and its key. */
  readonly request: unknown
  readonly key?: string | undefined
}

export interface CreatedRun {
  readonly run: CustomObject
  /** Whether an earlier request with the same key made it. */
  readonly replayed: boolean
}

/** The object that a request asks for. */
export const draftOf = (
  { resource, settings }: RunAccess,
  { annotations, key, name, request, spec, stem }: NewRun,
  user: User
): CustomObject => {
  const marks = key === undefined ? undefined : keyMarks(user, key, request)
  const made = name ?? (key === undefined ? undefined : nameWith(stem, keySuffix(user, key)))
  const { namespace, shards = 1 } = settings
  const labels = {
    ...marks?.labels,
    ...shardLabels(assignedNumber({ namespace, service: spec["service"], name: made ?? stem }, shards))
  }
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      namespace,
      ...(made === undefined ? { generateName: generateNameOf(stem) } : { name: made }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      annotations: { ...annotations, ...marks?.annotations, ...requestedBy(user) }
    },
    spec
  }
}

const reused = (run: CustomObject) =>
  new IdempotencyKeyReused({
    detail: `The key made the run ${
      JSON.stringify(run.metadata.name)
    }, from another body, or its spec has been changed since`,
    hint: "Use a new key for a new request; to retry a request, send the same body, or read that run"
  })

/** Runs with a key's mark that are looked at. More are planted, and the name that the key decides still finds the one. */
const mostMarked = 20

/** The run that the key made before, if there is one. Another body under the same key is refused; what others have planted is not looked at. */
const earlier = Effect.fnUntraced(function*(runs: RunAccess, wanted: Keyed) {
  const { items } = yield* runs.client.list(runs.resource, {
    namespace: runs.settings.namespace,
    labelSelector: `${keyLabel}=${keyHash(wanted.user, wanted.key)}`,
    limit: mostMarked
  })
  const same = items.find((item) => relation(item, wanted) === "same")
  if (same !== undefined) return same
  const other = items.find((item) => relation(item, wanted) === "reused")
  return other === undefined ? undefined : yield* reused(other)
})

/** What holds the name that a draft wanted: this very request, answered by another replica, or somebody else's. */
const holder = Effect.fnUntraced(function*(runs: RunAccess, name: string, wanted: Keyed) {
  const found = yield* runs.client.get(runs.resource, refOf(runs, name))
  const how = relation(found, wanted)
  if (how === "reused") return yield* reused(found)
  return how === "same" ? found : undefined
})

const created = Effect.fnUntraced(function*(runs: RunAccess, wanted: NewRun, draft: CustomObject, user: User) {
  const { key, request, spec } = wanted
  const keyed = key === undefined ? undefined : { key, request, spec, user }
  const before = keyed === undefined ? undefined : yield* earlier(runs, keyed)
  if (before !== undefined) return { run: before, replayed: true } satisfies CreatedRun
  const { name } = draft.metadata
  return yield* runs.client.create(runs.resource, draft, { fieldValidation: "Strict" }).pipe(
    Effect.map((run): CreatedRun => ({ run, replayed: false })),
    Effect.catchIf(hasReason("AlreadyExists"), (taken) =>
      keyed === undefined || name === undefined
        ? Effect.fail(taken)
        : Effect.flatMap(holder(runs, name, keyed), (run) =>
          run === undefined ? Effect.fail(taken) : Effect.succeed<CreatedRun>({ run, replayed: true })))
  )
})

/** Asked now, and not only when the request began: a body may come slowly. */
const allowed = Effect.fnUntraced(function*({ kind, settings }: RunAccess, { spec }: NewRun) {
  const { require, user } = yield* Requester
  yield* require([{ verb: "create", resource: kind.plural }, ...secretPermissions(spec, settings)])
  return user
})

/** The requester must be allowed to create it, and to read every secret that its agent would use. */
export const createRun = Effect.fn("http.createRun")(function*(runs: RunAccess, wanted: NewRun) {
  yield* noteRun(wanted.name)
  const user = yield* allowed(runs, wanted)
  const draft = draftOf(runs, { ...wanted, annotations: { ...wanted.annotations, ...(yield* traceMarks) } }, user)
  return yield* created(runs, wanted, draft, user).pipe(
    Effect.tap(({ run }) => noteRun(run.metadata.name)),
    Effect.catchTag(
      "KubernetesError",
      (error) => Effect.fail(createProblem(runs.kind.kind, draft.metadata.name ?? wanted.stem)(error))
    )
  )
})
