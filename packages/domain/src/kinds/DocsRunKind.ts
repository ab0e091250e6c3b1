import { Schema } from "effect"
import { DocsRunSpec, DocsRunStatus } from "../DocsRun.ts"
import { ageColumn, phaseColumn, type RunKind } from "../RunKind.ts"

export const docsRun = {
  kind: "DocsRun",
  plural: "docsruns",
  singular: "docsrun",
  shortName: "dr",
  path: "docs-runs",
  description: "Writes the task documentation of a Task Master project",
  taskType: "docs",
  component: "docs-generator",
  leasesWorkspace: false,
  hasVersions: false,
  filters: {
    workingDirectory: Schema.String.check(Schema.isMaxLength(250)).annotate({
      description: "Only runs of this project folder"
    })
  },
  columns: [phaseColumn, ageColumn],
  spec: DocsRunSpec,
  status: DocsRunStatus
} as const satisfies RunKind
