/**
 * The life of a run as a machine of a few states: what a person sees once everything that follows from an event is done. It is the
 * reference that the controller's plan is held to; it knows nothing of Jobs' names, of writes and of how a crash is mended.
 */
import type { Phase } from "./Phase.ts"
import { outcomeOf, type PassingReason, type Reason, type TerminalReason } from "./Reason.ts"

export const places = ["Waiting", "Starting", "Working", "Stopping", "Replacing", "Paused", "Ended", "Gone"] as const
export type Place = (typeof places)[number]

/** What keeps a run from starting. The last two it can never get past. */
export const obstacles = [
  "Suspended",
  "WaitingForDependencies",
  "WaitingForWorkspace",
  "Maintenance",
  "WaitingForCapacity",
  "DependencyFailed",
  "InvalidSpec"
] as const satisfies ReadonlyArray<Reason>
export type Obstacle = (typeof obstacles)[number]

/** How an attempt ends: by its own word, or by a signal or a loss that has no word. */
export type AttemptEnd = Exclude<TerminalReason, "Cancelled" | "DeadlineExceeded"> | "Interrupted"

export interface RunLife {
  readonly place: Place
  /** The version that is worked on: `spec.contextVersion`. */
  readonly version: number
  /** The version that `status` tells of; an attempt that is being replaced is still told of. */
  readonly told: number
  /** Whether this version was asked to be cancelled. */
  readonly cancelled: boolean
  readonly obstacle: Obstacle | undefined
  /** Whose stop the agent was told of. */
  readonly stoppedFor: "Cancelled" | "DeadlineExceeded" | undefined
  /** How the version ended, or why it pauses. */
  readonly reason: TerminalReason | undefined
  /** How often this version has gone on by itself, by cause. */
  readonly again: Readonly<Record<PassingReason, number>>
}

/** What can happen to a run: by a person, by the cluster, or by time. */
export type RunEvent =
  | { readonly tag: "Raised" }
  | { readonly tag: "CancelAsked" }
  | { readonly tag: "Deleted" }
  | { readonly tag: "Kept"; readonly by: Obstacle }
  | { readonly tag: "LetGo" }
  | { readonly tag: "AgentBegan" }
  | { readonly tag: "AttemptEnded"; readonly reason: AttemptEnd }
  | { readonly tag: "JobDeleted" }
  | { readonly tag: "TimeIsUp" }
  | { readonly tag: "PauseOver" }

/** How often a version goes on by itself. */
export type Bounds = Readonly<Record<PassingReason, number>>

const none = { RateLimited: 0, InfraLost: 0 }

/** A run that was just created, and that nothing keeps. */
export const newborn: RunLife = {
  place: "Starting",
  version: 1,
  told: 1,
  cancelled: false,
  obstacle: undefined,
  stoppedFor: undefined,
  reason: undefined,
  again: none
}

const end = (life: RunLife, reason: TerminalReason): RunLife => ({
  ...life,
  place: "Ended",
  told: life.version,
  stoppedFor: undefined,
  reason
})

const isPassing = (reason: TerminalReason): reason is PassingReason =>
  reason === "RateLimited" || reason === "InfraLost"

const wasTriedAgain = ({ again }: RunLife): boolean => again.InfraLost + again.RateLimited > 0

/** The current version starts, or waits for what keeps it; dependencies are asked for once per version. */
const begin = (life: RunLife): RunLife => {
  if (life.cancelled) return end(life, "Cancelled")
  const { obstacle } = life
  if (obstacle === "InvalidSpec") return end(life, obstacle)
  const passed = wasTriedAgain(life) && (obstacle === "DependencyFailed" || obstacle === "WaitingForDependencies")
  if (obstacle === "DependencyFailed" && !passed) return end(life, obstacle)
  const waits = obstacle !== undefined && !passed
  return {
    ...life,
    place: waits ? "Waiting" : "Starting",
    told: life.version,
    stoppedFor: undefined,
    reason: undefined
  }
}

const hasJob = ({ place }: RunLife): boolean =>
  place === "Starting" || place === "Working" || place === "Stopping" || place === "Replacing"

const raised = (life: RunLife): RunLife => {
  const next: RunLife = { ...life, version: life.version + 1, cancelled: false, again: none }
  return hasJob(life) ? { ...next, place: "Replacing" } : begin(next)
}

/** An end without a word of its own is that of whoever stopped the attempt; where nobody did, it was lost. */
const reasonOf = ({ stoppedFor }: RunLife, how: AttemptEnd): TerminalReason =>
  how === "Interrupted" || how === "InfraLost" ? stoppedFor ?? "InfraLost" : how

const attemptEnded = (life: RunLife, how: AttemptEnd, bounds: Bounds): RunLife => {
  if (life.place === "Replacing") return begin(life)
  const reason = reasonOf(life, how)
  if (!isPassing(reason) || life.again[reason] >= bounds[reason]) return end(life, reason)
  const paused: RunLife = {
    ...life,
    place: "Paused",
    stoppedFor: undefined,
    reason,
    again: { ...life.again, [reason]: life.again[reason] + 1 }
  }
  return life.cancelled || life.obstacle === "InvalidSpec" ? begin(paused) : paused
}

/** Where a run is after an event. An event that cannot happen where it is changes nothing. */
export const next = (life: RunLife, event: RunEvent, bounds: Bounds): RunLife => {
  const { place } = life
  if (place === "Gone") return life
  switch (event.tag) {
    case "Deleted":
      return { ...life, place: "Gone" }
    case "Raised":
      return raised(life)
    case "CancelAsked": {
      const asked = { ...life, cancelled: true }
      if (place === "Ended") return life
      if (place === "Waiting" || place === "Paused") return end(asked, "Cancelled")
      if (place === "Replacing") return asked
      return { ...asked, place: "Stopping", stoppedFor: life.stoppedFor ?? "Cancelled" }
    }
    case "Kept": {
      const kept = { ...life, obstacle: event.by }
      // No time makes a spec that may not be run one that may, so a pause does not wait for its end then.
      return place === "Waiting" || (place === "Paused" && event.by === "InvalidSpec") ? begin(kept) : kept
    }
    case "LetGo": {
      const free = { ...life, obstacle: undefined }
      return place === "Waiting" ? begin(free) : free
    }
    case "AgentBegan":
      return place === "Starting" ? { ...life, place: "Working" } : life
    case "AttemptEnded":
      return hasJob(life) ? attemptEnded(life, event.reason, bounds) : life
    case "JobDeleted":
      if (place === "Replacing") return begin(life)
      return hasJob(life) ? end(life, life.cancelled ? "Cancelled" : "JobLost") : life
    case "TimeIsUp":
      return place === "Working" ? { ...life, place: "Stopping", stoppedFor: "DeadlineExceeded" } : life
    case "PauseOver":
      return place === "Paused" ? begin(life) : life
  }
}

/** What `status` says of it; undefined where there is none to read any more. */
export const statusOf = ({ obstacle, place, reason }: RunLife): { phase: Phase; reason?: string } | undefined => {
  switch (place) {
    case "Waiting":
      return { phase: "Pending", ...(obstacle === undefined ? {} : { reason: obstacle }) }
    case "Paused":
      return { phase: "Pending", ...(reason === undefined ? {} : { reason }) }
    case "Ended":
      return reason === undefined ? undefined : { phase: outcomeOf(reason), reason }
    case "Gone":
      return undefined
    default:
      return { phase: "Running" }
  }
}
