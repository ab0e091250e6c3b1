import { docsBranchName } from "@orchestrator/domain/Names"
import type { Environments, RunWork } from "./RunWork.ts"

/** What a DocsRun documents: the tasks on a branch of the target repository. */
export interface DocsTask {
  readonly type: "docs"
  readonly sourceBranch: string
}

export const docsRunWork: RunWork<Environments<"docs">, DocsTask> = {
  delivery: (values) => {
    const branch = docsBranchName(values.runName, values.runUid)
    return {
      branches: { plain: branch, own: branch },
      docsUrl: undefined,
      repositories: [],
      base: values.sourceBranch,
      title: `Document the tasks of ${values.runName}`,
      issueUrl: undefined,
      task: `documents for the tasks on \`${values.sourceBranch}\``
    }
  },
  task: ({ sourceBranch }) => ({ type: "docs", sourceBranch }),
  docsUrl: (values) => values.repositoryUrl,
  repositories: () => []
}
