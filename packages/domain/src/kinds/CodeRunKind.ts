import { Schema } from "effect"
import { CodeRunSpec, CodeRunStatus } from "../CodeRun.ts"
import { ageColumn, phaseColumn, type RunKind } from "../RunKind.ts"
import { codeSpecSize } from "../Sizes.ts"

export const codeRun = {
  kind: "CodeRun",
  plural: "coderuns",
  singular: "coderun",
  shortName: "cr",
  path: "code-runs",
  description: "Implements one task of a Task Master project in a target repository",
  taskType: "code",
  component: "code-runner",
  leasesWorkspace: true,
  hasVersions: true,
  filters: {
    service: Schema.String.check(Schema.isMaxLength(200)).annotate({ description: "Only runs of this service" }),
    taskId: Schema.Int.annotate({ description: "Only runs of this task" })
  },
  columns: [
    { name: "Task", type: "integer", jsonPath: ".spec.taskId" },
    { name: "Service", type: "string", jsonPath: ".spec.service" },
    { name: "Model", type: "string", jsonPath: ".spec.model" },
    phaseColumn,
    ageColumn
  ],
  spec: CodeRunSpec,
  specSize: codeSpecSize,
  status: CodeRunStatus
} as const satisfies RunKind
