import { CodeRun, type CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { decoder } from "@orchestrator/domain/Decode"
import { codeJobName, workspaceName } from "@orchestrator/domain/Names"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import type { EnvVar } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import type { RunKind } from "../RunKind.ts"

const decode = decoder(CodeRun)

/** A CodeRun leases the workspace of its service and continues sessions. */
export const codeRunKind: RunKind = {
  resource: CodeRunKind,
  taskType: "code",
  component: "code-runner",
  jobName: codeJobName,
  wanted: ({ status: _, ...object }) =>
    Result.map(decode(object), (run) => ({
      run,
      githubUser: run.spec.githubUser,
      model: run.spec.model,
      repositories: [
        { field: "spec.repositoryUrl", url: run.spec.repositoryUrl },
        { field: "spec.docsRepositoryUrl", url: run.spec.docsRepositoryUrl }
      ],
      workspace: { claim: workspaceName(run.spec.service), service: run.spec.service },
      timeoutSeconds: run.spec.timeoutSeconds,
      maxCostUsd: run.spec.maxCostUsd,
      maxTurns: run.spec.maxTurns,
      resume: run.spec.continueSession || run.spec.contextVersion > 1,
      overwriteMemory: run.spec.overwriteMemory,
      promptModification: run.spec.promptModification,
      taskId: run.spec.taskId,
      env: environment(run.spec)
    }))
}

const environment = (spec: CodeRunSpec): ReadonlyArray<EnvVar> => [
  { name: "REPOSITORY_URL", value: spec.repositoryUrl },
  { name: "WORKING_DIRECTORY", value: spec.workingDirectory },
  { name: "TASK_ID", value: String(spec.taskId) },
  { name: "SERVICE_NAME", value: spec.service },
  { name: "DOCS_REPOSITORY_URL", value: spec.docsRepositoryUrl },
  { name: "DOCS_BRANCH", value: spec.docsBranch },
  { name: "DOCS_PROJECT_DIRECTORY", value: spec.docsProjectDirectory ?? "" },
  { name: "LOCAL_TOOLS", value: spec.localTools ?? "" },
  { name: "REMOTE_TOOLS", value: spec.remoteTools ?? "" },
  { name: "MCP_CLIENT_CONFIG", value: "/config/client-config.json" },
  ...Object.entries(spec.env ?? {}).map(([name, value]) => ({ name, value: literal(value) })),
  ...(spec.envFromSecrets ?? []).map(({ name, secretKey, secretName }) => ({
    name,
    valueFrom: { secretKeyRef: { name: secretName, key: secretKey } }
  }))
]

/** Kubernetes expands `$(NAME)` in values; a requester's text is a text. */
const literal = (value: string) => value.replaceAll("$(", "$$(")
