/**
 * Jobs that were sent to the API server and not yet answered: they may come to be after everything that a store or a fresh list can tell.
 * Known only to the process that sends them; what a process before it may have sent is assumed of its first minute.
 */

/** As long as an API server works on a request by default. */
const longestRequestMillis = 60_000

export interface Underway {
  /** `claim`: index value of the workspace that the Job mounts. */
  readonly sent: (claim: string, job: string) => void
  /** The answer came; `unknown`: it tells nothing about whether the Job is there. */
  readonly answered: (claim: string, job: string, at: number, unknown: boolean) => void
  /** From now on it is this process that sends them. */
  readonly takenOver: (at: number) => void
  /** Until when another Job for this claim may come to be; undefined: none was sent. */
  readonly until: (claim: string, job: string, now: number) => number | undefined
  /** Until when one may that an earlier process has sent. */
  readonly untilOfOthers: (now: number) => number | undefined
}

export const makeUnderway = (): Underway => {
  const byClaim = new Map<string, Map<string, number>>()
  let others = 0
  return {
    sent: (claim, job) => {
      const jobs = byClaim.get(claim) ?? new Map<string, number>()
      byClaim.set(claim, jobs.set(job, Infinity))
    },
    answered: (claim, job, at, unknown) => {
      const jobs = byClaim.get(claim)
      if (unknown) jobs?.set(job, at + longestRequestMillis)
      else jobs?.delete(job)
      if (jobs?.size === 0) byClaim.delete(claim)
    },
    takenOver: (at) => {
      others = at + longestRequestMillis
    },
    until: (claim, job, now) => {
      const jobs = byClaim.get(claim)
      for (const [name, until] of jobs ?? []) if (until <= now) jobs?.delete(name)
      const left = [...jobs ?? []].filter(([name]) => name !== job).map(([, until]) => until)
      return left.length === 0 ? undefined : Math.max(...left)
    },
    untilOfOthers: (now) => others > now ? others : undefined
  }
}
