/** What the stores have at one moment, only to be read: nothing of it changes while a function that is given it runs. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { looksAfter, type Shard } from "@orchestrator/domain/Shards"
import type { Store } from "@orchestrator/k8s/Store"
import type { ClaimFacts } from "./Claim.ts"
import type { JobFacts } from "./Job.ts"
import type { PodFacts } from "./Pod.ts"
import type { RunFacts } from "./Run.ts"
import type { Spending } from "./Spending.ts"

type View<A> = Pick<Store<A>, "get" | "by" | "values">

export interface Snapshot {
  /** Whose Jobs, pods and files there are; the runs are those of all shards. */
  readonly shard: Shard
  readonly runs: Readonly<Record<KindName, View<RunFacts>>>
  readonly jobs: View<JobFacts>
  readonly pods: View<PodFacts>
  readonly lastPods: ReadonlyMap<string, PodFacts>
  readonly workspaces: View<ClaimFacts>
  readonly spending: Pick<Spending, "spent" | "accounts" | "recorded">
}

export const runByUid = ({ runs }: Snapshot, uid: string | undefined): RunFacts | undefined =>
  uid === undefined
    ? undefined
    : Object.values(runs).map((store) => store.by("uid", uid)[0]).find((run) => run !== undefined)

/** The Job of the run's current attempt. */
export const jobOf = ({ jobs }: Snapshot, { jobName: name, namespace }: RunFacts): JobFacts | undefined =>
  jobs.get({ name, namespace })

/** Whether it is another shard that has the Jobs of a run. */
export const isElsewhere = ({ shard }: Snapshot, { shard: number }: RunFacts): boolean => !looksAfter(shard, number)

/** Whether the current attempt of a run has its Job; of a run that is elsewhere, as far as its status says so. */
export const hasJob = (snapshot: Snapshot, run: RunFacts): boolean =>
  jobOf(snapshot, run) !== undefined ||
  (isElsewhere(snapshot, run) && run.status.attempts?.some(({ jobName }) => jobName === run.jobName) === true)

/** Whether a run of another shard has begun and not ended: it takes a slot, as those do whose Jobs are known. */
export const hasStartedElsewhere = (snapshot: Snapshot, run: RunFacts): boolean =>
  !run.ended && isElsewhere(snapshot, run) && hasJob(snapshot, run)

/** A Job's pod, or what it was before it was gone. */
export const podOf = ({ lastPods, pods }: Snapshot, { uid }: JobFacts): PodFacts | undefined =>
  pods.by("job", uid)[0] ?? lastPods.get(uid)
