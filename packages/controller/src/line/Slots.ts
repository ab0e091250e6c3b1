/**
 * How many runs may work at the same time. Slots are given in the order of the line, also to those whose Job is only about to be
 * seen: so no two rounds can give the same slot away.
 */
import { usesKueue } from "@orchestrator/domain/Kueue"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"

/** Who takes a slot: what is known of a run. */
export interface Claimant {
  readonly githubUser: string | undefined
  readonly service: string | undefined
}

/** A run of which nothing is known any more. */
export const unknownClaimant: Claimant = { githubUser: undefined, service: undefined }

export type Limits = Pick<
  OrchestratorConfig["limits"],
  "activeRuns" | "activeRunsPerGithubUser" | "activeRunsPerService"
>

/** Where Kueue decides who starts, there are none. */
export const limitsIn = ({ kueue, limits }: OrchestratorConfig): Limits => usesKueue(kueue) ? {} : limits

export const isLimited = ({ activeRuns, activeRunsPerGithubUser, activeRunsPerService }: Limits): boolean =>
  activeRuns !== undefined || activeRunsPerGithubUser !== undefined || activeRunsPerService !== undefined

/** What counts a claimant, and up to which limit. */
const countersOf = (limits: Limits, { githubUser, service }: Claimant) =>
  ([
    ["activeRuns", "", limits.activeRuns],
    ["activeRunsPerGithubUser", githubUser, limits.activeRunsPerGithubUser],
    ["activeRunsPerService", service, limits.activeRunsPerService]
  ] as const).filter(([, who]) => who !== undefined).map(([name, who, limit = Infinity]) => ({
    name,
    key: `${name} ${who}`,
    limit
  }))

/** Slots that are left while these are taken. */
export const makeSlots = (limits: Limits, active: Iterable<Claimant>) => {
  const taken = new Map<string, number>()
  const countOf = (key: string) => taken.get(key) ?? 0
  const take = (claimant: Claimant) => {
    for (const { key } of countersOf(limits, claimant)) taken.set(key, countOf(key) + 1)
  }
  const fullFor = (claimant: Claimant) => countersOf(limits, claimant).find(({ key, limit }) => countOf(key) >= limit)
  for (const claimant of active) take(claimant)
  return {
    /** Takes a slot; else says which limit is reached. */
    tryAcquire: (claimant: Claimant): string | undefined => {
      const full = fullFor(claimant)
      if (full !== undefined) return `limits.${full.name} is ${full.limit}`
      take(claimant)
      return undefined
    },
    /** Whether nobody gets a slot any more. */
    isFull: () => fullFor(unknownClaimant) !== undefined
  }
}
