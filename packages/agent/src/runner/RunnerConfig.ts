/**
 * What a run asks of the runner: the environment that its Job sets, checked with the domain's rules. A problem names the variable.
 */
import { decoder } from "@orchestrator/domain/Decode"
import { type HostPolicy, hostPolicyOf } from "@orchestrator/domain/GitHosts"
import {
  type PreviousAttempt,
  PreviousAttemptText,
  previousAttemptVariable
} from "@orchestrator/domain/PreviousAttempt"
import { SessionId } from "@orchestrator/domain/Reported"
import { BranchName, GithubUser, GitUrl, ModelName, RelativePath } from "@orchestrator/domain/SpecText"
import { Context, Effect, Redacted, Result, Schema } from "effect"
import type { Environment } from "../pod/Environment.ts"

const or = <S extends Schema.Constraint>(schema: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

const Whole = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
const Amount = Schema.FiniteFromString.check(Schema.isGreaterThan(0))
const Flag = Schema.Literals(["true", "false"])
const Protocols = Schema.String.check(Schema.isPattern(/^[a-z0-9+]+(:[a-z0-9+]+)*$/))

/** Where Claude Code looks for managed settings; a file elsewhere is not in force. */
export const managedSettingsPath = "/etc/claude-code/managed-settings.json"

/** Where Kubernetes looks for the result. */
export const terminationMessagePath = "/dev/termination-log"

const common = {
  MODEL: ModelName,
  GITHUB_USER: GithubUser,
  REPOSITORY_URL: GitUrl,
  WORKING_DIRECTORY: or(RelativePath, ""),
  RUN_NAME: Schema.NonEmptyString,
  RUN_UID: Schema.NonEmptyString,
  ATTEMPT: or(Whole, "1"),
  SESSION_ID: SessionId,
  RESUME_SESSION: or(Flag, "false"),
  RESUME_SESSION_ID: Schema.optionalKey(SessionId),
  [previousAttemptVariable]: Schema.optionalKey(PreviousAttemptText),
  OVERWRITE_MEMORY: or(Flag, "false"),
  MAX_COST_USD: Schema.optionalKey(Amount),
  MAX_TURNS: Schema.optionalKey(Whole),
  GH_TOKEN: Schema.optionalKey(Schema.String),
  GIT_ALLOW_PROTOCOL: or(Protocols, "https:ssh"),
  GIT_ALLOWED_HOSTS: or(Schema.String, ""),
  FORGE_GITHUB_HOSTS: or(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)), "{}"),
  GIT_INSTEAD_OF: or(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)), "{}"),
  HOME: Schema.optionalKey(Schema.String),
  CLAUDE_CONFIG_DIR: Schema.optionalKey(Schema.String),
  WORKSPACE_DIR: or(Schema.String, "/workspace"),
  WORKSPACE_ACCESS: or(Schema.Literals(["Exclusive", "Shared"]), "Exclusive"),
  CONFIG_DIR: or(Schema.String, "/config"),
  SSH_DIR: or(Schema.String, "/etc/orchestrator/ssh"),
  TERMINATION_MESSAGE_PATH: or(Schema.String, terminationMessagePath),
  MANAGED_SETTINGS_PATH: or(Schema.String, managedSettingsPath),
  BROKER_ENDPOINT_FILE: Schema.optionalKey(Schema.String),
  ORCHESTRATOR_INIT_SECONDS: or(Amount, "60"),
  ORCHESTRATOR_SILENCE_SECONDS: or(Amount, "900"),
  ORCHESTRATOR_STOP_SECONDS: or(Amount, "5"),
  ORCHESTRATOR_EXIT_SECONDS: or(Amount, "10"),
  ORCHESTRATOR_BACKOFF_SECONDS: or(Amount, "10")
}

const decodeKind = decoder(Schema.Struct({ TASK_TYPE: Schema.Literals(["code", "docs"]) }))
const decodeCode = decoder(Schema.Struct({
  ...common,
  TASK_ID: Whole,
  OWN_BRANCH: or(Flag, "false"),
  SERVICE_NAME: Schema.NonEmptyString,
  DOCS_REPOSITORY_URL: GitUrl,
  DOCS_BRANCH: or(BranchName, "main"),
  DOCS_PROJECT_DIRECTORY: Schema.optionalKey(RelativePath)
}))
const decodeDocs = decoder(Schema.Struct({ ...common, SOURCE_BRANCH: BranchName }))

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

export interface DocsTask {
  readonly type: "docs"
  readonly sourceBranch: string
}

/** Bounds on the agent's process, in seconds. */
export interface Bounds {
  /** Until the agent's first event. */
  readonly init: number
  /** Without any event while no tool runs. */
  readonly silence: number
  /** Between two signals of the ladder that stops it. */
  readonly stop: number
  /** Between its result and its exit. */
  readonly exit: number
  /** First pause before a resume. */
  readonly backoff: number
}

