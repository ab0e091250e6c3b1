/**
 * The one place with effects on the cluster. Races are outcomes: what the plan wanted may already be true, or the world has moved on
 * and the key is looked at again. Every answer goes into the stores, so that the next round reads what this one wrote.
 */
import { holderAnnotation, stopAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { Context, DateTime, Effect, Layer } from "effect"
import type { Plan } from "../decide/Plan.ts"
import { explainRefusal, withRefusal } from "../decide/Refusal.ts"
import { settledWrite } from "../decide/Status.ts"
import { sameJson } from "../facts/SameJson.ts"
import { pruneRun } from "../facts/StoredRun.ts"
import { pruneFiles, pruneJob, pruneWorkspace, Stores } from "../facts/Stores.ts"
import { runKinds } from "../kinds/RunKind.ts"
import { ownedByJob, ownedByRun } from "../manifest/Manifests.ts"
import { Action, type ActionOf, type StatusWrite } from "./Action.ts"
import { Cleanup } from "./Cleanup.ts"

export class Interpreter extends Context.Service<Interpreter, {
  /**
   * Performs the plan's actions in order; doing it twice changes nothing. Answers whether the next round can see more than this one:
   * after a race it cannot, and the event that the race announces brings the key back.
   */
  readonly perform: (plan: Plan) => Effect.Effect<boolean, KubernetesError>
}>()("@orchestrator/controller/act/Interpreter") {
  static readonly layer = Layer.effect(
    Interpreter,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const cleanup = yield* Cleanup
      const stores = yield* Stores

      const writeStatus = ({ kind, object }: StatusWrite) =>
        client.replaceStatus(runKinds[kind].resource, object).pipe(
          Effect.map((written) => stores.runs[kind].wrote(pruneRun(kind)(written)))
        )

      const settleStatus = ({ kind, name, namespace, uid }: ActionOf<"SettleStatus">) =>
        Effect.gen(function*() {
          const run = yield* client.get(runKinds[kind].resource, { name, namespace })
          const next = run.metadata.uid === uid ? settledWrite(kind, run, yield* DateTime.now) : undefined
          if (next === undefined) return "raced" as Step
          yield* writeStatus(next)
          return "done" as Step
        }).pipe(Effect.catchIf(hasReason("NotFound", "Conflict", "Invalid"), () => Effect.succeed<Step>("raced")))

      /** A name that is taken: ours from an earlier try is success; another's is said in the status and ends the plan. */
      const takenBy = (existing: KubernetesObject, ownerUid: string, ifTaken: StatusWrite) =>
        existing.metadata.ownerReferences?.some(({ uid }) => uid === ownerUid) === true
          ? Effect.succeed<Step>("done")
          : Effect.as(writeStatus(ifTaken), "ended" as const)

      /** Says why, unless it is said already, and leaves the error for the queue's back-off. */
      const forbidden = (error: KubernetesError, status: StatusWrite) => {
        const { kind, object } = withRefusal(status, explainRefusal("Job", error.reason.message))
        const { name = "", namespace } = object.metadata
        const said = stores.runs[kind].get({ name, namespace })?.status
        return Effect.andThen(
          sameJson(said, object.status) ? Effect.void : writeStatus({ kind, object }),
          Effect.fail(error)
        )
      }

      /** The Job of an earlier try names other files than this plan would make: the next round makes those. */
      const adoptJob = Effect.fnUntraced(function*({ ifTaken, job }: ActionOf<"CreateJob">) {
        const ref = { name: job.metadata.name ?? "", namespace: job.metadata.namespace }
        const existing = yield* client.get(JobKind, ref)
        const step = yield* takenBy(existing, job.metadata.ownerReferences?.[0]?.uid ?? "", ifTaken)
        if (step === "done") stores.jobs.wrote(pruneJob(existing))
      })

      const createJob = Effect.fnUntraced(function*(action: ActionOf<"CreateJob">) {
        const { ifForbidden, ifInvalid, job } = action
        const created = yield* client.create(JobKind, job).pipe(
          Effect.catchIf(hasReason("AlreadyExists"), () => Effect.as(adoptJob(action), undefined)),
          Effect.catchIf(hasReason("Forbidden"), (error) => forbidden(error, ifForbidden)),
          Effect.catchIf(
            hasReason("Invalid"),
            (error) =>
              Effect.as(writeStatus(withRefusal(ifInvalid, explainRefusal("Job", error.reason.message))), undefined)
          )
        )
        if (created === undefined) return { step: "ended" as Step, uid: undefined }
        stores.jobs.wrote(pruneJob(created))
        return { step: "done" as Step, uid: created.metadata.uid }
      })

      const createFiles = Effect.fnUntraced(
        function*({ files, ifTaken, owner }: ActionOf<"CreateFiles">, createdJob: string | undefined) {
          const { name = "", namespace } = files.metadata
          const reference = owner.tag === "run"
            ? ownedByRun(ifTaken.kind, ifTaken.object.metadata)
            : ownedByJob(owner.name, owner.uid ?? createdJob ?? "")
          const object = { ...files, metadata: { ...files.metadata, ownerReferences: [reference] } }
          const created = yield* client.create(ConfigMapKind, object).pipe(
            Effect.catchIf(hasReason("AlreadyExists"), () => client.get(ConfigMapKind, { name, namespace }))
          )
          const same = sameJson(created.data ?? {}, files.data) && created.binaryData === undefined
          const step = yield* takenBy(created, same ? reference.uid : "", ifTaken)
          if (step === "done") stores.files.wrote(pruneFiles(created))
          return step
        }
      )

      const createWorkspace = Effect.fnUntraced(function*({ claim, ifTaken }: ActionOf<"CreateWorkspace">) {
        const ref = { name: claim.metadata.name ?? "", namespace: claim.metadata.namespace }
        const adopt = ({ metadata: { resourceVersion } }: PersistentVolumeClaim) =>
          client.patch(PersistentVolumeClaimKind, ref, {
            type: "merge",
            body: {
              metadata: { resourceVersion, labels: claim.metadata.labels, annotations: claim.metadata.annotations }
            }
          })
        const taken = Effect.flatMap(client.get(PersistentVolumeClaimKind, ref), (existing) => {
          if (adoptable(existing, claim)) return adopt(existing)
          // Another tenant's, or one that is being deleted: whoever looks again sees it, and what to do instead.
          return isOurs(existing)
            ? Effect.sync(() => void stores.workspaces.wrote(pruneWorkspace(existing)))
            : Effect.as(writeStatus(ifTaken), undefined)
        })
        const created = yield* client.create(PersistentVolumeClaimKind, claim).pipe(
          Effect.catchIf(hasReason("AlreadyExists"), () => taken)
        )
        if (created === undefined) return "ended"
        stores.workspaces.wrote(pruneWorkspace(created))
        return "done"
      })

      const leaseWorkspace = (
        { claim, holder, marks, namespace, resourceVersion, uid }: ActionOf<"LeaseWorkspace">
      ) =>
        client.patch(PersistentVolumeClaimKind, { name: claim, namespace }, {
          type: "merge",
          body: {
            metadata: {
              ...marks,
              uid,
              resourceVersion,
              annotations: { ...marks?.annotations, [holderAnnotation]: holder }
            }
          }
        }).pipe(Effect.map((written) => stores.workspaces.wrote(pruneWorkspace(written))))

      const stopJob = ({ name, namespace, reason, resume, uid }: ActionOf<"StopJob">) =>
        client.patch(JobKind, { name, namespace }, {
          type: "merge",
          body: {
            metadata: { uid, annotations: { [stopAnnotation]: reason } },
            spec: { activeDeadlineSeconds: 1, ...(resume ? { suspend: false } : {}) }
          }
        }).pipe(
          Effect.map((written): Step => {
            stores.jobs.wrote(pruneJob(written))
            return "done"
          }),
          Effect.catchIf(hasReason("NotFound", "Conflict", "Invalid"), () => Effect.succeed<Step>("raced"))
        )

      const releaseJob = (release: ActionOf<"ReleaseJob">) =>
        Effect.map(cleanup.release(release), (written): Step => {
          if (written === undefined) return "raced"
          stores.jobs.wrote(pruneJob(written))
          return "done"
        })

      const perform = Effect.fn("Interpreter.perform")(function*({ actions }: Plan) {
        let createdJob: string | undefined
        const act = Action.$match({
          CreateWorkspace: createWorkspace,
          LeaseWorkspace: (action) => Effect.as(leaseWorkspace(action), "done" as const),
          CreateJob: (action) =>
            Effect.map(createJob(action), ({ step, uid }) => {
              createdJob = uid
              return step
            }),
          CreateFiles: (action) => createFiles(action, createdJob),
          StopJob: stopJob,
          ReleaseJob: releaseJob,
          SettleStatus: settleStatus,
          WriteStatus: (action) => Effect.as(writeStatus(action), "done" as const)
        })
        for (const action of actions) {
          const step = yield* act(action)
          if (step !== "done") return step === "ended"
        }
        return actions.length > 0
      })

      return Interpreter.of({ perform })
    })
  )
}

/** done: go on. ended: a status was written instead, and the plan is over. raced: the world has moved on. */
type Step = "done" | "ended" | "raced"

/** Whether a claim is in the store, or will be: what the labels of ours say. */
const isOurs = ({ metadata: { labels } }: PersistentVolumeClaim): boolean =>
  labels?.["app"] === "orchestrator" && labels["app.kubernetes.io/managed-by"] === "orchestrator"

/**
 * A claim of this name that an older installation made for the same service and that nobody holds, or one that this run has made before
 * and not seen since.
 */
const adoptable = (existing: PersistentVolumeClaim, wanted: PersistentVolumeClaim): boolean => {
  const { annotations = {}, deletionTimestamp, labels = {} } = existing.metadata
  const same = labels["service"] === wanted.metadata.labels?.["service"] || labels["app"] === "orchestrator" ||
    annotations[tenantAnnotation] === wanted.metadata.annotations?.[tenantAnnotation]
  return same && deletionTimestamp === undefined &&
    [tenantAnnotation, holderAnnotation].every((name) =>
      annotations[name] === undefined || annotations[name] === wanted.metadata.annotations?.[name]
    )
}
