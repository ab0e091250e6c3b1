/** What a run has used against what it may use: each as a number, a limit where one is known, and the share. Pure. */
interface Used {
  readonly costUsd?: number
  readonly turns?: number
}

/** Over all attempts, as the API tells of a run; of time, of one attempt. */
interface Limits extends Used {
  readonly timeoutSeconds?: number
}

export interface UsageBar {
  readonly what: "cost" | "turns" | "time"
  readonly used: number
  readonly limit: number | undefined
  /** From 0 to 1 where there is a limit. */
  readonly share: number | undefined
  /** Whether it is nearly used up. */
  readonly isNear: boolean
}

const near = 0.8

const bar = (what: UsageBar["what"], used: number | undefined, limit: number | undefined): ReadonlyArray<UsageBar> => {
  if (used === undefined && limit === undefined) return []
  const known = used ?? 0
  const share = limit === undefined || !(limit > 0) ? undefined : Math.min(1, Math.max(0, known / limit))
  return [{ what, used: known, limit, share, isNear: share !== undefined && share >= near }]
}

/** `seconds`: how long the newest attempt has taken. */
export const usageBars = (
  usage: Used | undefined,
  limits: Limits | undefined,
  seconds: number | undefined
): ReadonlyArray<UsageBar> => [
  ...bar("cost", usage?.costUsd, limits?.costUsd),
  ...bar("turns", usage?.turns, limits?.turns),
  ...bar("time", seconds, limits?.timeoutSeconds)
]
