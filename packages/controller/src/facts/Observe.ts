/**
 * Reads the stores once and says what there is. The only input of a plan. Of a run that the store has not whole, the spec is read from the
 * API server when its Job or files are about to be made, and only then.
 */
import { CodeRun, CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { holderAnnotation, runUidLabel } from "@orchestrator/domain/Labels"
import { codeBranch, docsBranchName } from "@orchestrator/domain/Names"
import { printable } from "@orchestrator/domain/Printable"
import { isTenant, type Tenant, tenantOn } from "@orchestrator/domain/Tenant"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject, Event, Job } from "@orchestrator/k8s/Objects"
import { codeInputs, docsInputs } from "@orchestrator/templates/Inputs"
import { Templates } from "@orchestrator/templates/Templates"
import { Context, DateTime, Effect, Layer, Result } from "effect"
import { randomBytes } from "node:crypto"
import { currentJob, finalPhase, isAlive } from "../decide/CurrentAttempt.ts"
import { lastSession } from "../decide/LastSession.ts"
import { pausedUntil } from "../decide/Pause.ts"
import { promptVersion } from "../decide/SpecEdit.ts"
import { runKinds } from "../kinds/RunKind.ts"
import { type Claimant, isLimited, makePlaces } from "../line/Capacity.ts"
import { obstacleOf } from "../line/Dependencies.ts"
import { chooseClaim, type ClaimFacts, mustWait } from "../line/Workspaces.ts"
import { ControllerSettings } from "../loop/Settings.ts"
import { isFinished } from "./FinishedRun.ts"
import type { Observed, ObservedFiles, ObservedJob, ObservedRun, ObservedWorkspace, WorkspaceTurn } from "./Observed.ts"
import { claimIn, isOver, observeJob, type PodSeen } from "./ObservedJobs.ts"
import { observeRun } from "./ObservedRuns.ts"
import type { RunKey } from "./RunKey.ts"
import { Stores, tasksOf, tenantIn, tenantIndex } from "./Stores.ts"

