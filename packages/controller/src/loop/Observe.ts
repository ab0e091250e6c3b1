/**
 * Reads the stores once and says what there is. The only input of a plan. Of a run that the store has not whole, the spec is read from the
 * API server when its Job or files are about to be made, and only then.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Templates } from "@orchestrator/templates/Templates"
import { Clock, Context, DateTime, Effect, Layer, Option, Result } from "effect"
import { currentJob } from "../attempt/CurrentAttempt.ts"
import { holdAt } from "../attempt/Hold.ts"
import { isOwnJob } from "../attempt/OwnJob.ts"
import { pausedUntil } from "../attempt/Pause.ts"
import { promptVersion } from "../attempt/SpecEdit.ts"
import { lastSession } from "../decide/LastSession.ts"
import { isAbandoned } from "../decide/Stage.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Observed, ObservedFiles, ObservedJob, WorkspaceTurn } from "../facts/Observed.ts"
import { observeJob } from "../facts/ObserveJob.ts"
import { whole } from "../facts/Packed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { formatKey, keyOf, type RunKey } from "../facts/RunKey.ts"
import { podOf } from "../facts/Snapshot.ts"
import { Stores } from "../facts/Stores.ts"
import { profiled } from "../kinds/Profiled.ts"
import { admitted, fullBudgetIn, reachedLimits } from "../line/Admission.ts"
import { followedLine, type Line } from "../line/Line.ts"
import { isVacant } from "../line/Possession.ts"
import { isLimited, limitsIn, reachedText } from "../line/Slots.ts"
import { unseenClaim, workspaceOf } from "../line/Turns.ts"
import { type Moment, startObstacle } from "../line/Waiting.ts"
import { mustWait } from "../line/Workspaces.ts"
import { nonce } from "./Nonce.ts"
import { makeReads, type Reads } from "./Reads.ts"
import { ControllerSettings } from "./Settings.ts"

export class Observe extends Context.Service<Observe, {
  readonly observe: (key: RunKey) => Effect.Effect<Observed, KubernetesError>
  /** Runs that may start now as far as the limits of runs at the same time go; none where there are no limits. */
  readonly admitted: Effect.Effect<ReadonlyArray<RunKey>>
}>()("@orchestrator/controller/loop/Observe") {
  static readonly layer = Layer.effect(
    Observe,
    Effect.gen(function*() {
      const stores = yield* Stores
      const limits = limitsIn((yield* ControllerSettings).config)
      const line = isLimited(limits) ? followedLine(stores, limits) : undefined
      return Observe.of(yield* makeObserve(stores, yield* makeReads, line))
    })
  )
}

