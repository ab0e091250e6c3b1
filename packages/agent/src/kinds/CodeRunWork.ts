import { codeBranch, ownCodeBranch } from "@orchestrator/domain/Names"
import type { Environments, RunWork } from "./RunWork.ts"

/** The task that a CodeRun implements. */
export interface CodeTask {
  readonly type: "code"
  readonly taskId: number
  /** Whether other runs of the task exist, so that its plain branch is nobody's. */
  readonly contested: boolean
  readonly service: string
  readonly docsRepositoryUrl: string
  readonly docsBranch: string
  /** Folder of the Task Master project in the docs repository. */
  readonly docsProjectDirectory: string
}

export const codeRunWork: RunWork<Environments<"code">, CodeTask> = {
  delivery: (values) => ({
    branches: { plain: codeBranch(values.taskId), own: ownCodeBranch(values.taskId, values.runUid) },
    docsUrl: values.docsRepositoryUrl,
    base: values.pullRequest.base,
    title: `Implement task ${values.taskId}`,
    task: `task ${values.taskId}`
  }),
  task: (values) => ({
    type: "code",
    taskId: values.taskId,
    contested: values.ownBranch,
    service: values.serviceName,
    docsRepositoryUrl: values.docsRepositoryUrl,
    docsBranch: values.docsBranch,
    docsProjectDirectory: values.docsProjectDirectory ?? `_projects/${values.serviceName}`
  }),
  docsUrl: (values) => values.docsRepositoryUrl
}
