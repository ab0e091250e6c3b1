/** Which attempt a run asks for, and how long it waits before it goes on by itself. */
import { Duration } from "effect"

/**
 * One attempt of a run. `retry` counts, from 0, how often a contextVersion was taken up again by itself: after infrastructure loss or
 * for a usage limit.
 */
export interface AttemptKey {
  readonly contextVersion: number
  readonly retry: number
}

/** An attempt in the names of folders and in texts: `2`, and `2-r1` where version 2 was taken up again by itself once. */
export const attemptText = ({ contextVersion, retry }: AttemptKey): string =>
  retry === 0 ? String(contextVersion) : `${contextVersion}-r${retry}`

/** What `attemptText` writes. */
export const attemptPattern = /^([1-9]\d{0,8})(?:-r([1-9]\d{0,3}))?$/u

/** The same read; undefined for another text. */
export const parseAttempt = (text: string): AttemptKey | undefined => {
  const [, contextVersion, retry = "0"] = attemptPattern.exec(text) ?? []
  return contextVersion === undefined ? undefined : { contextVersion: Number(contextVersion), retry: Number(retry) }
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

/** How often a usage limit is waited for within a contextVersion. */
export const limitWaits = 20

/** Wait before the n-th try (from 1) after a usage limit whose end is not known: 1 min, doubling, at most 30 min. */
export const limitDelay = (wait: number): Duration.Duration =>
  Duration.minutes(Math.min(2 ** Math.max(0, wait - 1), 30))