/** Over any stores, and with any way of reading what they lack; and how a run's files are rendered, whether or not it may start. */
export const makeObserve = Effect.fnUntraced(function*(stores: Stores["Service"], reads: Reads, line?: Line) {
  const templates = yield* Templates
  const { config } = yield* ControllerSettings

  const clock = yield* Clock.Clock
  const moment = (): Moment => ({
    config,
    now: DateTime.makeUnsafe(clock.currentTimeMillisUnsafe()),
    snapshot: stores
  })

  const observeJobOf = (job: JobFacts): ObservedJob => {
    const pod = podOf(stores, job)
    return observeJob(job, pod, {
      refusals: stores.refusals.by("object", job.uid),
      ofPod: stores.podWarnings.by("object", pod?.uid ?? ""),
      workload: job.queue === undefined ? undefined : stores.workloads.by("job", job.uid)[0]
    }, stores.pods.revision(job.namespace))
  }

  /** Watches have no common order: before a Job that is over is judged, its pod is read where the stream of pods is behind. */
  const lacksPods = (run: RunFacts | undefined, jobs: ReadonlyArray<ObservedJob>): run is RunFacts =>
    run !== undefined && !run.ended && jobs.some(({ podBehind }) => podBehind === true)

  /** A Job of a later attempt than the run is at tells that the store has an old version of the run. */
  const isOld = (run: RunFacts | undefined, jobs: ReadonlyArray<JobFacts>): run is RunFacts =>
    run !== undefined && jobs.some((job) => isOwnJob(run, job) && isLater(job.attempt, run))

  /**
   * Names of Jobs that are the run's and not found under its name: what the status names is lost only when the API server does not have it,
   * since a store may be behind; and what has lost its labels is not followed any more.
   */
  const missingJobs = (run: RunFacts | undefined, known: ReadonlyArray<JobFacts>): ReadonlyArray<string> => {
    if (run === undefined || run.deleting) return noNames
    const { jobName, namespace, status } = run
    const recorded = status.attempts?.map(({ jobName }) => jobName) ?? noNames
    return [...new Set([jobName, ...recorded])].filter((name) =>
      !known.some((job) => job.name === name) &&
      ((!run.ended && name === jobName && recorded.includes(name)) || stores.strays.has(`${namespace}/${name}`))
    )
  }

  const findJobs = ({ namespace }: RunKey, names: ReadonlyArray<string>) =>
    Effect.map(
      Effect.forEach(names, (name) => {
        const stored = stores.jobs.get({ name, namespace })
        return stored === undefined ? reads.jobNamed(namespace, name) : Effect.succeed(stored)
      }),
      (found) => found.filter((job) => job !== undefined)
    )

  /** Jobs without an owner whose run the store does not have are left behind when the API server does not have it either. */
  const leftBehind = (key: RunKey, jobs: ReadonlyArray<JobFacts>) =>
    Effect.map(reads.uidOf(key), (uid) => jobs.filter((job) => uid === undefined || job.runUid !== uid))

  const hasFiles = (job: ObservedJob | undefined) =>
    job !== undefined &&
    stores.files.get({ namespace: job.namespace, name: job.files?.name ?? job.name }) !== undefined

  const render = (run: LiveRun): ObservedFiles["rendered"] => {
    if (Result.isFailure(run.spec)) return undefined
    const { inputs, resume, templates: set, tools } = profiled(run.spec.success, config)
    const { contextVersion, retry } = run.attempt
    const values = inputs({
      config,
      uid: run.originalUid,
      attempts: contextVersion + retry,
      resume: resume || retry > 0,
      tools,
      hasNewPrompt: promptVersion(run) === contextVersion
    })
    return Result.mapError(templates.render(values, set), (error) => error.message)
  }

  const isContested = ({ kind, tasks, uid }: LiveRun): boolean =>
    tasks.some((task) => stores.runs[kind].anyBy("task", task, (other) => other.uid !== uid))

  /** Of the run itself, or of another one that works in the same workspace. */
  const sessionOf = (run: LiveRun) =>
    lastSession(run, run.tenant === undefined ? [] : stores.runs[run.kind].by("tenant", run.tenant.key))

  /** For how many milliseconds another Job for the workspace may come to be that nothing tells of yet; a run looks again before that. */
  const underway = (now: number, run: LiveRun, claim: string) => {
    const left = stores.underway.left(`${run.namespace}/${claim}`, run.jobName, now)
    return left === undefined ? undefined : Math.min(left, underwayLookMillis)
  }

  /**
   * The workspace of a run that could start in it. Where the stores do not prove that nobody is at work there, Jobs and pods are read
   * first, so that they do.
   */
  const assured = Effect.fnUntraced(function*(at: Moment, run: LiveRun) {
    const unseen = unseenClaim(stores, run)
    if (unseen !== undefined) yield* reads.claimNamed(run.namespace, unseen)
    const seen = workspaceOf(at, run)
    if (seen === undefined || mustWait(seen.turn, config) || config.storage.access === "Shared") return seen
    const now = yield* monotonicMillis
    const busy = underway(now, run, seen.claim)
    if (busy !== undefined) return { ...seen, turn: notYet(at, busy) }
    const claim = stores.workspaces.get({ namespace: run.namespace, name: seen.claim })
    if (claim === undefined || isVacant(stores, run, claim)) return seen
    // Also where the annotation names nobody: anybody may have taken it off. One without any mark of ours was given to nobody.
    const isUnmarked = claim.holder === undefined && claim.tenant === undefined
    const before = claim.holder === run.uid || isUnmarked ? undefined : stores.underway.leftOfOthers(now)
    // Whoever is found by then, it is looked again: what is read before that decides nothing.
    if (before !== undefined) return seen.turn.tag === "free" ? { ...seen, turn: notYet(at, before) } : seen
    const elsewhere = yield* reads.workersOf(run.namespace, run.service ?? "")
    const read = workspaceOf(at, run)
    if (read === undefined || mustWait(read.turn, config) || !elsewhere.includes(read.claim)) return read
    return { ...read, turn: notYet(at, underwayLookMillis, "a run of another shard") }
  })

  const observeLive = Effect.fnUntraced(function*(at: Moment, run: LiveRun, job: ObservedJob | undefined) {
    const hasJob = job !== undefined
    const obstacle = hasJob ? undefined : startObstacle(stores, run)
    const reached = reachedLimits(at, run, line)
    const fullBudget = fullBudgetIn(at, reached)
    const hold = hasJob ? undefined : holdAt(config, at.now)
    const isPaused = pausedUntil({ now: at.now, run }) !== undefined
    const mayStart = !hasJob && obstacle === undefined && reached.length === 0 && hold === undefined && !isPaused &&
      !run.cancel &&
      !run.suspended && !run.deleting
    const workspace = mayStart ? yield* assured(at, run) : workspaceOf(at, run)
    const waits = mustWait(workspace?.turn, config) || isPaused || run.suspended || hold !== undefined
    const present = hasFiles(job)
    /** Whether files are to be made now, as far as the run itself and its place tell. */
    const starts = obstacle === undefined && !(hasJob ? present : waits) && Result.isSuccess(run.spec)
    const mayBeOld = !hasJob && !isNew(at, run)
    const isRead = starts && (mayBeOld || !run.isWhole) && reached.length === 0 && !run.cancel && !run.deleting
    const current = isRead ? yield* reads.wholeRun(run) : run
    const rendered = starts && current?.isWhole === true ? render(current) : undefined
    return {
      run: current ?? run,
      workspace,
      files: { present, rendered },
      nonce: hasJob ? "" : yield* nonce,
      obstacle,
      hold,
      reachedLimit: fullBudget === undefined ? reached.map(reachedText)[0] : undefined,
      fullBudget,
      contested: !hasJob && isContested(run),
      lastSession: hasJob || workspace === undefined || rendered === undefined ? undefined : sessionOf(run)
    }
  })

  const observe = Effect.fnUntraced(function*(key: RunKey): Effect.fn.Return<Observed, KubernetesError> {
    const at = moment()
    const known = stores.jobs.by("ownerName", formatKey(key))
    const kept = stores.runs[key.kind].get(key)
    const stored = kept?.ended === false ? whole(kept) : kept
    const run = isOld(stored, known) ? (yield* reads.runAgain(stored)) ?? stored : stored
    const missing = missingJobs(run, known)
    const all = missing.length === 0 ? known : [...known, ...yield* findJobs(key, missing)]
    const isOurs = (job: JobFacts) => run !== undefined && isOwnJob(run, job)
    const ours = all.filter(isOurs)
    let jobs = ours.map(observeJobOf)
    if (lacksPods(run, jobs)) {
      yield* reads.podsOf(run)
      jobs = ours.map(observeJobOf)
    }
    const others = all.filter((job) => !isOurs(job))
    const isAnyAbandoned = run === undefined && others.some((job) => isAbandoned(job, run))
    const orphans = (isAnyAbandoned ? yield* leftBehind(key, others) : others).map(observeJobOf)
    const observed = run === undefined || run.ended
      ? { ...nothingToDo, run }
      : yield* observeLive(at, run, currentJob(run, jobs))
    return { now: at.now, config, jobs, orphans, ...observed }
  })

  return { observe, admitted: Effect.sync(() => admitted(moment(), line).map(keyOf)), render }
})

