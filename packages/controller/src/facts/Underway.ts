/**
 * Jobs that were sent to the API server and not yet answered: they may come to be after everything that a store or a fresh list can tell.
 * Known only to the process that sends them; what a process before it may have sent is assumed of its first minute. Times are nanoseconds of
 * the monotonic clock: a wall clock that is set neither lengthens a wait nor ends it.
 */

/** As long as an API server works on a request by default. */
const longestRequest = 60_000_000_000n

export interface Underway {
  /** `claim`: index value of the workspace that the Job mounts. */
  readonly sent: (claim: string, job: string) => void
  /** The answer came; `unknown`: it tells nothing about whether the Job is there. */
  readonly answered: (claim: string, job: string, at: bigint, unknown: boolean) => void
  /** From now on it is this process that sends them. */
  readonly takenOver: (at: bigint) => void
  /** For how many milliseconds another Job for this claim may come to be; undefined: none was sent. */
  readonly left: (claim: string, job: string, now: bigint) => number | undefined
  /** For how many milliseconds one may that an earlier process has sent. */
  readonly leftOfOthers: (now: bigint) => number | undefined
}

const millisUntil = (until: bigint, now: bigint): number => Math.ceil(Number(until - now) / 1e6)

export const makeUnderway = (): Underway => {
  /** By claim and Job, until when; undefined: as long as it is not answered. */
  const byClaim = new Map<string, Map<string, bigint | undefined>>()
  let others: bigint | undefined
  return {
    sent: (claim, job) => {
      const jobs = byClaim.get(claim) ?? new Map<string, bigint | undefined>()
      byClaim.set(claim, jobs.set(job, undefined))
    },
    answered: (claim, job, at, unknown) => {
      const jobs = byClaim.get(claim)
      if (unknown) jobs?.set(job, at + longestRequest)
      else jobs?.delete(job)
      if (jobs?.size === 0) byClaim.delete(claim)
    },
    takenOver: (at) => {
      others = at + longestRequest
    },
    left: (claim, job, now) => {
      const jobs = byClaim.get(claim)
      for (const [name, until] of jobs ?? []) if (until !== undefined && until <= now) jobs?.delete(name)
      const others = [...jobs ?? []].filter(([name]) => name !== job)
      if (others.length === 0) return undefined
      return Math.max(...others.map(([, until]) => until === undefined ? Infinity : millisUntil(until, now)))
    },
    leftOfOthers: (now) => others !== undefined && others > now ? millisUntil(others, now) : undefined
  }
}
