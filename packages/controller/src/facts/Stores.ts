/**
 * What the controller knows of the cluster: a store for each kind, with what was read of each object when it arrived. A pod's last state
 * stays after the pod is gone, for as long as its Job is there, since the result goes with the pod.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { onlyShard, type Shard } from "@orchestrator/domain/Shards"
import { makePartedStore } from "@orchestrator/k8s/PartedStore"
import type { Change } from "@orchestrator/k8s/Reflector"
import {
  type Identity,
  type Indexer,
  type IndexValue,
  makeFactStore,
  type Pack,
  type Store
} from "@orchestrator/k8s/Store"
import { Context, Layer, Record } from "effect"
import { runKinds } from "../kinds/RunKinds.ts"
import type { ClaimFacts } from "./Claim.ts"
import type { FilesFacts } from "./Files.ts"
import type { JobFacts } from "./Job.ts"
import type { LedgerFacts } from "./Ledger.ts"
import { makePack } from "./Packed.ts"
import { packRun } from "./PackedRun.ts"
import { goneFacts, type PodFacts } from "./Pod.ts"
import type { RunFacts } from "./Run.ts"
import { formatKey } from "./RunKey.ts"
import { makeSpending, type Spending } from "./Spending.ts"
import { makeUnderway, type Underway } from "./Underway.ts"
import type { WarningFacts } from "./Warning.ts"
import type { WorkloadFacts } from "./Workload.ts"

export class Stores extends Context.Service<Stores, {
  readonly shard: Shard
  /** Of the installation itself. */
  readonly ownNamespace: string
  readonly runs: Readonly<Record<KindName, Store<RunFacts>>>
  readonly jobs: Store<JobFacts>
  readonly pods: Store<PodFacts>
  /** Last states of pods that are gone, by the UID of their Job. */
  readonly lastPods: Map<string, PodFacts>
  /** Namespace and name of Jobs that are there and not followed, since labels were taken off: what has our finalizer cannot be gone. */
  readonly strays: Set<string>
  readonly underway: Underway
  readonly files: Store<FilesFacts>
  readonly workspaces: Store<ClaimFacts>
  /** What the Job controller has against making a Job's pod. */
  readonly refusals: Store<WarningFacts>
  /** What nodes meet before the first container of a pod. */
  readonly podWarnings: Store<WarningFacts>
  /** What Kueue says of Jobs in its queues. */
  readonly workloads: Store<WorkloadFacts>
  /** What is written down of the cost of attempts, where there are budgets; and what that comes to. */
  readonly ledger: Store<LedgerFacts>
  readonly spending: Spending
}>()("@orchestrator/controller/facts/Stores") {
  /** Of what the shard follows, in these namespaces; undefined: in every one. `ownNamespace`: of the installation itself. */
  static readonly layerWith = (shard: Shard, namespaces?: ReadonlyArray<string>, ownNamespace = "") =>
    Layer.sync(Stores, () => {
      const storeOf = <A extends Identity>(
        indexers: Readonly<Record<string, Indexer<A>>> = {},
        pack?: Pack<A>
      ): Store<A> =>
        namespaces === undefined || namespaces.length === 1
          ? makeFactStore(indexers, pack)
          : makePartedStore(namespaces, () => makeFactStore(indexers, pack))
      const ledger = storeOf<LedgerFacts>()
      return {
        shard,
        ownNamespace,
        runs: Record.map(runKinds, () => storeOf(runIndexes, packRun)),
        jobs: storeOf<JobFacts>({
          owner: ({ owners }) => owners,
          ownerName: ({ runs }) => runs.map(formatKey),
          claim: claimsOf
        }, makePack()),
        pods: storeOf<PodFacts>({
          job: ({ jobs }) => jobs.map(({ uid }) => uid),
          run: ({ runUid }) => runUid === "" ? none : [runUid],
          claim: claimsOf
        }, makePack()),
        lastPods: new Map<string, PodFacts>(),
        strays: new Set<string>(),
        underway: makeUnderway(),
        files: storeOf<FilesFacts>({}, makePack()),
        workspaces: storeOf<ClaimFacts>({}, makePack()),
        refusals: storeOf<WarningFacts>({ object: objectOf }),
        podWarnings: storeOf<WarningFacts>({ object: objectOf }),
        workloads: storeOf<WorkloadFacts>({ job: ({ job }) => job === undefined ? none : [job.uid] }),
        ledger,
        spending: makeSpending(ledger, ownNamespace)
      }
    })

  static readonly layer = Stores.layerWith(onlyShard)
}

const runIndexes: Readonly<Record<string, Indexer<RunFacts>>> = {
  uid: ({ uid }) => [uid],
  delivery: ({ deliveries }) => deliveries,
  waitingEvents: ({ hasWaitingEvents }) => hasWaitingEvents ? everyone : none,
  tenant: ({ tenant }) => tenant === undefined ? none : [tenant.key],
  // What only those have that have yet to end.
  task: (run) => run.ended ? none : run.tasks,
  active: (run) => run.ended ? none : run.tenant?.workspaces ?? none,
  dependency: (run) => run.ended ? none : run.dependencies
}

const runStore = () => makeFactStore(runIndexes)

/** The same stores as they would be with one more run, which is in none of them. */
export const withRun = (stores: Stores["Service"], run: RunFacts): Stores["Service"] => {
  const there = stores.runs[run.kind]
  const own = runStore()
  own.put(run)
  const both: Store<RunFacts> = {
    ...there,
    get: (key) => own.get(key) ?? there.get(key),
    by: (index, value) => [...there.by(index, value), ...own.by(index, value)],
    anyBy: (index, value, isSo) => there.anyBy(index, value, isSo) || own.anyBy(index, value, isSo),
    values: () => [...there.values(), run].values(),
    size: () => there.size() + 1
  }
  return { ...stores, runs: { ...stores.runs, [run.kind]: both } }
}

/** Keeps the last state of a pod that goes before its Job; one that goes after it leaves nothing that anyone will ask for. */
export const rememberPods = ({ jobs, lastPods, strays }: Stores["Service"]) => ({
  job: ({ held, name, namespace, uid }: JobFacts, change: Change): void => {
    const isStray = change === "removed" && held
    if (isStray) strays.add(`${namespace}/${name}`)
    else strays.delete(`${namespace}/${name}`)
    if (change === "removed" && !isStray) lastPods.delete(uid)
  },
  pod: (pod: PodFacts, change: Change): void => {
    const { jobs: [owner], namespace } = pod
    if (change === "set" || owner === undefined) return
    // What nobody had begun to delete has lost its labels, and is still there as far as anybody knows.
    const last = pod.deleting || pod.over ? goneFacts(pod) : pod
    if (jobs.get({ namespace, name: owner.name })?.uid === owner.uid) lastPods.set(owner.uid, last)
  }
})

const none: ReadonlyArray<IndexValue> = []
/** Index value of all that are in an index. */
const everyone: ReadonlyArray<IndexValue> = [0]

/** Index value of the claim that a Job's pods, or a pod, mount. */
const claimsOf = ({ claim, namespace }: JobFacts | PodFacts): ReadonlyArray<IndexValue> =>
  claim === undefined ? none : [`${namespace}/${claim}`]

const objectOf = ({ about: { uid } }: WarningFacts): ReadonlyArray<IndexValue> => uid === undefined ? none : [uid]
