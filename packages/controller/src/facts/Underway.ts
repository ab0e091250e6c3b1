/**
 * Jobs that were sent to the API server and not yet answered: they may come to be after everything that a store or a fresh list can tell.
 * Known only to the process that sends them; what a process before it may have sent is assumed of its first minute. Times are milliseconds of
 * the monotonic clock: a wall clock that is set neither lengthens a wait nor ends it.
 */

/** As long as an API server works on a request by default. */
const longestRequest = 60_000

export interface Underway {
  /** `claim`: index value of the workspace that the Job mounts. */
  readonly sent: (claim: string, job: string) => void
  /** The answer came; `unknown`: it tells nothing about whether the Job is there. */
  readonly answered: (claim: string, job: string, at: number, unknown: boolean) => void
  /** From now on it is this process that sends them. */
  readonly takenOver: (at: number) => void
  /** For how many milliseconds another Job for this claim may come to be; undefined: none was sent. */
  readonly left: (claim: string, job: string, now: number) => number | undefined
  /** For how many milliseconds one may that an earlier process has sent. */
  readonly leftOfOthers: (now: number) => number | undefined
}

export const makeUnderway = (): Underway => {
  /** By claim and Job, until when. */
  const byClaim = new Map<string, Map<string, number>>()
  let others = -Infinity
  return {
    sent: (claim, job) => {
      const jobs = byClaim.get(claim) ?? new Map<string, number>()
      byClaim.set(claim, jobs.set(job, Infinity))
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
      for (const [name, until] of jobs ?? []) if (until <= now) jobs?.delete(name)
      const left = [...jobs ?? []].filter(([name]) => name !== job).map(([, until]) => until - now)
      return left.length === 0 ? undefined : Math.max(...left)
    },
    leftOfOthers: (now) => others > now ? others - now : undefined
  }
}
