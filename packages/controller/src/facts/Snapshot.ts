/** What the stores have at one moment, only to be read: nothing of it changes while a function that is given it runs. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { Store } from "@orchestrator/k8s/Store"
import type { ClaimFacts } from "./Claim.ts"
import type { JobFacts } from "./Job.ts"
import type { PodFacts } from "./Pod.ts"
import type { RunFacts } from "./Run.ts"

type View<A> = Pick<Store<A>, "get" | "by" | "values">

export interface Snapshot {
  readonly runs: Readonly<Record<KindName, View<RunFacts>>>
  readonly jobs: View<JobFacts>
  readonly pods: View<PodFacts>
  readonly lastPods: ReadonlyMap<string, PodFacts>
  readonly workspaces: View<ClaimFacts>
}

export const runByUid = ({ runs }: Snapshot, uid: string | undefined): RunFacts | undefined =>
  uid === undefined
    ? undefined
    : Object.values(runs).map((store) => store.by("uid", uid)[0]).find((run) => run !== undefined)

/** The Job of the run's current attempt. */
export const jobOf = ({ jobs }: Snapshot, { jobName: name, namespace }: RunFacts): JobFacts | undefined =>
  jobs.get({ name, namespace })

/** A Job's pod, or what it was before it was gone. */
export const podOf = ({ lastPods, pods }: Snapshot, { uid }: JobFacts): PodFacts | undefined =>
  pods.by("job", uid)[0] ?? lastPods.get(uid)
