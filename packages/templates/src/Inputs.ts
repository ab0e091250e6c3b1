/**
 * What templates can name: the inputs of both kinds, under the snake_case names that templates of older installations use. Every key is
 * always there; a text that does not apply is empty, so `{{#if docs_project_directory}}` asks whether there is one.
 */
import type { CodeRun } from "@orchestrator/domain/CodeRun"
import type { DocsRun } from "@orchestrator/domain/DocsRun"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Schema } from "effect"

const Texts = Schema.Array(Schema.String)

const common = {
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

export const CodeInputs = Schema.Struct({
  task_type: Schema.Literal("code"),
  ...common,
  task_id: Schema.Int,
  service: Schema.String,
  docs_repository_url: Schema.String,
  docs_branch: Schema.String,
  docs_project_directory: Schema.String,
  continue_session: Schema.Boolean,
  overwrite_memory: Schema.Boolean,
  /** Comma-separated, as in the run's spec; `tool_config` has the same as lists. */
  local_tools: Schema.String,
  remote_tools: Schema.String,
  tool_config: Schema.Struct({ local: Texts, remote: Texts, toolman_url: Schema.String })
})
export type CodeInputs = typeof CodeInputs.Type

export const DocsInputs = Schema.Struct({
  task_type: Schema.Literal("docs"),
  ...common,
  source_branch: Schema.String
})
export type DocsInputs = typeof DocsInputs.Type

/** The inputs of one attempt of either kind, told apart by `task_type`. */
export type RunInputs = CodeInputs | DocsInputs
export type TaskType = RunInputs["task_type"]

interface AttemptFacts {
  readonly config: OrchestratorConfig
  readonly branch: string
  /** Number of this attempt, counted over context versions and automatic retries; 1 for the first. */
  readonly attempts: number
  /** Whether the attempt continues an earlier session. */
  readonly resume: boolean
}

/** Inputs of an attempt at `run.spec.contextVersion`. */
export const codeInputs = (facts: AttemptFacts & { readonly run: CodeRun }): CodeInputs => {
  const { config, run: { metadata, spec } } = facts
  const local = spec.localTools ?? ""
  const remote = spec.remoteTools ?? ""
  return {
    task_type: "code",
    ...shared(facts, metadata.name),
    repository_url: spec.repositoryUrl,
    working_directory: spec.workingDirectory || spec.service,
    github_user: spec.githubUser,
    model: spec.model,
    retry: {
      context_version: spec.contextVersion,
      prompt_modification: spec.promptModification ?? "",
      resume: facts.resume
    },
    task_id: spec.taskId,
    service: spec.service,
    docs_repository_url: spec.docsRepositoryUrl,
    docs_branch: spec.docsBranch,
    docs_project_directory: spec.docsProjectDirectory ?? "",
    continue_session: spec.continueSession,
    overwrite_memory: spec.overwriteMemory,
    local_tools: local,
    remote_tools: remote,
    tool_config: { local: listed(local), remote: listed(remote), toolman_url: config.agent.toolmanServerUrl }
  }
}

/** Inputs of an attempt of a DocsRun. */
export const docsInputs = (facts: AttemptFacts & { readonly run: DocsRun }): DocsInputs => {
  const { metadata, spec } = facts.run
  return {
    task_type: "docs",
    ...shared(facts, metadata.name),
    repository_url: spec.repositoryUrl,
    working_directory: spec.workingDirectory || ".",
    github_user: spec.githubUser,
    model: spec.model,
    retry: { context_version: 1, prompt_modification: "", resume: facts.resume },
    source_branch: spec.sourceBranch
  }
}

const shared = ({ attempts, branch, config: { permissions, telemetry } }: AttemptFacts, runName: string) => ({
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

/** `"a, b,,a"` as `["a", "b"]`. */
const listed = (text: string): ReadonlyArray<string> => [
  ...new Set(text.split(",").map((name) => name.trim()).filter((name) => name !== ""))
]
