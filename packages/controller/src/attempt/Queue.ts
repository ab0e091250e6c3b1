/** The place of an attempt's Job in a queue of Kueue's, which suspends what it has not admitted, and what it takes the place from. */
import type { LiveRun } from "../facts/LiveRun.ts"
import type { ObservedJob } from "../facts/Observed.ts"

/** Whether Kueue keeps a Job from running. */
export const isQueued = ({ queue, suspended }: ObservedJob): boolean => queue !== undefined && suspended

/** Whether the agent of a Job that Kueue keeps from running had begun: its pod tells, or what the status says of it. */
export const isEvicted = (job: ObservedJob, { status }: LiveRun): boolean =>
  isQueued(job) &&
  (job.pod?.begun === true || (status.jobName === job.name && status.reason === "AgentRunning"))