export class Observe extends Context.Service<Observe, {
  readonly observe: (key: RunKey) => Effect.Effect<Observed, KubernetesError>
  /** Runs that may start now as far as the limits of runs at the same time go; none where there are no limits. */
  readonly admitted: Effect.Effect<ReadonlyArray<RunKey>>
}>()("@orchestrator/controller/facts/Observe") {
  static readonly layer = Layer.effect(
    Observe,
    Effect.gen(function*() {
      const stores = yield* Stores
      const templates = yield* Templates
      const { config } = yield* ControllerSettings
      const client = yield* KubernetesClient

      const podOf = (jobUid: string): PodSeen | undefined => {
        const pod = stores.pods.by("job", jobUid)[0]
        if (pod !== undefined) return { pod, gone: false }
        const last = stores.lastPods.get(jobUid)
        return last === undefined ? undefined : { pod: last, gone: true }
      }

      const hasLivePod = (runUid: string) => stores.pods.by("run", runUid).some(({ status }) => !isOver(status))

      /** Whether a pod of an earlier attempt is still ending, although its Job is gone. */
      const hasFormerPod = (run: ObservedRun) =>
        stores.pods.by("run", run.uid).some((pod) =>
          pod.metadata.ownerReferences?.some(({ name }) => name === run.jobName) !== true &&
          !isOver(pod.status)
        )

      /** Whether a run's current attempt has its Job: it stands in no line, also when its service was edited since. */
      const hasStarted = (object: CustomObject) => {
        const { jobName: name, namespace } = observeRun("CodeRun", object)
        return stores.jobs.get({ name, namespace }) !== undefined
      }

      const isLive = (job: Job) => {
        const observed = observeJob(job, podOf(job.metadata.uid ?? ""))
        return isAlive(observed) && !observed.deleting
      }

      const hasLiveJob = (runUid: string) => stores.jobs.by("owner", runUid).some(isLive)

      /** The claim that the current attempt's Job mounts, whatever spec and claims say by now. */
      const mountedBy = ({ jobName: name, namespace }: ObservedRun): string | undefined => {
        const job = stores.jobs.get({ name, namespace })
        return job === undefined ? undefined : claimIn(job.spec.template.spec)
      }

      const runByUid = (uid: string): ObservedRun | undefined => {
        const object = stores.runs.CodeRun.by("uid", uid)[0]
        return object === undefined ? undefined : observeRun("CodeRun", object)
      }

      const obstacleFor = (run: ObservedRun) =>
        obstacleOf(run, (name) => {
          const found = stores.runs.CodeRun.get({ namespace: run.namespace, name })
          return found === undefined ? undefined : viewOf(found)
        })

      /** What keeps it from its first Job: a retry has been let through before. */
      const startObstacle = (run: ObservedRun) => run.attempt.retry > 0 ? undefined : obstacleFor(run)

      /** Whether a run stands in line for its workspace. */
      const isInLine = (run: ObservedRun) => isWaiting(run) && !hasStarted(run.object) && obstacleFor(run) === undefined

      /** UIDs of runs whose Jobs or pods can still be at work in a claim, whatever its annotation says. */
      const workingIn = (claim: string): ReadonlyArray<string> =>
        [
          ...stores.jobs.by("claim", claim).filter(isLive),
          ...stores.pods.by("claim", claim).filter(({ status }) => !isOver(status))
        ].map(({ metadata }) => metadata.labels?.[runUidLabel] ?? "")

      const turnOf = (run: ObservedRun, tenant: Tenant, claim: string): WorkspaceTurn => {
        const stored = stores.workspaces.get({ namespace: run.namespace, name: claim })
        const holder = stored?.metadata.annotations?.[holderAnnotation]
        const working = workingIn(`${run.namespace}/${claim}`).find((uid) => uid !== run.uid)
        if (working !== undefined) return { tag: "waiting", behind: runByUid(working)?.name ?? "a deleted run" }
        if (hasFormerPod(run)) return { tag: "waiting", behind: "the previous attempt" }
        if (stored?.metadata.deletionTimestamp !== undefined) return { tag: "deleting" }
        if (holder === run.uid) return { tag: "mine" }
        if (holder !== undefined) {
          const holding = runByUid(holder)
          const active = holding !== undefined && !holding.deleting && finalPhase(holding) === undefined
          if (active || hasLiveJob(holder) || hasLivePod(holder)) {
            return { tag: "waiting", behind: holding?.name ?? "a deleted run" }
          }
        }
        // The rule of dependencies comes first: looking through the line for each of thousands that wait for others would take all time.
        if (!hasStarted(run.object) && startObstacle(run) !== undefined) return { tag: "free" }
        // Age is asked before what has to be decoded.
        const first = stores.runs.CodeRun.by("tenant", tenantIndex(run.namespace, tenant)).reduce<CustomObject>(
          (left, right) => isBefore(right, left) && isInLine(viewOf(right)) ? right : left,
          run.object
        )
        return first.metadata.uid === run.uid ? { tag: "free" } : { tag: "waiting", behind: first.metadata.name ?? "" }
      }

      const tenantOfRun = (uid: string): Tenant | undefined => {
        const object = stores.runs.CodeRun.by("uid", uid)[0]
        return object === undefined ? undefined : tenantIn(object)
      }

      const claimFacts = (run: ObservedRun, tenant: Tenant) => (name: string): ClaimFacts => {
        const claim = stores.workspaces.get({ namespace: run.namespace, name })
        const annotations = claim?.metadata.annotations
        const ofOthers = (uid: string) => {
          const theirs = uid === run.uid ? tenant : tenantOfRun(uid)
          return theirs === undefined || !isTenant(theirs, tenant)
        }
        return {
          claim: claim &&
            { tenant: tenantOn(annotations), lastHolder: tenantOfRun(annotations?.[holderAnnotation] ?? "") },
          usedByOthers: workingIn(`${run.namespace}/${name}`).some(ofOthers)
        }
      }

      const workspaceOf = (run: ObservedRun): ObservedWorkspace | undefined => {
        const tenant = Result.isSuccess(run.spec) ? run.spec.success.workspace : undefined
        if (tenant === undefined) return undefined
        const mounted = mountedBy(run)
        const choice = mounted === undefined
          ? chooseClaim(tenant, claimFacts(run, tenant))
          : { name: mounted, standing: "mine" }
        const claim = stores.workspaces.get({ namespace: run.namespace, name: choice.name })
        return {
          claim: choice.name,
          current: claim && {
            uid: claim.metadata.uid ?? "",
            resourceVersion: claim.metadata.resourceVersion ?? "",
            ...(choice.standing === "adopted" ? { adopt: true } : {})
          },
          turn: choice.standing === "taken" ? { tag: "taken" } : turnOf(run, tenant, choice.name)
        }
      }

      const hasFiles = (job: ObservedJob | undefined) =>
        job !== undefined &&
        stores.files.get({ namespace: job.namespace, name: job.files?.name ?? job.name }) !== undefined

      /** Whether files are to be made now, as far as the run itself and its place tell. */
      const needsFiles = (
        now: DateTime.Utc,
        run: ObservedRun,
        job: ObservedJob | undefined,
        turn: WorkspaceTurn | undefined
      ): boolean => {
        const queued = turn !== undefined && mustWait(turn, config)
        const waits = queued || pausedUntil({ now, run }) !== undefined
        return !(job === undefined ? waits : hasFiles(job)) && Result.isSuccess(run.spec) &&
          finalPhase(run) === undefined
      }

      /** The run with all of its spec; undefined when the store has yet to see the version that there is. */
      const withWholeSpec = (run: ObservedRun) =>
        client.get(runKinds[run.kind].resource, run).pipe(
          Effect.map((whole): ObservedRun | undefined =>
            whole.metadata.uid === run.uid && whole.metadata.generation === run.generation
              ? { ...run, spec: runKinds[run.kind].decodeSpec(whole) }
              : undefined
          ),
          Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
        )

      const render = (run: ObservedRun): ObservedFiles["rendered"] => {
        if (Result.isFailure(run.spec)) return undefined
        const { resume, run: decoded } = run.spec.success
        const { contextVersion, retry } = run.attempt
        const facts = { config, attempts: contextVersion + retry, resume: resume || retry > 0 }
        const inputs = decoded.kind === "CodeRun"
          ? codeInputs({ ...facts, run: withNewPrompt(run, decoded), branch: codeBranch(decoded.spec.taskId) })
          : docsInputs({ ...facts, run: decoded, branch: docsBranchName(run.name, run.uid) })
        return Result.mapError(templates.render(inputs), (error) => error.message)
      }

      const isContested = ({ kind, object, uid }: ObservedRun): boolean =>
        kind === "CodeRun" &&
        tasksOf(object).some((task) => stores.runs.CodeRun.by("task", task).some((other) => other.metadata.uid !== uid))

      /** Runs that share a run's workspace, it itself among them. */
      const ofTheTenant = ({ namespace, spec }: ObservedRun): ReadonlyArray<CustomObject> =>
        Result.isFailure(spec) || spec.success.workspace === undefined
          ? []
          : stores.runs.CodeRun.by("tenant", tenantIndex(namespace, spec.success.workspace))

      const claimantOf = (uid: string): Claimant => {
        const { spec } = stores.runs.CodeRun.by("uid", uid)[0] ?? stores.runs.DocsRun.by("uid", uid)[0] ?? {}
        const text = (value: unknown) => typeof value === "string" ? value : undefined
        return { uid, githubUser: text(spec?.["githubUser"]), service: text(spec?.["service"]) }
      }

      const activeClaimants = (): ReadonlyArray<Claimant> => {
        const uids = new Set<string>()
        for (const job of stores.jobs.values()) {
          if (isAlive(observeJob(job, podOf(job.metadata.uid ?? "")))) {
            uids.add(job.metadata.labels?.[runUidLabel] ?? "")
          }
        }
        return [...uids].map(claimantOf)
      }

      /** Whether nothing but the limits keeps a run from starting. */
      const couldStart = (now: DateTime.Utc, run: ObservedRun): boolean => {
        if (!isWaiting(run) || stores.jobs.get({ name: run.jobName, namespace: run.namespace }) !== undefined) {
          return false
        }
        return pausedUntil({ now, run }) === undefined && obstacleFor(run) === undefined &&
          !mustWait(workspaceOf(run)?.turn, config)
      }

      /** Runs that could start, the oldest first; each is looked at only when it is asked for. */
      function* line(now: DateTime.Utc) {
        const waiting = (["CodeRun", "DocsRun"] as const)
          .flatMap((kind) => [...stores.runs[kind].values()].map((object) => ({ kind, object })))
          .filter(({ object }) => !isFinished(object))
          .sort((left, right) => isBefore(left.object, right.object) ? -1 : 1)
        for (const { kind, object } of waiting) {
          const run = observeRun(kind, object)
          if (couldStart(now, run)) yield run
        }
      }

      const limited = isLimited(config.limits)

      const reachedLimit = (now: DateTime.Utc, run: ObservedRun): string | undefined => {
        if (!limited || !couldStart(now, run)) return undefined
        const places = makePlaces(config.limits, activeClaimants())
        if (!places.isFull()) {
          for (const before of line(now)) {
            if (before.uid === run.uid || places.isFull()) break
            places.ask(claimantOf(before.uid))
          }
        }
        return places.ask(claimantOf(run.uid))
      }

      const admitted = Effect.gen(function*() {
        if (!limited) return []
        const now = yield* DateTime.now
        const places = makePlaces(config.limits, activeClaimants())
        const keys: Array<RunKey> = []
        for (const run of line(now)) {
          if (places.isFull()) break
          const { kind, name, namespace } = run
          if (places.ask(claimantOf(run.uid)) === undefined) keys.push({ kind, name, namespace })
        }
        return keys
      })

      const observe = Effect.fnUntraced(function*(key: RunKey) {
        const now = yield* DateTime.now
        const object = stores.runs[key.kind].get(key)
        const kept = object === undefined ? undefined : observeRun(key.kind, object)
        const jobs = stores.jobs.by("ownerName", `${key.kind}/${key.namespace}/${key.name}`)
        const isOurs = (job: { readonly metadata: CustomObject["metadata"] }) =>
          kept !== undefined && job.metadata.ownerReferences?.some(({ uid }) => uid === kept.uid) === true
        const see = (job: (typeof jobs)[number]) => {
          const { uid = "" } = job.metadata
          const podRefused = stores.refusals.by("object", uid)[0]?.message
          const pod = podOf(uid)
          const podWarning = warningOf(stores.podWarnings.by("object", pod?.pod.metadata.uid ?? ""))
          return {
            ...observeJob(job, pod),
            ...(podRefused === undefined ? {} : { podRefused: printable(podRefused, { max: 400 }) }),
            ...(podWarning === undefined ? {} : { podWarning })
          }
        }
        const own = jobs.filter(isOurs).map(see)
        const job = kept === undefined ? undefined : currentJob(kept, own)
        const hasJob = job !== undefined
        const workspace = kept === undefined ? undefined : workspaceOf(kept)
        const obstacle = kept === undefined || hasJob || finalPhase(kept) !== undefined
          ? undefined
          : startObstacle(kept)
        const limit = kept === undefined ? undefined : reachedLimit(now, kept)
        const starts = kept !== undefined && obstacle === undefined && needsFiles(now, kept, job, workspace?.turn)
        const reads = starts && kept.object.reduced !== undefined && limit === undefined &&
          !kept.cancel && !kept.deleting
        const whole = reads ? yield* withWholeSpec(kept) : undefined
        const run = whole ?? kept
        const files: ObservedFiles = {
          present: hasFiles(job),
          rendered: starts && run !== undefined && (run === whole || run.object.reduced === undefined)
            ? render(run)
            : undefined
        }
        return {
          now,
          config,
          run,
          jobs: own,
          orphans: jobs.filter((job) => !isOurs(job)).map(see),
          workspace,
          files,
          nonce: hasJob ? "" : randomBytes(8).toString("hex"),
          obstacle,
          reachedLimit: limit,
          contested: kept !== undefined && !hasJob && isContested(kept),
          lastSession: run === undefined || hasJob || workspace === undefined || files.rendered === undefined
            ? undefined
            : lastSession(run, ofTheTenant(run).map(viewOf))
        }
      })

      return Observe.of({ observe, admitted })
    })
  )
}

