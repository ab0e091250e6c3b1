/**
 * CodeRun: one task of a Task Master project, implemented in a target repository. Names, types, defaults and descriptions of the seed
 * fields are a compatibility contract; CRD, HTTP payloads and client types derive from here.
 */
import { Schema } from "effect"
import { or } from "./Default.ts"
import { EnvName, envNames } from "./EnvName.ts"
import { ObjectMeta } from "./ObjectMeta.ts"
import { OtherRepositories } from "./OtherRepositories.ts"
import { commonStatus } from "./RunStatus.ts"
import { scheduling } from "./Scheduling.ts"
import { codeSpecSize, dependenciesSize, maxDependencies, maxEnvEntries, maxEnvValue, maxSecrets } from "./Sizes.ts"
import { CostUsd, TimeoutSeconds, Turns } from "./SpecLimits.ts"
import {
  atMost,
  BranchName,
  DataKey,
  fitsRule,
  GithubUser,
  GitUrl,
  IssueUrl,
  maxEntries,
  ModelName,
  ObjectName,
  PromptText,
  RelativePath,
  rule,
  ServiceName,
  TaskPrompt,
  ToolList
} from "./SpecText.ts"
import { toolchain } from "./Toolchain.ts"

const EnvFromSecret = Schema.Struct({
  name: EnvName.annotate({ description: "Name of the environment variable" }),
  secretName: ObjectName.annotate({ description: "Name of the secret" }),
  secretKey: DataKey.annotate({ description: "Key within the secret" })
})
export type EnvFromSecret = typeof EnvFromSecret.Type

export class CodeRunSpec extends Schema.Class<CodeRunSpec>("CodeRunSpec")({
  taskId: Schema.Int.check(rule<number>("a task id of 0 or more", (id) => id >= 0))
    .annotate({ description: "Task ID to implement" }),
  service: ServiceName.annotate({ description: "Target service name" }),
  repositoryUrl: GitUrl.annotate({
    description: "Target project repository URL (where implementation work happens)"
  }),
  docsRepositoryUrl: GitUrl.annotate({
    description: "Documentation repository URL (where Task Master definitions come from)"
  }),
  docsProjectDirectory: Schema.optionalKey(RelativePath.annotate({
    description: "Project directory within docs repository (e.g. '_projects/simple-api')"
  })),
  docsBranch: or(
    BranchName.annotate({ description: "Docs branch to use (e.g., 'main', 'feature/branch')", default: "main" }),
    "main"
  ),
  prompt: Schema.optionalKey(TaskPrompt.annotate({
    description:
      "The task in plain words, at most 64 KiB. Instead of Task Master's files: none is looked for. With taskId 0 the branch is named after the run"
  })),
  issue: Schema.optionalKey(IssueUrl.annotate({
    description:
      "URL of an issue that says what to do, at the forge of repositoryUrl. Its text and the comments of people who may push there are read at each attempt, after prompt; the pull request closes it. No Task Master file is looked for"
  })),
  repositories: Schema.optionalKey(OtherRepositories.annotate({
    description:
      "Repositories beside the target, at most 8, to be read: the newest commit of a branch of each is at /workspace/repositories/<name>. Nothing can be pushed to them"
  })),
  ...toolchain,
  workingDirectory: RelativePath.annotate({
    description: "Working directory within target repository (defaults to service name if not specified)"
  }),
  model: ModelName.annotate({
    description: "Claude model to use (full model name like 'claude-3-5-sonnet-20241022')"
  }),
  githubUser: GithubUser.annotate({ description: "GitHub username for authentication and commits" }),
  localTools: Schema.optionalKey(
    ToolList.annotate({ description: "Local MCP tools/servers to enable (comma-separated)" })
  ),
  remoteTools: Schema.optionalKey(
    ToolList.annotate({ description: "Remote MCP tools/servers to enable (comma-separated)" })
  ),
  contextVersion: or(
    Schema.Int.check(rule<number>("a version of 1 or more", (version) => version >= 1))
      .annotate({ description: "Context version for retry attempts (incremented on each retry)", default: 1 }),
    1
  ),
  promptModification: Schema.optionalKey(
    PromptText.annotate({ description: "Additional context for retry attempts" })
  ),
  continueSession: or(
    Schema.Boolean.annotate({ description: "Whether to continue a previous session", default: false }),
    false
  ),
  overwriteMemory: or(
    Schema.Boolean.annotate({ description: "Whether to overwrite memory before starting", default: false }),
    false
  ),
  env: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.String.check(atMost(maxEnvValue))).check(maxEntries(maxEnvEntries), envNames)
      .annotate({ description: "Environment variables to set in the container" })
  ),
  envFromSecrets: Schema.optionalKey(
    Schema.Array(EnvFromSecret).check(Schema.isMaxLength(maxSecrets)).annotate({
      description: "Environment variables from secrets"
    })
  ),
  cancel: or(
    Schema.Boolean.annotate({
      description:
        "Stop the attempt, save its work and end as Cancelled. Means the contextVersion at which it was set, which it ends for good: raise contextVersion to start the next attempt, also while this stays set",
      default: false
    }),
    false
  ),
  cancelVersion: Schema.optionalKey(
    Schema.Int.annotate({
      description:
        "Cancel this contextVersion and those before it, whatever cancel says. Set with cancel by the HTTP API; by hand, to cancel again while cancel is still set for an earlier version"
    })
  ),
  dependsOn: Schema.optionalKey(
    Schema.Array(ObjectName).check(Schema.isMaxLength(maxDependencies), fitsRule(dependenciesSize)).annotate({
      description: "CodeRuns of the same namespace that must have Succeeded first; a failed one fails this run"
    })
  ),
  dependsOnMerged: Schema.optionalKey(
    Schema.Boolean.annotate({
      description:
        "Wait until the pull requests of the runs in dependsOn are merged, as the forge's webhook tells; one that changed nothing has none to wait for"
    })
  ),
  ...scheduling,
  timeoutSeconds: Schema.optionalKey(
    TimeoutSeconds.annotate({
      description:
        "Time limit of one attempt in seconds, from 60 to limits.maxTimeoutSeconds; overrides job.activeDeadlineSeconds"
    })
  ),
  maxCostUsd: Schema.optionalKey(
    CostUsd.annotate({
      description:
        "Spend limit in USD over all attempts, at most limits.maxCostUsd; no model request that could exceed it is sent"
    })
  ),
  maxTurns: Schema.optionalKey(
    Turns.annotate({
      description: "Turn limit over all attempts, at most limits.maxTurns, enforced while the agent runs"
    })
  )
}) {}

