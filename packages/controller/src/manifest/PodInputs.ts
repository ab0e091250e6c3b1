import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { ObservedRun } from "../facts/Observed.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"
import type { FilesReference } from "./Files.ts"

/** What an attempt's pod is made from. */
export interface PodInputs {
  readonly config: OrchestratorConfig
  readonly run: ObservedRun
  readonly spec: RunSpec
  /** Claim of the workspace; undefined: it is ephemeral. */
  readonly claim: string | undefined
  readonly files: Required<FilesReference>
}
