/**
 * What only an attempt to do it could tell: the cluster's answer to an action of a plan. It is planned for at once, on what was observed
 * before, and remembered nowhere: the next round finds out again.
 */
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Data } from "effect"

/** What the cluster may refuse to make or do for a run, as a message names it. */
export type RefusedObject = "Job" | "ConfigMap" | "PersistentVolumeClaim" | "request to stop"

export type Feedback = Data.TaggedEnum<{
  /** An object that is not this run's has the name of its Job. */
  JobNameTaken: {}
  /** Another ConfigMap has the name of the attempt's files. */
  FilesNameTaken: {}
  /** A claim that is no workspace of this service has the name of the workspace. */
  WorkspaceNameTaken: { readonly claim: string }
  /** The API server does not let an action be done: for now, as a quota does not, or never. */
  Refused: { readonly what: RefusedObject; readonly words: string; readonly lasting: boolean }
  /** A run as the cluster has it, of which the store keeps less. */
  WholeRun: { readonly run: CustomObject }
}>
export const Feedback = Data.taggedEnum<Feedback>()
