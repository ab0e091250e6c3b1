/**
 * What templates can name: the inputs that all kinds share, under the snake_case names that templates of older installations use. Every key is
 * always there; a text that does not apply is empty, so `{{#if docs_project_directory}}` asks whether there is one.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Schema } from "effect"

export const Texts = Schema.Array(Schema.String)

export const sharedInputs = {
  run_name: Schema.String,
  repository_url: Schema.String,
  /** Relative to the repository; `.` is its root. */
  working_directory: Schema.String,
  github_user: Schema.String,
  model: Schema.String,
  /** The branch that the work goes to, unless the remote has one of this name that belongs to another run. */
  branch: Schema.String,
  /** Number of this attempt, 1 for the first. */
  attempts: Schema.Int,
  retry: Schema.Struct({
    context_version: Schema.Int,
    prompt_modification: Schema.String,
    /** Whether the attempt continues an earlier session of the agent. */
    resume: Schema.Boolean
  }),
  /** Whether `permissions` replaces the list that the settings template has of its own. */
  agent_tools_override: Schema.Boolean,
  permissions: Schema.Struct({ allow: Texts, deny: Texts }),
  telemetry: Schema.Struct({
    enabled: Schema.Boolean,
    otlp_endpoint: Schema.String,
    otlp_protocol: Schema.String,
    logs_endpoint: Schema.String,
    logs_protocol: Schema.String
  })
}

export interface AttemptFacts {
  readonly config: OrchestratorConfig
  readonly branch: string
  /** Number of this attempt, counted over context versions and automatic retries; 1 for the first. */
  readonly attempts: number
  /** Whether the attempt continues an earlier session. */
  readonly resume: boolean
  /** Names of tool servers, comma-separated: the run's own, or its profile's. */
  readonly tools?: { readonly local: string | undefined; readonly remote: string | undefined } | undefined
}

export const shared = ({ attempts, branch, config: { permissions, telemetry } }: AttemptFacts, runName: string) => ({
  run_name: runName,
  branch,
  attempts,
  agent_tools_override: permissions.agentToolsOverride,
  permissions: { allow: permissions.allow, deny: permissions.deny },
  telemetry: {
    enabled: telemetry.enabled,
    otlp_endpoint: telemetry.otlpEndpoint,
    otlp_protocol: telemetry.otlpProtocol,
    logs_endpoint: telemetry.logsEndpoint,
    logs_protocol: telemetry.logsProtocol
  }
})