const noNames: ReadonlyArray<string> = []

const newMillis = 3000

/**
 * Whether a run was made just now, so that nothing can have become of it yet. Of any other the store may have an old version: one that has
 * worked meanwhile, and whose Job is gone again, would get a second one.
 */
const isNew = ({ now }: Moment, { createdAt }: LiveRun): boolean =>
  Option.exists(
    DateTime.make(createdAt),
    (created) => DateTime.toEpochMillis(now) - DateTime.toEpochMillis(created) < newMillis
  )

/** Of a run that has ended, only the version is kept. */
const isLater = ({ contextVersion, retry }: AttemptKey, { attempt, ended }: RunFacts): boolean =>
  contextVersion === attempt.contextVersion ? !ended && retry > attempt.retry : contextVersion > attempt.contextVersion

/** Between two looks at a Job that was sent and not answered. */
const underwayLookMillis = 5000

const notYet = ({ now }: Moment, millis: number, behind = "a Job that may still be made"): WorkspaceTurn => ({
  tag: "waiting",
  behind,
  until: DateTime.add(now, { milliseconds: millis })
})

const nothingToDo = {
  workspace: undefined,
  files: { present: false, rendered: undefined },
  nonce: "",
  obstacle: undefined,
  hold: undefined,
  reachedLimit: undefined,
  fullBudget: undefined,
  contested: false,
  lastSession: undefined
}
