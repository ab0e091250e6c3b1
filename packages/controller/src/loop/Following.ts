/** What the controller follows: each kind with what is kept of its objects, and whom a change wakes. */
import { hasBudgets } from "@orchestrator/domain/Budgets"
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { usesKueue } from "@orchestrator/domain/Kueue"
import { ourSelector } from "@orchestrator/domain/Labels"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { shardSelector } from "@orchestrator/domain/Shards"
import {
  ConfigMapKind,
  EventKind,
  JobKind,
  type Kind,
  metadataOf,
  PersistentVolumeClaimKind,
  PodKind,
  runResources,
  WorkloadKind
} from "@orchestrator/k8s/Kinds"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { partOf } from "@orchestrator/k8s/PartedStore"
import { type Change, reflect, type ReflectorOptions } from "@orchestrator/k8s/Reflector"
import type { Identity } from "@orchestrator/k8s/Store"
import type { DateTime, Effect } from "effect"
import { claimFacts } from "../facts/Claim.ts"
import { filesFacts } from "../facts/Files.ts"
import { saysTheSame } from "../facts/Identity.ts"
import { jobFacts } from "../facts/Job.ts"
import { ledgerFacts, ledgerSelector } from "../facts/Ledger.ts"
import { podFacts } from "../facts/Pod.ts"
import { runFacts } from "../facts/Run.ts"
import { rememberPods, type Stores } from "../facts/Stores.ts"
import { warningFacts } from "../facts/Warning.ts"
import { workloadFacts } from "../facts/Workload.ts"
import { noWakeup, type Wakeup, wakeups } from "./Wakeups.ts"

/** One kind, followed for ever; `onSynced` when its first list is complete, `onTrouble` when it cannot be followed, and when it can again. */
export interface Following {
  readonly plural: string
  /** Which of the kind, where it is not all that are ours. */
  readonly which?: string
  /** How many objects are kept. */
  readonly size: () => number
  /** How often its watch was heard. */
  readonly heard: () => number
  readonly follow: (
    options:
      & { readonly namespace: string | undefined; readonly onEvent: () => void }
      & Pick<ReflectorOptions<KubernetesObject, unknown>, "onListed" | "onSynced" | "onTrouble">
  ) => Effect.Effect<void, never, KubernetesClient>
}

/** What nodes meet before a container's start, without what pods say of their scheduling, their images and their containers. */
const podWarnings = [
  "involvedObject.kind=Pod",
  "type=Warning",
  ...["FailedScheduling", "BackOff", "Failed", "Unhealthy"].map((reason) => `reason!=${reason}`)
].join(",")

type Wakes<A> = (facts: A, change: Change, before?: A) => Wakeup

/** Leaves out what changes nothing that is kept. */
const ifNews = <A extends Identity>(wakes: Wakes<A>): Wakes<A> => (facts, change, before) =>
  change === "set" && before !== undefined && saysTheSame(before, facts) ? noWakeup : wakes(facts, change, before)

export const followings = (
  stores: Stores["Service"],
  { budgets, kueue }: OrchestratorConfig,
  wake: (wakeup: Wakeup) => Effect.Effect<void>,
  now: () => DateTime.Utc
) => {
  const wakes = wakeups(stores, now)
  const remember = rememberPods(stores)

  const follow = <A extends KubernetesObject, Kept>(
    kind: Kind<A>,
    { wakes, which, ...options }: Omit<ReflectorOptions<A, Kept>, "onChange" | "onSynced"> & {
      readonly wakes: Wakes<Kept>
      readonly which?: string
    }
  ): Following => ({
    plural: kind.plural,
    ...(which === undefined ? {} : { which }),
    size: options.store.size,
    heard: options.store.heard,
    follow: ({ onEvent, ...given }) =>
      reflect(kind, {
        ...options,
        ...given,
        skipsKnown: true,
        store: partOf(options.store, given.namespace),
        onChange: (facts, change, before, object) => {
          if (object !== undefined) onEvent()
          return wake(wakes(facts, change, before))
        }
      })
  })

  const keepsBooks = hasBudgets(budgets)

  /** Of our objects those of the shard; of runs and claims all, since they tell who may start. */
  const labelSelector = [ourSelector, shardSelector(stores.shard) ?? []].flat().join(",")
  return {
    /** Nothing is decided before each of these has its first list. */
    required: [
      ...everyRunKind.map(({ kind }) =>
        follow(runResources[kind], {
          store: stores.runs[kind],
          project: (run, before) => {
            if (keepsBooks) stores.spending.see(run)
            return runFacts(kind, run, before)
          },
          wakes: wakes.run
        })
      ),
      follow(JobKind, {
        store: stores.jobs,
        project: jobFacts,
        readsFixedOnce: true,
        wakes: ifNews((job, change) => {
          remember.job(job, change)
          return wakes.job(job, change)
        }),
        labelSelector
      }),
      follow(PodKind, {
        store: stores.pods,
        project: podFacts,
        readsFixedOnce: true,
        wakes: ifNews((pod, change, before) => {
          remember.pod(pod, change)
          if (keepsBooks) stores.spending.podSeen(pod, change === "removed")
          return wakes.pod(pod, change, before)
        }),
        labelSelector
      }),
      follow(metadataOf(ConfigMapKind), {
        store: stores.files,
        project: filesFacts,
        wakes: ifNews(wakes.files),
        labelSelector
      }),
      follow(metadataOf(PersistentVolumeClaimKind), {
        store: stores.workspaces,
        project: claimFacts,
        wakes: ifNews(wakes.claim),
        labelSelector: ourSelector
      }),
      ...(keepsBooks
        ? [follow(ConfigMapKind, {
          store: stores.ledger,
          project: ledgerFacts,
          // What an attempt might have cost may turn out to be less.
          wakes: () => ({ runs: [], slotsFreed: true }),
          which: "what runs have cost",
          labelSelector: ledgerSelector
        })]
        : [])
    ],
    /** These only tell why nothing starts: nothing waits for their lists, and who may not read Events goes without. */
    optional: [
      follow(EventKind, {
        store: stores.refusals,
        project: warningFacts,
        wakes: wakes.refusal,
        which: "Jobs that cannot make pods",
        fieldSelector: "involvedObject.kind=Job,reason=FailedCreate"
      }),
      follow(EventKind, {
        store: stores.podWarnings,
        project: warningFacts,
        wakes: wakes.podWarning,
        which: "pods that cannot start",
        fieldSelector: podWarnings
      }),
      ...(usesKueue(kueue)
        ? [follow(WorkloadKind, {
          store: stores.workloads,
          project: workloadFacts,
          wakes: ifNews(wakes.workload)
        })]
        : [])
    ]
  }
}
