/** A request of a simulated process on its way to the API server, and what became of it. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Verb } from "../EmbeddedStore.ts"
import type { StagedChange } from "../store/ObjectStore.ts"
import type { Process } from "./Process.ts"

export interface Call {
  readonly order: number
  readonly process: Process
  readonly verb: Verb
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly name: string
  /** The object, the patch, or the options: what was sent, for those who judge it. */
  readonly sent: unknown
  readonly sentAt: number
  /** Does what is asked; `ok`, or the tag of the reason why not. */
  readonly commit: () => string
  /** Answers with what `commit` brought. */
  readonly reply: () => void
  readonly fail: (reason: KubernetesErrorReason) => void
  heldUntil: number
  /** Whether it was decided already what goes wrong with it. */
  isDecided: boolean
}

/** What the API server did with a call, whether or not anybody was told. */
export interface Done {
  readonly call: Call
  readonly answer: string
  readonly changes: ReadonlyArray<StagedChange>
  readonly at: number
}

const writes: ReadonlySet<Verb> = new Set(["create", "replace", "replaceStatus", "patch", "patchStatus", "delete"])

export const isWrite = ({ verb }: Call): boolean => writes.has(verb)

export const describeCall = ({ kind, name, verb }: Call): string =>
  `${verb} ${kind.kind}${name === "" ? "" : ` ${name}`}`
