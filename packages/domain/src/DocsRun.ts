/** DocsRun: writes the task documentation of a Task Master project. The contract is as for CodeRun. */
import { Effect, Schema } from "effect"
import { ObjectMeta } from "./ObjectMeta.ts"
import { commonStatus } from "./RunStatus.ts"
import { scheduling } from "./Scheduling.ts"
import { CostUsd, TimeoutSeconds, Turns } from "./SpecLimits.ts"
import { BranchName, GithubUser, GitUrl, ModelName, RelativePath } from "./SpecText.ts"
import { toolchain } from "./Toolchain.ts"

export class DocsRunSpec extends Schema.Class<DocsRunSpec>("DocsRunSpec")({
  repositoryUrl: GitUrl.annotate({ description: "Repository URL for documentation generation" }),
  workingDirectory: RelativePath.annotate({ description: "Working directory within repository" }),
  sourceBranch: BranchName.annotate({ description: "Source branch to analyze" }),
  model: ModelName.annotate({
    description: "Claude model to use (full model name like 'claude-3-5-sonnet-20241022')"
  }),
  githubUser: GithubUser.annotate({ description: "GitHub username for authentication and commits" }),
  cancel: Schema.Boolean.annotate({
    description: "Stop the run, save its work and end as Cancelled. Never undone",
    default: false
  }).pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  ...toolchain,
  ...scheduling,
  timeoutSeconds: Schema.optionalKey(
    TimeoutSeconds.annotate({
      description: "Time limit in seconds, from 60 to limits.maxTimeoutSeconds; overrides job.activeDeadlineSeconds"
    })
  ),
  maxCostUsd: Schema.optionalKey(
    CostUsd.annotate({
      description: "Spend limit in USD, at most limits.maxCostUsd; no model request that could exceed it is sent"
    })
  ),
  maxTurns: Schema.optionalKey(
    Turns.annotate({
      description: "Turn limit, at most limits.maxTurns, enforced while the agent runs"
    })
  )
}) {}

export class DocsRunStatus extends Schema.Class<DocsRunStatus>("DocsRunStatus")({
  ...commonStatus("DocsRun", "documentation generation"),
  contextVersion: Schema.optionalKey(
    Schema.Int.annotate({
      description: "Version of the context worked on; always 1, since a DocsRun is not retried by hand"
    })
  ),
  retryCount: Schema.optionalKey(
    Schema.Int.annotate({ description: "Automatic retries after infrastructure loss" })
  ),
  sessionId: Schema.optionalKey(Schema.String.annotate({ description: "Session ID for tracking" }))
}) {}

export class DocsRun extends Schema.Class<DocsRun>("DocsRun")({
  apiVersion: Schema.Literal("orchestrator.platform/v1"),
  kind: Schema.Literal("DocsRun"),
  metadata: ObjectMeta,
  spec: DocsRunSpec,
  status: Schema.optionalKey(DocsRunStatus)
}) {}
