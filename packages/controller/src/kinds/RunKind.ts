/** What the controller needs of a kind of run, beside what it is; one engine runs every kind. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import type * as Domain from "@orchestrator/domain/RunKind"
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { Result } from "effect"
import type { RunSpec } from "./RunSpec.ts"

export interface RunKind extends Domain.RunKind {
  readonly resource: Kind<CustomObject>
  /** Name of an attempt's Job; `again`: when an object of somebody else has the first one. */
  readonly jobName: (run: string, uid: string, attempt: AttemptKey, again?: string) => string
  /** Template of the title of its pull requests. */
  readonly pullRequestTitle: (config: OrchestratorConfig["forge"]["pullRequest"]) => string
  readonly decodeSpec: (object: CustomObject) => Result.Result<RunSpec, ReadonlyArray<FieldProblem>>
}
