/** What a run asks for, in the terms that both kinds share. Made by a RunKind from a valid spec. */
import type { AgentName } from "@orchestrator/domain/AgentName"
import type { CodeRun } from "@orchestrator/domain/CodeRun"
import type { DocsRun } from "@orchestrator/domain/DocsRun"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Priority } from "@orchestrator/domain/Scheduling"
import type { Tenant } from "@orchestrator/domain/Tenant"
import type { Resources } from "@orchestrator/domain/Toolchain"
import type { RunInputs } from "@orchestrator/templates/kinds/RunTemplates"
import type { Variable } from "./Literal.ts"

/** What the templates of an attempt are told, beside the spec. */
export interface RenderFacts {
  readonly config: OrchestratorConfig
  readonly uid: string
  /** Number of the attempt, counted over context versions and automatic retries. */
  readonly attempts: number
  readonly resume: boolean
  readonly tools: Tools | undefined
  /** Whether the prompt's modification was given for this very version. */
  readonly hasNewPrompt: boolean
}

/** An address, with the field that has it. */
export interface NamedUrl {
  readonly field: string
  readonly url: string
}

/** Names of tool servers. */
export interface Tools {
  readonly local: string | undefined
  readonly remote: string | undefined
}

export interface RunSpec {
  readonly run: CodeRun | DocsRun
  readonly githubUser: string
  readonly model: string
  /** Repositories that the run reaches. */
  readonly repositories: ReadonlyArray<NamedUrl>
  /** What it reads at the forge beside them. */
  readonly pages: ReadonlyArray<NamedUrl>
  /** Whose workspace it works in. Absent: the workspace is ephemeral. */
  readonly workspace: Tenant | undefined
  /** Of the configuration, which fills in what the run leaves open. */
  readonly profile: string | undefined
  /** Set of templates; undefined: the usual one. */
  readonly templates: string | undefined
  /** Undefined: the configuration's. */
  readonly agent: AgentName | undefined
  /** Who serves the model; undefined: whoever has the beginning of its name. */
  readonly provider: string | undefined
  readonly image: string | undefined
  readonly resources: Resources | undefined
  /** Script of the repository. */
  readonly setup: string | undefined
  /** Comma-separated; undefined where the kind has none. */
  readonly tools: Tools | undefined
  readonly priority: Priority
  readonly timeoutSeconds: number | undefined
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
  /** Whether the attempt should continue the newest session. */
  readonly resume: boolean
  readonly overwriteMemory: boolean
  readonly promptModification: string | undefined
  readonly taskId: number | undefined
  /** What its pull request is called, where it says that itself. */
  readonly title: string | undefined
  /** Names of runs of its kind that must have succeeded first. */
  readonly dependsOn: ReadonlyArray<string>
  /** Whether their pull requests must have been merged, too. */
  readonly dependsOnMerged: boolean
  /** What its templates are rendered with. */
  readonly inputs: (facts: RenderFacts) => RunInputs
  /** What agent and broker are told of the work: variables of this kind. Asked for when a Job is made: nobody else reads them. */
  readonly task: () => ReadonlyArray<Variable>
  /** What the agent alone is told, in order, after all others. */
  readonly env: () => ReadonlyArray<Variable>
}
