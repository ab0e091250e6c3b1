/**
 * What is kept of attempts whose pods are gone. Whoever assembles the program knows where that is. Asked only for runs that the requester
 * may read, by the run's UID: a run that is made again under an old name shows nothing of the old one.
 */
import type { EvidenceFile, EvidenceOf } from "@orchestrator/domain/Evidence"
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, Data, type Effect, type Scope, type Stream } from "effect"

/** Where it is kept cannot be asked now. */
export class EvidenceTrouble extends Data.TaggedError("EvidenceTrouble")<{
  /** What was found. */
  readonly reason: string
  readonly hint: string
}> {}

export interface EvidenceQuery extends EvidenceOf {
  readonly kind: AnyRunKind
  readonly run: CustomObject
  readonly file: EvidenceFile
}

/** Whose word what is read there is: what is on a workspace, agents have written. */
export type EvidenceSource = "bucket" | "volume" | "workspace"

export class EvidenceStore extends Context.Service<EvidenceStore, {
  readonly source: EvidenceSource
  /** Undefined: there is none. What was opened is closed with the scope. */
  readonly open: (
    query: EvidenceQuery
  ) => Effect.Effect<Stream.Stream<Uint8Array, EvidenceTrouble> | undefined, EvidenceTrouble, Scope.Scope>
  /** Why there may be none, in a sentence. */
  readonly whyNone: (query: EvidenceQuery) => string
}>()("@orchestrator/http/services/EvidenceStore") {}
