/** What one says to start a CodeRun. */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { NewCodeRunSpec } from "@orchestrator/http/contract/kinds/CodeRuns"
import { completed, type TaskForm } from "../show/task/TaskForm.ts"
import { agentGroup, githubUserField, limitsGroup, nameGroup, startGroup, toolchainFields } from "./SharedFields.ts"

export const codeTaskForm: TaskForm = {
  kind: codeRun.kind,
  title: "Code",
  description: "An agent implements one task and opens a pull request.",
  ways: [
    { name: "prompt", label: "In plain words" },
    { name: "task", label: "A task of a Task Master project" },
    { name: "issue", label: "An issue" }
  ],
  groups: completed(
    [
      {
        title: "What to do",
        fields: [
          {
            path: "prompt",
            label: "Task",
            control: "lines",
            isRequired: true,
            of: "prompt",
            example: "Answer requests for unknown orders with 404 instead of 500"
          },
          {
            path: "issue",
            label: "Issue",
            control: "line",
            isRequired: true,
            of: "issue",
            example: "https://github.com/owner/name/issues/12"
          },
          {
            path: "docsRepositoryUrl",
            label: "Documentation repository",
            control: "line",
            isRequired: true,
            of: "task",
            suggestions: "repositories",
            example: "https://github.com/owner/docs"
          },
          {
            path: "docsProjectDirectory",
            label: "Project directory",
            control: "line",
            of: "task",
            example: "_projects/payments"
          },
          { path: "docsBranch", label: "Documentation branch", control: "line", of: "task", example: "main" },
          { path: "taskId", label: "Task ID", control: "number", isRequired: true, of: "task" }
        ]
      },
      {
        title: "Where",
        fields: [
          {
            path: "repositoryUrl",
            label: "Repository",
            control: "line",
            isRequired: true,
            suggestions: "repositories",
            example: "https://github.com/owner/name"
          },
          {
            path: "service",
            label: "Service",
            control: "line",
            isRequired: true,
            suggestions: "services",
            example: "payments"
          },
          githubUserField,
          { path: "workingDirectory", label: "Working directory", control: "line" }
        ]
      },
      agentGroup,
      limitsGroup,
      startGroup,
      {
        title: "After other runs",
        isFolded: true,
        fields: [
          { path: "dependsOn", label: "Runs that come first, one a line", control: "names", suggestions: "runs" },
          { path: "dependsOnMerged", label: "Wait until their pull requests are merged", control: "flag" }
        ]
      },
      {
        title: "Session and tools",
        isFolded: true,
        fields: [
          { path: "continueSession", label: "Continue the session of the run before", control: "flag" },
          { path: "overwriteMemory", label: "Overwrite the memory first", control: "flag" },
          { path: "localTools", label: "Local tools", control: "line" },
          { path: "remoteTools", label: "Remote tools", control: "line" }
        ]
      },
      {
        title: "Environment",
        isFolded: true,
        fields: [
          ...toolchainFields,
          {
            path: "repositories",
            label: "Other repositories to read, one a line",
            control: "repositories",
            example: "https://github.com/owner/shared main"
          },
          { path: "env", label: "Variables, one a line", control: "secretPairs", example: "NAME=value" },
          {
            path: "envFromSecrets",
            label: "Variables from Secrets, one a line",
            control: "secrets",
            example: "NAME=secret/key"
          }
        ]
      },
      nameGroup("service and task")
    ],
    NewCodeRunSpec.fields,
    ["contextVersion", "promptModification", "cancel", "cancelVersion"]
  )
}
