/**
 * How many runs may work at the same time. Slots are given in the order of the line, also to those whose Job is only about to be
 * seen: so no two rounds can give the same slot away.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"

/** Who takes a slot. */
export interface Claimant {
  readonly uid: string
  /** Undefined where nothing is known of the run any more. */
  readonly githubUser: string | undefined
  readonly service: string | undefined
}

export type Limits = Pick<
  OrchestratorConfig["limits"],
  "activeRuns" | "activeRunsPerGithubUser" | "activeRunsPerService"
>

export const isLimited = ({ activeRuns, activeRunsPerGithubUser, activeRunsPerService }: Limits): boolean =>
  activeRuns !== undefined || activeRunsPerGithubUser !== undefined || activeRunsPerService !== undefined

/** What counts a claimant, and against which limit. */
const countersOf = (limits: Limits, { githubUser, service }: Claimant) =>
  [
    ["activeRuns", "", limits.activeRuns],
    ["activeRunsPerGithubUser", githubUser, limits.activeRunsPerGithubUser],
    ["activeRunsPerService", service, limits.activeRunsPerService]
  ] as const

/** Slots that are left while these are taken. */
export const makeSlots = (limits: Limits, active: Iterable<Claimant>) => {
  const taken = new Map<string, number>()
  const countOf = (name: string, who: string) => taken.get(`${name} ${who}`) ?? 0
  const take = (claimant: Claimant) => {
    for (const [name, who] of countersOf(limits, claimant)) {
      if (who !== undefined) taken.set(`${name} ${who}`, countOf(name, who) + 1)
    }
  }
  for (const claimant of active) take(claimant)
  return {
    /** Takes a slot; else says which limit is reached. */
    tryAcquire: (claimant: Claimant): string | undefined => {
      const full = countersOf(limits, claimant).find(([name, who, limit]) =>
        who !== undefined && limit !== undefined && countOf(name, who) >= limit
      )
      if (full !== undefined) return `limits.${full[0]} is ${full[2]}`
      take(claimant)
      return undefined
    },
    /** Whether nobody gets a slot any more. */
    isFull: () => limits.activeRuns !== undefined && countOf("activeRuns", "") >= limits.activeRuns
  }
}
