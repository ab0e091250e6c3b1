import { CodeRun, CodeRunSpec, promptTitle, taskIdOf } from "@orchestrator/domain/CodeRun"
import { decoder } from "@orchestrator/domain/Decode"
import { issueAddress } from "@orchestrator/domain/IssueUrl"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { codeBranches, codeJobName } from "@orchestrator/domain/Names"
import { placedRepositories } from "@orchestrator/domain/OtherRepositories"
import { encodeRunnerEnvironment, taskPromptFile } from "@orchestrator/domain/PodEnvironment"
import { tenantOf } from "@orchestrator/domain/Tenant"
import { runResources } from "@orchestrator/k8s/Kinds"
import { codeInputs } from "@orchestrator/templates/kinds/CodeTemplates"
import { Result } from "effect"
import { fromSecret, literal, literals, type Variable } from "./Literal.ts"
import type { RunKind } from "./RunKind.ts"

const decode = decoder(CodeRun)

/** A CodeRun leases the workspace of its tenant and continues sessions. */
export const codeRunKind: RunKind = {
  ...codeRun,
  resource: runResources.CodeRun,
  jobName: codeJobName,
  pullRequestTitle: ({ codeTitle }) => codeTitle,
  decodeSpec: ({ status: _, ...object }) =>
    Result.map(decode(object), (run) => ({
      run,
      githubUser: run.spec.githubUser,
      model: run.spec.model,
      repositories: [
        { field: "spec.repositoryUrl", url: run.spec.repositoryUrl },
        { field: "spec.docsRepositoryUrl", url: run.spec.docsRepositoryUrl },
        ...(run.spec.repositories ?? []).map(({ url }, index) => ({ field: `spec.repositories[${index}].url`, url }))
      ],
      pages: run.spec.issue === undefined ? none : [{ field: "spec.issue", url: run.spec.issue }],
      workspace: tenantOf(run.spec),
      profile: run.spec.profile,
      templates: undefined,
      agent: run.spec.agent,
      provider: run.spec.provider,
      image: run.spec.image,
      resources: run.spec.resources,
      setup: run.spec.setup,
      tools: { local: run.spec.localTools, remote: run.spec.remoteTools },
      priority: run.spec.priority ?? "normal",
      timeoutSeconds: run.spec.timeoutSeconds,
      maxCostUsd: run.spec.maxCostUsd,
      maxTurns: run.spec.maxTurns,
      resume: run.spec.continueSession || run.spec.contextVersion > 1,
      overwriteMemory: run.spec.overwriteMemory,
      promptModification: run.spec.promptModification,
      taskId: taskIdOf(run.spec),
      title: titleOf(run.spec),
      dependsOn: run.spec.dependsOn ?? none,
      dependsOnMerged: run.spec.dependsOnMerged === true,
      inputs: ({ hasNewPrompt, ...facts }) =>
        codeInputs({
          ...facts,
          run: hasNewPrompt ? run : withoutPrompt(run),
          branch: codeBranches({ name: run.metadata.name, uid: facts.uid, taskId: taskIdOf(run.spec) }).plain
        }),
      task: () => task(run.spec),
      env: () => environment(run.spec)
    }))
}

const none: ReadonlyArray<never> = []

/** An older version's prompt is not repeated. */
const withoutPrompt = (run: CodeRun): CodeRun => {
  const { promptModification: _, ...spec } = run.spec
  return new CodeRun({ ...run, spec: new CodeRunSpec(spec) })
}

/** A task of a project has a title of its own; an issue's is known once the broker has read it. */
const titleOf = (spec: CodeRunSpec): string | undefined => {
  const issue = spec.issue === undefined ? undefined : issueAddress(spec.issue)
  if (issue !== undefined) return `Resolve issue ${issue.number}`
  return spec.prompt !== undefined && taskIdOf(spec) === undefined ? promptTitle(spec.prompt) : undefined
}

const task = (
  { docsRepositoryUrl, issue, prompt, repositories, repositoryUrl, taskId }: CodeRunSpec
): ReadonlyArray<Variable> =>
  literals(encodeRunnerEnvironment({
    repositoryUrl,
    taskId,
    docsRepositoryUrl,
    ...(prompt === undefined ? {} : { taskPromptFile }),
    taskIssueUrl: issue,
    repositories: repositories === undefined ? undefined : placedRepositories(repositories)
  }))

const environment = (spec: CodeRunSpec): ReadonlyArray<Variable> => [
  ...literals(encodeRunnerEnvironment({
    workingDirectory: spec.workingDirectory || spec.service,
    serviceName: spec.service,
    docsBranch: spec.docsBranch,
    docsProjectDirectory: spec.docsProjectDirectory ?? "",
    mcpClientConfig: "/config/client-config.json"
  })),
  ...Object.entries(spec.env ?? {}).map(([name, value]) => literal(name, value)),
  ...fromSecrets(spec.envFromSecrets ?? [])
]

/** And their names: the runner blanks the values in whatever it keeps and says. */
const fromSecrets = (asked: NonNullable<CodeRunSpec["envFromSecrets"]>): ReadonlyArray<Variable> =>
  asked.length === 0 ? [] : [
    ...asked.map(({ name, secretKey, secretName }) => fromSecret(name, { secret: secretName, key: secretKey })),
    ...literals(encodeRunnerEnvironment({ blankedVariables: asked.map(({ name }) => name).join(",") }))
  ]
