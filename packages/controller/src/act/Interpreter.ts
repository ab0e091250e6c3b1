/**
 * The one place with effects on the cluster. Races are outcomes: what the plan wanted may already be true, or the world has moved on
 * and the key is looked at again. Every answer goes into the stores, so that the next round reads what this one wrote. What to say of an
 * answer is not decided here: it is handed back as feedback.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { holderAnnotation, jobFinalizer, stopAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { apiVersionOf, ConfigMapKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject, Job, KubernetesObject, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { Context, Effect, Exit, Layer, Option } from "effect"
import { Action, type ActionOf, type StatusWrite } from "../decide/Action.ts"
import type { Plan } from "../decide/Rule.ts"
import { claimFacts } from "../facts/Claim.ts"
import { Feedback, type RefusedObject } from "../facts/Feedback.ts"
import { filesFacts } from "../facts/Files.ts"
import { claimIn, type JobFacts, jobFacts } from "../facts/Job.ts"
import { runFacts } from "../facts/Run.ts"
import { sameJson } from "../facts/SameJson.ts"
import { Stores } from "../facts/Stores.ts"
import { runKinds } from "../kinds/RunKinds.ts"
import { StatusWritten } from "../telemetry/StatusWritten.ts"
import { Cleanup } from "./Cleanup.ts"
import { makeLedger } from "./Ledger.ts"
import { takeAnswer } from "./TakeAnswer.ts"

/** What ended a plan before its end, and is to be planned for. */
interface Answer {
  readonly feedback: Feedback
  /** Given to the queue, once feedback is in the status: the action is retried with its back-off. A race may have been none. */
  readonly error?: KubernetesError
}

export interface Performed extends Partial<Answer> {
  /** Whether the next round can see more than this one: after a race, as the API server calls it, it cannot. */
  readonly again: boolean
  /** Whether all was done, and the cluster has it as it was sent. */
  readonly asPlanned?: boolean
}