/** Whether a prompt or an issue says what to do, and no file of a Task Master project. */
export const isInPlainWords = ({ issue, prompt }: { readonly prompt?: unknown; readonly issue?: unknown }): boolean =>
  prompt !== undefined || issue !== undefined

/** Undefined: no task of a project is meant. */
export const taskIdOf = (
  spec: { readonly taskId: number; readonly prompt?: unknown; readonly issue?: unknown }
): number | undefined => isInPlainWords(spec) && spec.taskId === 0 ? undefined : spec.taskId

/** What a prompt calls itself: its first line. */
export const promptTitle = (prompt: string): string => (prompt.trim().split("\n")[0] ?? "").replace(/^#+\s*/, "").trim()

const codeStatus = commonStatus("CodeRun", "code implementation")

export class CodeRunStatus extends Schema.Class<CodeRunStatus>("CodeRunStatus")({
  ...codeStatus,
  retryCount: Schema.optionalKey(
    Schema.Int.annotate({ description: "Current retry attempt (if applicable)" })
  ),
  contextVersion: Schema.optionalKey(
    Schema.Int.annotate({ description: "Version of the context and prompt used" })
  ),
  cancelledVersion: Schema.optionalKey(
    Schema.Int.annotate({
      description: "Context version that a standing spec.cancel was meant for; it does not count for later versions"
    })
  ),
  promptModification: Schema.optionalKey(
    Schema.String.annotate({ description: "Modification to the prompt if any" })
  ),
  promptVersion: Schema.optionalKey(
    Schema.Int.annotate({
      description: "Context version that promptModification belongs to; later ones do not repeat it"
    })
  ),
  promptDigest: Schema.optionalKey(
    Schema.String.annotate({ description: "Hash of that promptModification, to recognize it" })
  ),
  promptMode: Schema.optionalKey(
    Schema.String.annotate({ description: "Mode of prompt (e.g., direct, indirect)" })
  ),
  sessionId: Schema.optionalKey(Schema.String.annotate({ description: "Session ID for tracking" }))
}) {}

export class CodeRun extends Schema.Class<CodeRun>("CodeRun")({
  apiVersion: Schema.Literal("orchestrator.platform/v1"),
  kind: Schema.Literal("CodeRun"),
  metadata: ObjectMeta,
  spec: CodeRunSpec.check(fitsRule(codeSpecSize)),
  status: Schema.optionalKey(CodeRunStatus)
}) {}
