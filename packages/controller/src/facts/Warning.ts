/** What is kept of an Event that tells why something does not start. */
import { printable } from "@orchestrator/domain/Printable"
import type { Event } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { named, namedIf, words } from "./Bounds.ts"
import { identityOf } from "./Identity.ts"

export interface WarningFacts extends Identity {
  /** The object that it is about. */
  readonly about: { readonly name: string; readonly uid: string | undefined }
  readonly reason: string | undefined
  readonly message: string | undefined
}

/** What is shown of its words. */
const longestMessage = 400

export const warningFacts = ({ involvedObject, message, metadata, reason }: Event): WarningFacts => ({
  ...identityOf(metadata),
  about: { name: named(involvedObject.name ?? ""), uid: namedIf(involvedObject.uid) },
  reason: namedIf(reason),
  message: message === undefined ? undefined : printable(words(message), { max: longestMessage })
})
