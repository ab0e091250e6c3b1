/**
 * What a plan may do. Closed: the interpreter handles every case, and every case carries its own fence (a deterministic name, a
 * resourceVersion or a UID), so that doing it twice or too late changes nothing. What the cluster may answer is facts/Feedback.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type {
  ConfigMap,
  CustomObject,
  Job,
  Metadata,
  OwnerReference,
  PersistentVolumeClaim
} from "@orchestrator/k8s/Objects"
import { Data } from "effect"
import type { StopReason } from "../facts/Job.ts"
import type { Spent } from "../facts/Ledger.ts"
import type { LiveRun } from "../facts/LiveRun.ts"

/** A status to store if the run is still at its resourceVersion. */
export interface StatusWrite {
  readonly run: LiveRun
  readonly status: Readonly<Record<string, unknown>>
}

/** The object that another one goes with. */
export interface Owner extends Omit<OwnerReference, "uid"> {
  readonly uid: string | undefined
}

export type Action = Data.TaggedEnum<{
  /** Makes the claim, held by this run. */
  CreateWorkspace: { readonly claim: PersistentVolumeClaim }
  /** Names this run as the holder of a claim that nobody keeps. `marks`: this lease's own, and what makes it its tenant's as well. */
  LeaseWorkspace: {
    readonly namespace: string
    readonly claim: string
    readonly uid: string
    readonly resourceVersion: string
    readonly holder: string
    readonly marks: Pick<Metadata, "labels" | "annotations">
  }
  CreateJob: { readonly job: Job }
  /**
   * What has their name must have their content. `owner`: of a Job without a UID, the one that this plan has just created.
   */
  CreateFiles: { readonly files: ConfigMap; readonly owner: Owner }
  /** Ends a Job that still runs: its pods get SIGTERM and their grace. `resume`: it is suspended, and would never end so. */
  StopJob: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly reason: StopReason
    readonly resume: boolean
  }
  /** Takes a Job that Kueue has suspended out of its queue: letting it go on to end is not ours to do. Our finalizer still holds it. */
  DeleteJob: { readonly namespace: string; readonly name: string; readonly uid: string }
  /** Takes our finalizer off, which is at this place in the list, and sets the time to live. */
  ReleaseJob: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly finalizerIndex: number
    readonly ttlSeconds: number | undefined
  }
  /** Gives a Job back what others have taken off: the labels by which it is followed, its owner, our finalizer. */
  MarkJob: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly labels: Readonly<Record<string, string>>
    readonly owner: OwnerReference | undefined
    readonly finalizer: boolean
  }
  /** Writes down what attempts have cost, each under a key of its own. What one might have cost takes no place of what it has. */
  RecordSpent: { readonly entries: readonly [Spent, ...ReadonlyArray<Spent>] }
  /** Takes lines of months before away, which nobody asks for. */
  ForgetSpent: { readonly entries: ReadonlyArray<Spent> }
  WriteStatus: StatusWrite
  /** What is still to be said of a run that has ended; where it cannot be, nothing is lost. */
  SettleStatus: { readonly kind: KindName; readonly object: CustomObject }
  /** Reads a run of which the store has not enough to write its status. Always answered with feedback, and the last action. */
  ReadRun: { readonly kind: KindName; readonly namespace: string; readonly name: string; readonly uid: string }
}>
export const Action = Data.taggedEnum<Action>()

/** One case of the union, by its tag. */
export type ActionOf<Tag extends Action["_tag"]> = Data.TaggedEnum.Value<Action, Tag>
