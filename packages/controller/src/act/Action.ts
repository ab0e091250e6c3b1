/**
 * What a plan may do. Closed: the interpreter handles every case, and every case carries its own fence (a deterministic name, a
 * resourceVersion or a UID), so that doing it twice or too late changes nothing.
 */
import type { ConfigMap, CustomObject, Job, Metadata, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { Data } from "effect"
import type { StopReason } from "../facts/Observed.ts"
import type { KindName } from "../kinds/RunKind.ts"

/** A status to store if the run is still at the object's resourceVersion. */
export interface StatusWrite {
  readonly kind: KindName
  readonly object: CustomObject
}

export type Action = Data.TaggedEnum<{
  /** Makes the claim, held by this run. */
  CreateWorkspace: { readonly claim: PersistentVolumeClaim; readonly ifTaken: StatusWrite }
  /** Names this run as the holder of a claim that nobody holds. `marks`: what makes it its tenant's as well. */
  LeaseWorkspace: {
    readonly namespace: string
    readonly claim: string
    readonly uid: string
    readonly resourceVersion: string
    readonly holder: string
    readonly marks: Pick<Metadata, "labels" | "annotations"> | undefined
  }
  /**
   * `ifTaken`: what to store when an object that is not ours has the name. `ifForbidden`: while a quota or a policy forbids the Job; it is
   * tried again. `ifInvalid`: when the API server would never take it.
   */
  CreateJob: {
    readonly job: Job
    readonly ifTaken: StatusWrite
    readonly ifForbidden: StatusWrite
    readonly ifInvalid: StatusWrite
  }
  /** Owner `job`: by its UID, or undefined for the Job that this plan has just created. What has their name must have their content. */
  CreateFiles: {
    readonly files: ConfigMap
    readonly owner:
      | { readonly tag: "job"; readonly name: string; readonly uid: string | undefined }
      | { readonly tag: "run" }
    readonly ifTaken: StatusWrite
  }
  /** Ends a Job that still runs: its pods get SIGTERM and their grace. `resume`: it is suspended, and would never end so. */
  StopJob: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly reason: StopReason
    readonly resume: boolean
  }
  /** Takes our finalizer off, which is at this place in the list, and sets the time to live. */
  ReleaseJob: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly finalizerIndex: number
    readonly ttlSeconds: number | undefined
  }
  WriteStatus: StatusWrite
  /** Says in the status of a run that has ended what is still to be said there; the store has not enough of it. */
  SettleStatus: { readonly kind: KindName; readonly namespace: string; readonly name: string; readonly uid: string }
}>
export const Action = Data.taggedEnum<Action>()

/** One case of the union, by its tag. */
export type ActionOf<Tag extends Action["_tag"]> = Data.TaggedEnum.Value<Action, Tag>
