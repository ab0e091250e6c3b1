import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { FilesReference } from "../facts/Job.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"

/** What an attempt's pod is made from. */
export interface PodInputs {
  readonly config: OrchestratorConfig
  readonly run: LiveRun
  readonly spec: RunSpec
  /** Claim of the workspace; undefined: it is ephemeral. */
  readonly claim: string | undefined
  readonly files: Required<FilesReference>
}
