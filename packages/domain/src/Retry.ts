/** Which attempt a run asks for, and how long an automatic retry waits. */
import { Duration } from "effect"

/** One attempt of a run. `retry` counts automatic retries after infrastructure loss within a contextVersion, from 0. */
export interface AttemptKey {
  readonly contextVersion: number
  readonly retry: number
}

/**
 * The context version to work on: versions never go back, so a spec that asks for an older one than the status has seen asks for
 * nothing new.
 */
export const effectiveVersion = (wanted: number, observed: number | undefined): number =>
  Math.max(wanted, observed ?? 0)

/** Wait before the n-th automatic retry (from 1): 10 s, doubling, at most 10 min. */
export const retryDelay = (retry: number): Duration.Duration =>
  Duration.seconds(Math.min(10 * 2 ** Math.max(0, retry - 1), 600))