/** What keeps a pod from its first container; a volume that is attached nowhere comes before what follows from that. */
const warningOf = (events: ReadonlyArray<Event>): ObservedJob["podWarning"] =>
  ["FailedAttachVolume", "FailedMount", "FailedCreatePodSandBox"].flatMap((reason) => {
    const message = events.findLast((event) => event.reason === reason)?.message
    return message === undefined ? [] : [{ reason, message: printable(message, { max: 400 }) }]
  })[0]

/** The run without a promptModification that an earlier version has worked with. */
const withNewPrompt = (observed: ObservedRun, run: CodeRun): CodeRun => {
  const { promptModification, ...spec } = run.spec
  return promptModification === undefined ||
      promptVersion(observed, promptModification) === observed.attempt.contextVersion
    ? run
    : new CodeRun({ ...run, spec: new CodeRunSpec(spec) })
}

const viewOf = (object: CustomObject): ObservedRun => observeRun("CodeRun", object)

/** Whether a run has yet to start, as far as it itself tells. */
const isWaiting = (run: ObservedRun): boolean =>
  !run.deleting && !run.cancel && Result.isSuccess(run.spec) && finalPhase(run) === undefined

/** Older first; of the same second, by name. */
const isBefore = (left: CustomObject, right: CustomObject): boolean => {
  const [a, b] = [left.metadata.creationTimestamp ?? "", right.metadata.creationTimestamp ?? ""]
  return a === b ? (left.metadata.name ?? "") < (right.metadata.name ?? "") : a < b
}