export class Interpreter extends Context.Service<Interpreter, {
  /** Performs the plan's actions in order; doing it twice changes nothing. It writes no status but the plan's. */
  readonly perform: (plan: Plan) => Effect.Effect<Performed, KubernetesError>
}>()("@orchestrator/controller/act/Interpreter") {
  static readonly layer = Layer.effect(
    Interpreter,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const cleanup = yield* Cleanup
      const stores = yield* Stores
      const written = yield* StatusWritten
      const ledger = yield* makeLedger

      const replaceStatus = (kind: KindName, object: CustomObject) =>
        client.replaceStatus(runKinds[kind].resource, object).pipe(
          Effect.map((written): Step => {
            // What the store has, not what the round had: that may be the whole spec, which nobody keeps.
            takeAnswer(stores.runs[kind], written, (run, before) => runFacts(kind, run, before))
            return "done"
          })
        )

      /** The API server takes nothing but the status, whatever else is sent. */
      const writeStatus = ({ run, status }: StatusWrite) => {
        const { kind, name, namespace, resourceVersion, uid } = run
        const { resource } = runKinds[kind]
        const metadata = { name, namespace, uid, resourceVersion }
        return Effect.tap(
          replaceStatus(kind, { apiVersion: apiVersionOf(resource), kind, metadata, spec: {}, status }),
          () => written({ run, status })
        )
      }

      const settleStatus = ({ kind, object }: ActionOf<"SettleStatus">) =>
        replaceStatus(kind, object).pipe(
          // What an older version's bounds let pass cannot be written any more, and that is all.
          Effect.catchIf(hasReason("Invalid"), () => Effect.succeed<Step>({})),
          Effect.catchIf(isRace, raced)
        )

      const readRun = ({ kind, name, namespace, uid }: ActionOf<"ReadRun">) =>
        client.get(runKinds[kind].resource, { name, namespace }).pipe(
          Effect.map((run): Step => run.metadata.uid === uid ? answer(Feedback.WholeRun({ run })) : {}),
          Effect.catchIf(isRace, raced)
        )

      /** The Job of an earlier try names other files than this plan would make: the next round makes those. */
      const adoptJob = Effect.fnUntraced(function*({ metadata: { name = "", namespace, ownerReferences = [] } }: Job) {
        const existing = yield* client.get(JobKind, { name, namespace })
        if (!isOwnedBy(existing, ownerReferences[0]?.uid)) return answer(Feedback.JobNameTaken())
        takeAnswer(stores.jobs, existing, jobFacts)
        return "ended"
      })

      /** Noted while nothing is known of it: another run must not start where this Job may come to be. */
      const sendJob = (job: Job) => {
        const { metadata: { name = "", namespace = "" }, spec } = job
        const claim = claimIn(spec.template.spec)
        if (claim === undefined) return client.create(JobKind, job)
        const key = `${namespace}/${claim}`
        const answered = (unknown: boolean) =>
          Effect.map(monotonicMillis, (now) => stores.underway.answered(key, name, now, unknown))
        return Effect.andThen(
          Effect.sync(() => stores.underway.sent(key, name)),
          Effect.onExit(client.create(JobKind, job), (exit) => answered(!isAnswer(exit)))
        )
      }

      const createJob = ({ job }: ActionOf<"CreateJob">, made: (job: JobFacts) => void) =>
        sendJob(job).pipe(
          Effect.map((created): Step => {
            made(takeAnswer(stores.jobs, created, jobFacts))
            return "done"
          }),
          Effect.catchIf(hasReason("AlreadyExists"), (): Effect.Effect<Step, KubernetesError> => adoptJob(job)),
          orRefused("Job")
        )

      /** A name that is taken: ours from an earlier try, with the same content, is success. */
      const createFiles = Effect.fnUntraced(
        function*({ files, owner }: ActionOf<"CreateFiles">, createdJob: string | undefined) {
          const { name = "", namespace } = files.metadata
          const reference = { ...owner, uid: owner.uid ?? createdJob ?? "" }
          const object = { ...files, metadata: { ...files.metadata, ownerReferences: [reference] } }
          const created = yield* client.create(ConfigMapKind, object).pipe(
            Effect.catchIf(hasReason("AlreadyExists"), () => client.get(ConfigMapKind, { name, namespace }))
          )
          const same = sameJson(created.data ?? {}, files.data) && created.binaryData === undefined
          if (!same || !isOwnedBy(created, reference.uid)) return answer(Feedback.FilesNameTaken())
          takeAnswer(stores.files, created, filesFacts)
          return "done"
        }
      )

      const createWorkspace = Effect.fnUntraced(function*({ claim }: ActionOf<"CreateWorkspace">) {
        const ref = { name: claim.metadata.name ?? "", namespace: claim.metadata.namespace }
        const adopt = ({ metadata: { resourceVersion } }: PersistentVolumeClaim) =>
          client.patch(PersistentVolumeClaimKind, ref, {
            type: "merge",
            body: {
              metadata: { resourceVersion, labels: claim.metadata.labels, annotations: claim.metadata.annotations }
            }
          })
        const taken = Effect.gen(function*() {
          const existing = yield* client.get(PersistentVolumeClaimKind, ref)
          if (adoptable(existing, claim)) return seen(yield* adopt(existing), "done")
          // Another tenant's, or one that is being deleted: whoever looks again sees it, and what to do instead.
          return isOurs(existing) ? seen(existing, "ended") : answer(Feedback.WorkspaceNameTaken({ claim: ref.name }))
        })
        return yield* client.create(PersistentVolumeClaimKind, claim).pipe(
          Effect.map((created) => seen(created, "done")),
          Effect.catchIf(hasReason("AlreadyExists"), () => taken)
        )
      })

      const seen = (claim: PersistentVolumeClaim, step: Step): Step => {
        takeAnswer(stores.workspaces, claim, claimFacts)
        return step
      }

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
              annotations: { ...marks.annotations, [holderAnnotation]: holder }
            }
          }
        }).pipe(Effect.map((written) => seen(written, "done")))

      const jobDone = (written: Job): Step => {
        takeAnswer(stores.jobs, written, jobFacts)
        return "done"
      }

      /** An answer that a Job is gone may be wrong, and so may be the store that still has it: the API server is asked once more. */
      const lookAgain = ({ name, namespace }: { readonly name: string; readonly namespace: string }) =>
        client.get(JobKind, { name, namespace }).pipe(
          Effect.map((found) => void takeAnswer(stores.jobs, found, jobFacts)),
          Effect.catchIf(hasReason("NotFound"), () =>
            Effect.sync(() => {
              const stored = stores.jobs.get({ name, namespace })
              if (stored !== undefined) stores.jobs.remove(stored)
            })),
          Effect.ignore
        )

      const racedOn = (job: { readonly name: string; readonly namespace: string }) => (error: KubernetesError) =>
        Effect.andThen(hasReason("NotFound")(error) ? lookAgain(job) : Effect.void, raced(error))

      const stopJob = ({ name, namespace, reason, resume, uid }: ActionOf<"StopJob">) =>
        client.patch(JobKind, { name, namespace }, {
          type: "merge",
          body: {
            metadata: { uid, annotations: { [stopAnnotation]: reason } },
            spec: { activeDeadlineSeconds: 1, ...(resume ? { suspend: false } : {}) }
          }
        }).pipe(
          Effect.map(jobDone),
          Effect.catchIf(isRace, racedOn({ name, namespace }))
        )

      const deleteJob = ({ name, namespace, uid }: ActionOf<"DeleteJob">) =>
        client.delete(JobKind, { name, namespace }, { uid, propagationPolicy: "Background" }).pipe(
          Effect.map(jobDone),
          Effect.catchIf(isRace, racedOn({ name, namespace }))
        )

      /** Lists keep what others have put there. */
      const markJob = ({ finalizer, labels, name, namespace, owner, resourceVersion, uid }: ActionOf<"MarkJob">) =>
        client.patch(JobKind, { name, namespace }, {
          type: "strategic",
          body: {
            metadata: {
              uid,
              resourceVersion,
              labels,
              ...(owner === undefined ? {} : { ownerReferences: [owner] }),
              ...(finalizer ? { finalizers: [jobFinalizer] } : {})
            }
          }
        }).pipe(
          Effect.map(jobDone),
          Effect.catchIf(isRace, raced)
        )

      const releaseJob = (release: ActionOf<"ReleaseJob">) =>
        cleanup.release(release).pipe(
          Effect.map(jobDone),
          Effect.catchIf(isRace, racedOn(release))
        )

      const perform = Effect.fn("Interpreter.perform")(function*({ actions }: Plan) {
        let createdJob: string | undefined
        let asPlanned = true
        const act = Action.$match({
          CreateWorkspace: (action) => orRefused("PersistentVolumeClaim")(createWorkspace(action)),
          LeaseWorkspace: (action) => orRefused("PersistentVolumeClaim")(leaseWorkspace(action)),
          CreateJob: (action) =>
            createJob(action, (made) => {
              createdJob = made.uid
              asPlanned = isAsSent(made)
            }),
          CreateFiles: (action) => orRefused("ConfigMap")(createFiles(action, createdJob)),
          StopJob: (action) => orRefused("request to stop")(stopJob(action)),
          DeleteJob: (action) => orRefused("request to stop")(deleteJob(action)),
          ReleaseJob: releaseJob,
          MarkJob: markJob,
          ReadRun: readRun,
          RecordSpent: ({ entries }) => Effect.as(ledger.record(entries), "done" as const),
          ForgetSpent: ({ entries }) => Effect.as(ledger.forget(entries), "done" as const),
          WriteStatus: writeStatus,
          SettleStatus: settleStatus
        })
        for (const action of actions) {
          const step: Step = yield* act(action)
          if (step === "done") continue
          return step === "ended" ? { again: true } : { again: "feedback" in step, ...step }
        }
        return { again: actions.length > 0, asPlanned }
      })

      return Interpreter.of({ perform })
    })
  )
}