export interface RunnerSettings {
  readonly task: CodeTask | DocsTask
  readonly run: { readonly name: string; readonly uid: string; readonly attempt: number }
  readonly model: string
  readonly githubUser: string
  /** Addresses by the repository's part in the run. A DocsRun reads its tasks in the target. */
  readonly repositories: { readonly target: string; readonly docs: string }
  readonly workingDirectory: string
  readonly sessionId: string
  readonly resumeSession: boolean
  /** The session that the controller knows to be the last. */
  readonly lastSession: string | undefined
  /** How the attempt before ended, by the run's status. */
  readonly previous: PreviousAttempt | undefined
  readonly overwriteMemory: boolean
  /** Whether other runs may work in the workspace at the same time. */
  readonly shared: boolean
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
  readonly token: Redacted.Redacted | undefined
  readonly allowedProtocols: string
  /** The same for the agent, which may reach more than the run's own remotes. */
  readonly agentProtocols: string
  /** Mirrors: what addresses that begin with a key have in its place. */
  readonly insteadOf: Readonly<Record<string, string>>
  /** Whose the token is, where there is no broker. */
  readonly hosts: HostPolicy
  readonly roots: {
    readonly workspace: string
    readonly config: string
    readonly ssh: string
    readonly home: string
    readonly claudeConfig: string
    readonly managedSettings: string
    readonly terminationMessage: string
  }
  readonly bounds: Bounds
  readonly environment: Environment
}

type Common = Extract<ReturnType<typeof decodeDocs>, { readonly _tag: "Success" }>["success"]

const settings = (values: Omit<Common, "SOURCE_BRANCH">, task: CodeTask | DocsTask, environment: Environment) => ({
  task,
  run: { name: values.RUN_NAME, uid: values.RUN_UID, attempt: values.ATTEMPT },
  model: values.MODEL,
  githubUser: values.GITHUB_USER,
  repositories: {
    target: values.REPOSITORY_URL,
    docs: task.type === "code" ? task.docsRepositoryUrl : values.REPOSITORY_URL
  },
  workingDirectory: values.WORKING_DIRECTORY.replace(/^\.(?:\/|$)/, "").replace(/\/+$/, ""),
  sessionId: values.SESSION_ID,
  resumeSession: values.RESUME_SESSION === "true",
  lastSession: values.RESUME_SESSION_ID,
  previous: values[previousAttemptVariable],
  overwriteMemory: values.OVERWRITE_MEMORY === "true",
  shared: values.WORKSPACE_ACCESS === "Shared",
  maxCostUsd: values.MAX_COST_USD,
  maxTurns: values.MAX_TURNS === 0 ? undefined : values.MAX_TURNS,
  token: values.GH_TOKEN === undefined ? undefined : Redacted.make(values.GH_TOKEN.trim()),
  // Nothing but the broker is reached by the runner where there is one.
  allowedProtocols: values.BROKER_ENDPOINT_FILE === undefined ? values.GIT_ALLOW_PROTOCOL : "http",
  agentProtocols: values.BROKER_ENDPOINT_FILE === undefined
    ? values.GIT_ALLOW_PROTOCOL
    : `${values.GIT_ALLOW_PROTOCOL}:http`,
  insteadOf: values.GIT_INSTEAD_OF,
  hosts: hostPolicyOf(values),
  roots: {
    workspace: values.WORKSPACE_DIR,
    config: values.CONFIG_DIR,
    ssh: values.SSH_DIR,
    home: values.HOME ?? `${values.WORKSPACE_DIR}/.home`,
    claudeConfig: values.CLAUDE_CONFIG_DIR ?? `${values.WORKSPACE_DIR}/.claude`,
    managedSettings: values.MANAGED_SETTINGS_PATH,
    terminationMessage: values.TERMINATION_MESSAGE_PATH
  },
  bounds: {
    init: values.ORCHESTRATOR_INIT_SECONDS,
    silence: values.ORCHESTRATOR_SILENCE_SECONDS,
    stop: values.ORCHESTRATOR_STOP_SECONDS,
    exit: values.ORCHESTRATOR_EXIT_SECONDS,
    backoff: values.ORCHESTRATOR_BACKOFF_SECONDS
  },
  environment
})

/** Reads the environment of a run. */
export const decodeSettings = (environment: Environment) =>
  Result.gen(function*() {
    const { TASK_TYPE } = yield* decodeKind(environment)
    if (TASK_TYPE === "docs") {
      const values = yield* decodeDocs(environment)
      return settings(values, { type: "docs", sourceBranch: values.SOURCE_BRANCH }, environment)
    }
    const values = yield* decodeCode(environment)
    return settings(values, {
      type: "code",
      taskId: values.TASK_ID,
      contested: values.OWN_BRANCH === "true",
      service: values.SERVICE_NAME,
      docsRepositoryUrl: values.DOCS_REPOSITORY_URL,
      docsBranch: values.DOCS_BRANCH,
      docsProjectDirectory: values.DOCS_PROJECT_DIRECTORY ?? `_projects/${values.SERVICE_NAME}`
    }, environment)
  })

export class RunnerConfig extends Context.Service<RunnerConfig, RunnerSettings>()(
  "@orchestrator/agent/runner/RunnerConfig"
) {}
