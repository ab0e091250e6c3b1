/**
 * How long a container that has ended waits before it starts again, as with the kubelet: the first time not at all, then 10 s, and twice
 * as long each time up to 5 min. What has run for 10 min begins anew.
 */
export interface BackOff {
  /** Milliseconds that the next start waits. */
  readonly millis: number
  /** When the container was last started again. */
  readonly since: number
}

export const firstBackOff = 10_000
export const lastBackOff = 300_000
const forgotten = 2 * lastBackOff

/** For a container that ended at that time: how long to wait, and what the next end goes by. */
export const backOffAt = (
  before: BackOff | undefined,
  endedAt: number
): { readonly wait: number; readonly next: BackOff } =>
  before === undefined || endedAt - before.since > forgotten
    ? { wait: 0, next: { millis: firstBackOff, since: endedAt } }
    : {
      wait: before.millis,
      next: { millis: Math.min(lastBackOff, before.millis * 2), since: endedAt + before.millis }
    }
