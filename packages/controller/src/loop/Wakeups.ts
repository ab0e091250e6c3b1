/**
 * Which runs to look at after a change: pure, from what changed and what the stores have. Why a run is looked at is never an input of what
 * is then decided.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { Change } from "@orchestrator/k8s/Reflector"
import type { DateTime } from "effect"
import type { ClaimFacts } from "../facts/Claim.ts"
import type { FilesFacts } from "../facts/Files.ts"
import type { JobFacts } from "../facts/Job.ts"
import { dependencyIndex } from "../facts/LiveRun.ts"
import type { PodFacts } from "../facts/Pod.ts"
import type { RunFacts } from "../facts/Run.ts"
import { formatKey, type RunKey } from "../facts/RunKey.ts"
import { hasJob } from "../facts/Snapshot.ts"
import type { Stores } from "../facts/Stores.ts"
import type { WarningFacts } from "../facts/Warning.ts"
import type { WorkloadFacts } from "../facts/Workload.ts"
import { isBefore, isReady } from "../line/Waiting.ts"
import { isMereStep } from "./PodStep.ts"

export interface Wakeup {
  readonly runs: ReadonlyArray<RunKey>
  /** Whether runs that waited for others to end may start now. */
  readonly slotsFreed: boolean
}

export const noWakeup: Wakeup = { runs: [], slotsFreed: false }

const only = (runs: ReadonlyArray<RunKey>): Wakeup => ({ runs, slotsFreed: false })

/** By kind of what changed; the stores have it already, or no longer. */
export const wakeups = (stores: Stores["Service"], now: () => DateTime.Utc) => {
  const { jobs, pods, runs } = stores
  const found = (index: string, value: string): ReadonlyArray<RunFacts> =>
    everyRunKind.flatMap(({ kind }) => runs[kind].by(index, value))

  /**
   * Who may go on in a workspace that others have left: of each tenant the oldest that could start, as everybody behind it waits for it. Whether
   * a pause is over, and whether what looks like a run's Job is one, is not known here.
   */
  const nextIn = (workspace: string): ReadonlyArray<RunKey> => {
    const next = new Map<string, RunFacts>()
    const others: Array<RunFacts> = []
    for (const run of found("active", workspace)) {
      const tenant = run.tenant?.key ?? ""
      const before = next.get(tenant)
      // Age is asked before what takes longer.
      if ((!run.ended && run.hasPause) || hasJob(stores, run)) others.push(run)
      else if ((before === undefined || isBefore(run, before)) && isReady(stores, run)) next.set(tenant, run)
    }
    return [...next.values(), ...others]
  }

  /** The next ones in what a Job or pod had mounted. */
  const nextFor = ({ claim, namespace }: JobFacts | PodFacts) =>
    claim === undefined ? [] : nextIn(`${namespace}/${claim}`)

  /** Whether a run has ended, and nothing is left of it that a round could do: all that it can be looked at for is Jobs that our finalizer holds. */
  const isAtRest = (run: RunFacts): boolean =>
    run.ended && !run.editedAfterEnd && !run.hasUnsaidPullRequest && stores.strays.size === 0 &&
    !jobs.by("ownerName", formatKey(run)).some(({ held }) => held)

  const isStep = (before: PodFacts, after: PodFacts): boolean => {
    const [owner] = after.jobs
    const job = owner && jobs.get({ namespace: after.namespace, name: owner.name })
    const hasWarning = stores.podWarnings.by("object", after.uid).length > 0
    return job?.uid === owner?.uid && job !== undefined && isMereStep({ job, before, after, hasWarning }, now())
  }

  const labelled = ({ runUid }: PodFacts | FilesFacts) => found("uid", runUid).filter((run) => !isAtRest(run))

  /** Those that a Job names, unless they have ended and let go of it. */
  const namedBy = ({ held, runs: keys }: JobFacts): ReadonlyArray<RunKey> =>
    held ? keys : keys.filter((key) => {
      const run = runs[key.kind].get(key)
      return run === undefined || !isAtRest(run)
    })

  return {
    /** After a write of ours, the round that wrote looks again by itself. */
    run: (run: RunFacts, change: Change, before?: RunFacts): Wakeup => {
      const over = change === "removed" || run.ended
      const isEcho = change === "set" && before?.resourceVersion === run.resourceVersion
      /** An edit may have taken it out of a line that others stand in. */
      const moved = before !== undefined &&
        (before.generation !== run.generation || before.deleting !== run.deleting)
      /** Who depends on it waits again, and others of their workspaces may be next. */
      const undone = change === "removed" || (before?.ended === true && !run.ended)
      // Runs that may start, or never will, by what becomes of this one.
      const dependents = runs[run.kind].by("dependency", dependencyIndex(run.namespace, run.name))
      const left = [...(over || moved ? [run, before] : []), ...(undone ? dependents : [])]
      const workspaces = new Set(left.flatMap((each) => each?.tenant?.workspaces ?? []))
      return {
        runs: [...(isEcho || isAtRest(run) ? [] : [run]), ...[...workspaces].flatMap(nextIn), ...dependents],
        slotsFreed: over || moved || undone
      }
    },
    job: (job: JobFacts, change: Change): Wakeup => ({
      runs: [...namedBy(job), ...nextFor(job)],
      slotsFreed: change === "removed" || job.end !== undefined
    }),
    pod: (pod: PodFacts, change: Change, before?: PodFacts): Wakeup => {
      const over = change === "removed" || pod.over
      if (!over && before !== undefined && isStep(before, pod)) return noWakeup
      return { runs: [...labelled(pod), ...(over ? nextFor(pod) : [])], slotsFreed: over }
    },
    files: (files: FilesFacts): Wakeup => only(labelled(files)),
    /** One that goes is told to all who wait for it. */
    claim: ({ deleting, name, namespace }: ClaimFacts, change: Change): Wakeup => {
      const key = `${namespace}/${name}`
      return only(
        deleting || change === "removed"
          ? found("active", key)
          : [...jobs.by("claim", key).flatMap((job) => job.runs), ...nextIn(key)]
      )
    },
    /** What keeps a Job from having a pod. */
    refusal: ({ about, namespace }: WarningFacts): Wakeup =>
      only(jobs.get({ namespace, name: about.name })?.runs ?? []),
    /** What Kueue says of a Job. */
    workload: ({ job, namespace }: WorkloadFacts): Wakeup =>
      only(job === undefined ? [] : jobs.get({ namespace, name: job.name })?.runs ?? []),
    /** What keeps a pod's containers from starting. */
    podWarning: ({ about, namespace }: WarningFacts): Wakeup => {
      const pod = pods.get({ namespace, name: about.name })
      return only(pod === undefined ? [] : labelled(pod))
    }
  }
}
