import { taskIdOf } from "@orchestrator/domain/CodeRun"
import { issueAddress, repositoryPath } from "@orchestrator/domain/IssueUrl"
import { type CodeBranches, codeBranches } from "@orchestrator/domain/Names"
import type { PlacedRepository } from "@orchestrator/domain/OtherRepositories"
import type { Environments, RunWork } from "./RunWork.ts"

/** The task that a CodeRun implements. */
export interface CodeTask {
  readonly type: "code"
  /** Undefined: there is only a prompt. */
  readonly taskId: number | undefined
  /** Name of the file beside the agent's that says what to do, instead of the docs repository. */
  readonly promptFile: string | undefined
  /** Address of an issue that says it, alone or after that file. */
  readonly issueUrl: string | undefined
  /** Beside the run's own, to read. */
  readonly repositories: ReadonlyArray<PlacedRepository>
  readonly branches: CodeBranches
  /** Whether other runs of the task exist, so that its plain branch is nobody's. */
  readonly contested: boolean
  readonly service: string
  readonly docsRepositoryUrl: string
  readonly docsBranch: string
  /** Folder of the Task Master project in the docs repository. */
  readonly docsProjectDirectory: string
}

interface Asked {
  readonly runName: string
  readonly runUid: string
  readonly taskId: number
  readonly taskPromptFile?: string | undefined
  readonly taskIssueUrl?: string | undefined
}

const idOf = ({ taskId, taskIssueUrl, taskPromptFile }: Asked) =>
  taskIdOf({ taskId, issue: taskIssueUrl, prompt: taskPromptFile })

/** What a run is about, in words: `task 7`. */
export const taskWords = ({ issueUrl, taskId }: Pick<CodeTask, "issueUrl" | "taskId">): string => {
  const issue = issueUrl === undefined ? undefined : issueAddress(issueUrl)
  if (issue !== undefined) return `issue ${issue.number} of ${repositoryPath(issue.repositoryUrl)}`
  return taskId === undefined ? "the run's prompt" : `task ${taskId}`
}

const branchesOf = (asked: Asked) => codeBranches({ name: asked.runName, uid: asked.runUid, taskId: idOf(asked) })

export const codeRunWork: RunWork<Environments<"code">, CodeTask> = {
  delivery: (values) => ({
    branches: branchesOf(values),
    docsUrl: values.docsRepositoryUrl,
    repositories: values.repositories,
    base: values.pullRequest.base,
    title: `Implement ${
      idOf(values) === undefined ? values.runName : taskWords({ taskId: values.taskId, issueUrl: undefined })
    }`,
    task: taskWords({ taskId: idOf(values), issueUrl: values.taskIssueUrl }),
    issueUrl: values.taskIssueUrl
  }),
  task: (values) => ({
    type: "code",
    taskId: idOf(values),
    promptFile: values.taskPromptFile,
    issueUrl: values.taskIssueUrl,
    repositories: values.repositories,
    branches: branchesOf(values),
    contested: values.ownBranch,
    service: values.serviceName,
    docsRepositoryUrl: values.docsRepositoryUrl,
    docsBranch: values.docsBranch,
    docsProjectDirectory: values.docsProjectDirectory ?? `_projects/${values.serviceName}`
  }),
  docsUrl: (values) => values.docsRepositoryUrl,
  repositories: (values) => values.repositories
}
