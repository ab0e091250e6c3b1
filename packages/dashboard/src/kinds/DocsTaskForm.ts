/** What one says to start a DocsRun. */
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { NewDocsRunSpec } from "@orchestrator/http/contract/kinds/DocsRuns"
import { completed, type TaskForm } from "../show/task/TaskForm.ts"
import { agentGroup, githubUserField, limitsGroup, nameGroup, startGroup, toolchainFields } from "./SharedFields.ts"

export const docsTaskForm: TaskForm = {
  kind: docsRun.kind,
  title: "Documentation",
  description: "An agent writes the task documentation of a Task Master project.",
  ways: [],
  groups: completed(
    [
      {
        title: "Where",
        fields: [
          {
            path: "repositoryUrl",
            label: "Repository",
            control: "line",
            isRequired: true,
            suggestions: "repositories",
            example: "https://github.com/owner/docs"
          },
          {
            path: "workingDirectory",
            label: "Project directory",
            control: "line",
            isRequired: true,
            example: "_projects/payments"
          },
          { path: "sourceBranch", label: "Branch", control: "line", isRequired: true, example: "main" },
          githubUserField
        ]
      },
      agentGroup,
      limitsGroup,
      startGroup,
      {
        title: "Environment",
        isFolded: true,
        fields: toolchainFields
      },
      nameGroup("the repository")
    ],
    NewDocsRunSpec.fields,
    ["cancel"]
  )
}
