/** What would become of a run, told to who may know: for a body as creation takes it, and for a run that is there. Nothing is written. */
import { decoder } from "@orchestrator/domain/Decode"
import { formatTime } from "@orchestrator/domain/Retention"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Effect, Result } from "effect"
import { Requester } from "../../contract/Access.ts"
import { NameTaken, PlanNotAvailable } from "../../contract/Problem.ts"
import { createProblem, readProblem } from "../ClusterProblems.ts"
import { draftOf, type NewRun } from "../CreateRun.ts"
import { invalidBody } from "../RequestBody.ts"
import { getRun, refOf, type RunAccess } from "../RunAccess.ts"
import { planAnswer } from "./PlanAnswer.ts"
import { missingRights } from "./PlannedSecrets.ts"

const notAvailable = (detail: string) =>
  new PlanNotAvailable({
    detail,
    hint: "Retry later; /ready says what the server waits for",
    retryAfterSeconds: 2
  })

const previewsOf = Effect.fnUntraced(function*({ previews }: RunAccess) {
  if (previews === undefined) return yield* notAvailable("No controller runs beside this API")
  if (!(yield* previews.isReady)) return yield* notAvailable("The runs of the cluster have not been read yet")
  return previews
})

/** Stand for what only the cluster makes up. */
const placeholders = { name: "xxxxx", uid: "00000000-0000-4000-8000-000000000000" }

/** The draft as the cluster would have stored it now. */
const asStored = (draft: CustomObject, now: DateTime.Utc): CustomObject => {
  const { generateName, name = `${generateName}${placeholders.name}`, ...metadata } = draft.metadata
  return {
    ...draft,
    metadata: { ...metadata, name, uid: placeholders.uid, generation: 1, creationTimestamp: formatTime(now) }
  }
}

/** With what the definition fills in; what it does not let pass is refused, as the API server would. */
const validSpec = Effect.fnUntraced(function*({ kind }: RunAccess, { spec }: NewRun) {
  const decoded = decoder(kind.spec)(spec, { at: "spec" })
  if (Result.isFailure(decoded)) return yield* invalidBody(decoded.failure)
  const size = "specSize" in kind ? kind.specSize : undefined
  return size === undefined || size.holds(spec)
    ? { ...decoded.success }
    : yield* invalidBody([{ path: "spec", expected: size.limit, found: "more" }])
})

const nameIsFree = Effect.fnUntraced(function*(runs: RunAccess, name: string) {
  const isTaken = yield* runs.client.get(runs.resource, refOf(runs, name)).pipe(
    Effect.as(true),
    Effect.catchIf(hasReason("NotFound"), () => Effect.succeed(false)),
    Effect.mapError(createProblem(runs.kind.kind, name))
  )
  if (!isTaken) return
  return yield* new NameTaken({
    detail: `There is already a ${runs.kind.kind} named ${JSON.stringify(name)}`,
    hint: "Omit the name, choose another one, or delete that run first"
  })
})

/** Of a run that is to be started. */
export const planNew = Effect.fn("http.planNew")(function*(runs: RunAccess, wanted: NewRun) {
  const previews = yield* previewsOf(runs)
  const { user } = yield* Requester
  const spec = yield* validSpec(runs, wanted)
  if (wanted.name !== undefined) yield* nameIsFree(runs, wanted.name)
  const run = asStored({ ...draftOf(runs, wanted, user), spec }, yield* DateTime.now)
  const preview = yield* previews.ofNew(runs.kind.kind, run).pipe(
    Effect.mapError(createProblem(runs.kind.kind, run.metadata.name ?? ""))
  )
  return yield* planAnswer(runs, run, preview, {
    ceilings: previews.ceilings,
    rights: yield* missingRights(runs, run.spec),
    placeholders: {
      ...(wanted.name === undefined ? placeholders : { uid: placeholders.uid }),
      nonce: previews.unknownNonce
    }
  })
})

/** Of a run that is there, as far as this server has heard of it. */
export const planNext = Effect.fn("http.planNext")(function*(runs: RunAccess, name: string) {
  const previews = yield* previewsOf(runs)
  const run = yield* getRun(runs, name)
  const preview = yield* previews.ofStored({ kind: runs.kind.kind, namespace: runs.settings.namespace, name }).pipe(
    Effect.mapError(readProblem(runs.kind.kind, name))
  )
  return yield* planAnswer(runs, run, preview, {
    ceilings: previews.ceilings,
    rights: [],
    placeholders: { nonce: previews.unknownNonce }
  })
})
