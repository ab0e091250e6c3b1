import type { Tenant } from "@orchestrator/domain/Tenant"
import type { PresentRun } from "../facts/Observed.ts"
import { workspaceManifest } from "../manifest/Manifests.ts"
import { Action } from "./Action.ts"

/** The claim, made for this run and its tenant. */
export const createWorkspace = (observed: PresentRun, claim: string, tenant: Tenant): Action =>
  Action.CreateWorkspace({ claim: workspaceManifest(observed, claim, tenant) })
