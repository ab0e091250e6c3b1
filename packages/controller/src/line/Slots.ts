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
export const countersOf = (limits: Limits, { githubUser, service }: Claimant) =>
  ([
    ["activeRuns", "", limits.activeRuns],
    ["activeRunsPerGithubUser", githubUser, limits.activeRunsPerGithubUser],
    ["activeRunsPerService", service, limits.activeRunsPerService]
  ] as const).filter(([, who]) => who !== undefined).map(([name, who, limit = Infinity]) => ({
    name,
    key: `${name} ${who}`,
    limit
  }))

/** Those whom the limits count alike have the same. */
export const groupOf = (
  { activeRunsPerGithubUser, activeRunsPerService }: Limits,
  { githubUser, service }: Claimant
): string =>
  JSON.stringify([
    activeRunsPerGithubUser === undefined ? undefined : githubUser,
    activeRunsPerService === undefined ? undefined : service
  ])

/** Whether what one group takes is nobody's of another one. */
export const isByGroup = ({ activeRuns, activeRunsPerGithubUser, activeRunsPerService }: Limits): boolean =>
  activeRuns === undefined && (activeRunsPerGithubUser === undefined || activeRunsPerService === undefined)

/** How many slots these take, by the keys of their counters. */
export const takenBy = (limits: Limits, active: Iterable<Claimant>): ReadonlyMap<string, number> => {
  const taken = new Map<string, number>()
  for (const claimant of active) {
    for (const { key } of countersOf(limits, claimant)) taken.set(key, (taken.get(key) ?? 0) + 1)
  }
  return taken
}

/** Slots that are left while so many are taken. */
export const makeSlots = (limits: Limits, before: ReadonlyMap<string, number>) => {
  const since = new Map<string, number>()
  const countOf = (key: string) => (before.get(key) ?? 0) + (since.get(key) ?? 0)
  const fullFor = (claimant: Claimant) => countersOf(limits, claimant).find(({ key, limit }) => countOf(key) >= limit)
  return {
    /** Takes a slot; else says which limit is reached. */
    tryAcquire: (claimant: Claimant): string | undefined => {
      const full = fullFor(claimant)
      if (full !== undefined) return `limits.${full.name} is ${full.limit}`
      for (const { key } of countersOf(limits, claimant)) since.set(key, (since.get(key) ?? 0) + 1)
      return undefined
    },
    isFullFor: (claimant: Claimant) => fullFor(claimant) !== undefined,
    /** Whether nobody gets a slot any more. */
    isFull: () => fullFor(unknownClaimant) !== undefined
  }
}
