/**
 * Which claim is a run's: its tenant's, by the annotation. The plain name goes to whoever comes first; others get names with a hash. A
 * claim of an older version says nothing: it is its last holder's tenant's, or the first comer's where nobody knows that run any more.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { isTenant, type Tenant, workspaceNames } from "@orchestrator/domain/Tenant"
import type { WorkspaceTurn } from "../facts/Observed.ts"

/** Whether a run cannot start in its workspace yet. A claim that is being deleted can be mounted by nobody. */
export const mustWait = (turn: WorkspaceTurn | undefined, { storage }: OrchestratorConfig): boolean =>
  turn?.tag === "deleting" || ((turn?.tag === "waiting" || turn?.tag === "ending") && storage.access === "Exclusive")

/** What there is under a name that a claim could have. */
export interface Candidate {
  /** Undefined: there is no such claim. */
  readonly claim:
    | {
      /** Whose it says it is; undefined: it says nothing. */
      readonly tenant: Tenant | "unknown" | undefined
      /** Tenant of the run that held it last, where that run is known. */
      readonly lastHolder: Tenant | undefined
    }
    | undefined
  /** Whether runs of other tenants have live Jobs that mount a claim of this name. */
  readonly usedByOthers: boolean
}

export interface ClaimChoice {
  readonly name: string
  /** mine: by its annotation. adopted: it says nothing yet. absent: it is to be made. taken: as are all others that it could be. */
  readonly standing: "mine" | "adopted" | "absent" | "taken"
}

const standingOf = (tenant: Tenant, isPlain: boolean, { claim, usedByOthers }: Candidate): ClaimChoice["standing"] => {
  if (claim === undefined) return usedByOthers ? "taken" : "absent"
  if (claim.tenant === "unknown") return "taken"
  if (claim.tenant !== undefined) return isTenant(claim.tenant, tenant) ? "mine" : "taken"
  const others = claim.lastHolder === undefined ? usedByOthers : !isTenant(claim.lastHolder, tenant)
  return isPlain && !others ? "adopted" : "taken"
}

export const chooseClaim = (tenant: Tenant, candidateOf: (name: string) => Candidate): ClaimChoice => {
  const names = workspaceNames(tenant)
  const [plain] = names
  const choices = names.map((name): ClaimChoice => ({
    name,
    standing: standingOf(tenant, name === plain, candidateOf(name))
  }))
  return choices.find(({ standing }) => standing === "mine") ??
    choices.find(({ standing }) => standing !== "taken") ??
    { name: plain, standing: "taken" }
}
