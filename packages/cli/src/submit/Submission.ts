/** A run that is to be made. */
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"

export interface Submission {
  readonly kind: AnyRunKind
  /** The body of the request, not yet held to the contract. */
  readonly body: object
  /** Where it is from, for messages: `runs.yaml, document 2`. */
  readonly source: string
  /** Makes the request safe to send again. */
  readonly key: string | undefined
}
