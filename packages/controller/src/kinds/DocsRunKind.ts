import { decoder } from "@orchestrator/domain/Decode"
import { DocsRun, type DocsRunSpec } from "@orchestrator/domain/DocsRun"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { docsBranchName, docsJobName } from "@orchestrator/domain/Names"
import { encodeRunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { runResources } from "@orchestrator/k8s/Kinds"
import { docsInputs } from "@orchestrator/templates/kinds/DocsTemplates"
import { Result } from "effect"
import { literals, type Variable } from "./Literal.ts"
import type { RunKind } from "./RunKind.ts"

const decode = decoder(DocsRun)

/** A DocsRun works in ephemeral storage, once. */
export const docsRunKind: RunKind = {
  ...docsRun,
  resource: runResources.DocsRun,
  jobName: (run, uid, { retry }, again) => docsJobName(run, uid, retry, again),
  pullRequestTitle: ({ docsTitle }) => docsTitle,
  decodeSpec: ({ status: _, ...object }) =>
    Result.map(decode(object), (run) => ({
      run,
      githubUser: run.spec.githubUser,
      model: run.spec.model,
      repositories: [{ field: "spec.repositoryUrl", url: run.spec.repositoryUrl }],
      pages: [],
      workspace: undefined,
      profile: run.spec.profile,
      templates: undefined,
      agent: run.spec.agent,
      provider: run.spec.provider,
      image: run.spec.image,
      resources: run.spec.resources,
      setup: run.spec.setup,
      tools: undefined,
      priority: run.spec.priority ?? "normal",
      timeoutSeconds: run.spec.timeoutSeconds,
      maxCostUsd: run.spec.maxCostUsd,
      maxTurns: run.spec.maxTurns,
      resume: false,
      overwriteMemory: false,
      promptModification: undefined,
      taskId: undefined,
      title: undefined,
      dependsOn: [],
      dependsOnMerged: false,
      inputs: ({ uid, ...facts }) => docsInputs({ ...facts, run, branch: docsBranchName(run.metadata.name, uid) }),
      task: () => task(run.spec),
      env: () => literals(encodeRunnerEnvironment({ workingDirectory: run.spec.workingDirectory || "." }))
    }))
}

const task = ({ repositoryUrl, sourceBranch }: DocsRunSpec): ReadonlyArray<Variable> =>
  literals(encodeRunnerEnvironment({ repositoryUrl, sourceBranch }))
