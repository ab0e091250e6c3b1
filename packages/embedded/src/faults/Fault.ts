/** What can go wrong at a decision point, as data. Which number stands for which is in Menu. */
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"

/** Rows of the report. */
export type FaultClass =
  | "crash"
  | "request"
  | "stale"
  | "missed"
  | "reorder"
  | "watch"
  | "clock"
  | "leadership"
  | "spec"

/** Whether the server did what was asked before it went wrong. */
export type When = "before" | "after"

/** How often: this call, this and the next two of its kind, or all of its kind for a while. */
export type Extent = "once" | "thrice" | "until told"

export type Fault =
  /** The process dies; another life of it begins later. `older`: it reads a state so many changes old at first. */
  | {
    readonly _tag: "Crash"
    readonly at: "before" | "committed" | "after"
    readonly restartMillis: number
    readonly older: number
  }
  /** The call is answered so, after `afterMillis`. */
  | {
    readonly _tag: "Refuse"
    readonly when: When
    readonly reason: KubernetesErrorReason
    readonly afterMillis: number
    readonly extent: Extent
  }
  /** The request is so long on its way, or the answer is. */
  | { readonly _tag: "Slow"; readonly when: When; readonly millis: number }
  /** The stream waits for so many deliveries of others, or so long; `all`: all streams of the process. */
  | { readonly _tag: "Hold"; readonly deliveries: number; readonly millis: number; readonly all: boolean }
  /** The event comes again: at once, or after so many others of its stream. */
  | { readonly _tag: "Repeat"; readonly after: number }
  /** The stream is cut before this event, and its history is gone: what there is after so many more events, or so long, is what is seen. */
  | { readonly _tag: "Miss"; readonly events: number; readonly millis: number }
  /** The stream ends before this event. */
  | { readonly _tag: "End"; readonly how: "gone" | "error" | "closed" | "silent" }
  /** The wall clock of the process jumps. */
  | { readonly _tag: "Jump"; readonly millis: number }
  /** SIGTERM: it gives the lease back. Another life begins later. */
  | { readonly _tag: "Release"; readonly restartMillis: number }
  /** Writes of the lease fail for so long. */
  | { readonly _tag: "LoseLease"; readonly millis: number }
  /** Nothing reaches the API server, and nothing comes from it. */
  | { readonly _tag: "Partition"; readonly millis: number }
  /** SIGSTOP, and SIGCONT later; `at`: with this call not yet sent, or already answered. */
  | { readonly _tag: "Pause"; readonly at: "before" | "after"; readonly millis: number }

export interface Variant {
  readonly class: FaultClass
  readonly name: string
  readonly fault: Fault
  /** Whether it tells what is not so, in a way that may rightly lead elsewhere: an impossible request, another day. */
  readonly misleads: boolean
  /** How many faults it is in one. */
  readonly weight: number
}
