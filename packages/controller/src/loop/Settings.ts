/** What the controller is told at start. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Context } from "effect"

export class ControllerSettings extends Context.Service<ControllerSettings, {
  readonly config: OrchestratorConfig
  /** The installation's own, in which its Leases are. */
  readonly namespace: string
}>()("@orchestrator/controller/loop/Settings") {}