/** done: go on. ended: the plan is over, and the next round goes on from what is there. Race: the world has moved on, it seems. */
type Step = "done" | "ended" | Race | Answer
type Race = Pick<Performed, "error">

const isRace = hasReason("NotFound", "Conflict", "Invalid")

const raced = (error: KubernetesError): Effect.Effect<Step> => Effect.succeed({ error })

const answer = (feedback: Feedback, error?: KubernetesError): Answer => ({
  feedback,
  ...(error === undefined ? {} : { error })
})

/** Whether the API server has said what became of a request. */
const isAnswer = (exit: Exit.Exit<unknown, KubernetesError>): boolean =>
  Exit.isSuccess(exit) || Option.exists(Exit.findErrorOption(exit), (error) => !isUnknown(error))

const isUnknown = hasReason("ServerError", "Unreachable", "Malformed")

/** What will not be taken, however often it is sent. Admission plugins answer with any of these. */
const isLasting = hasReason("Invalid", "BadRequest", "Refused")

/** A webhook that cannot be called is a refusal of those who made it a condition. */
const isRefusal = (error: KubernetesError): boolean =>
  isLasting(error) || hasReason("Forbidden")(error) ||
  (hasReason("ServerError")(error) && /\b(webhook|admission)\b/i.test(error.reason.message))

/** What the API server refuses is planned for; what it may take later is tried again with the back-off of the queue. */
const orRefused =
  (what: RefusedObject) => (action: Effect.Effect<Step, KubernetesError>): Effect.Effect<Step, KubernetesError> =>
    Effect.catchIf(action, isRefusal, (error) => {
      const lasting = isLasting(error)
      const { message: words } = error.reason
      return Effect.succeed(answer(Feedback.Refused({ what, words, lasting }), lasting ? undefined : error))
    })

/** Whether nobody who admits Jobs has suspended one of ours, or taken off what we know it by. */
const isAsSent = ({ held, labelled, owners, suspended }: JobFacts): boolean =>
  held && labelled && owners.length > 0 && !suspended

const isOwnedBy = ({ metadata }: KubernetesObject, owner: string | undefined): boolean =>
  metadata.ownerReferences?.some(({ uid }) => uid === owner) === true

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
