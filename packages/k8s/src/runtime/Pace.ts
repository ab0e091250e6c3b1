/**
 * How long the same work on the same key waits when it has to be done again and again: the first times not at all, then twice as long each
 * time. A write that the cluster takes and does not keep, or that somebody undoes, would else be made as fast as it is answered.
 */
export interface PaceOptions {
  readonly longestMillis: number
}

interface Act {
  readonly count: number
  readonly at: number
  readonly waitMillis: number
}

/** A usual life does nothing more often in a row. */
const freeActs = 3
const firstWaitMillis = 500
/** What was not done for so long, and for longer than it last waited twice over, begins anew. */
const forgottenMillis = 60_000

const isForgotten = ({ at, waitMillis }: Act, now: number): boolean =>
  now - at > Math.max(forgottenMillis, 2 * waitMillis)

const waitAfter = (count: number, longestMillis: number): number =>
  count <= freeActs ? 0 : Math.min(longestMillis, firstWaitMillis * 2 ** Math.min(count - freeActs - 1, 30))

/** Counts that this was done at that time, and answers with the milliseconds until it may be done once more. */
export const makePace = ({ longestMillis }: PaceOptions) => {
  /** The one done last is the last. */
  const acts = new Map<string, Act>()

  const forgetOld = (now: number) => {
    for (const [id, act] of acts) {
      if (!isForgotten(act, now)) return
      acts.delete(id)
    }
  }

  return (id: string, now: number): number => {
    const before = acts.get(id)
    const count = before === undefined || isForgotten(before, now) ? 1 : before.count + 1
    const waitMillis = waitAfter(count, longestMillis)
    acts.delete(id)
    acts.set(id, { count, at: now, waitMillis })
    forgetOld(now)
    return waitMillis
  }
}
