/**
 * The environment of a pod's containers, each variable once: its name, and what its text says. The controller encodes it, the programs in
 * the pod decode it, and no name stands elsewhere. Inside the programs a value goes by its field's name.
 */
import { Record, Result, Schema, SchemaAST } from "effect"
import { AgentName } from "./AgentName.ts"
import { decoder, type FieldProblem } from "./Decode.ts"
import { or } from "./Default.ts"
import { BucketPlace } from "./Evidence.ts"
import { ForgeApp, ForgeHosts } from "./ForgeHosts.ts"
import { ModelPrice } from "./ModelPrice.ts"
import { Provider } from "./ModelProviders.ts"
import { maxOtherRepositories, PlacedRepository } from "./OtherRepositories.ts"
import { PreviousAttemptText } from "./PreviousAttempt.ts"
import { SessionId } from "./Reported.ts"
import { BranchName, GithubUser, IssueUrl, ModelName, RelativePath, RemoteUrl } from "./SpecText.ts"

const optional = Schema.optionalKey
const text = optional(Schema.String)
const Whole = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
const Positive = Schema.FiniteFromString.check(Schema.isGreaterThan(0))
const Port = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Flag = Schema.Literals(["false", "true"]).transform([false, true])
const Protocols = Schema.String.check(Schema.isPattern(/^[a-z0-9+]+(:[a-z0-9+]+)*$/))
const Commit = Schema.String.check(Schema.isPattern(/^[0-9a-f]{40,64}$/))
const HttpUrl = Schema.String.check(Schema.isPattern(/^https?:\/\/[^/\s@]+(?:\/\S*)?$/))
const Pairs = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
/** PEM, as many as there are. */
const Certificates = Schema.String.check(
  Schema.isPattern(/^\s*(?:-----BEGIN CERTIFICATE-----[\w+/=\s]+-----END CERTIFICATE-----\s*)*$/)
)

const PullRequestOptions = Schema.Struct({
  draft: or(Schema.Boolean, false),
  labels: or(Schema.Array(Schema.String), []),
  reviewers: or(Schema.Array(Schema.String), []),
  teamReviewers: or(Schema.Array(Schema.String), []),
  base: optional(BranchName)
})

/** Where Kubernetes looks for what a container has to say at its end. */
export const terminationMessagePath = "/dev/termination-log"

/** A run's prompt, in the folder of the agent's files. */
export const taskPromptFile = "task-prompt.md"

/** Where Claude Code looks for managed settings; a file elsewhere is not in force. */
export const managedSettingsPath = "/etc/claude-code/managed-settings.json"

const variable = <const Name extends string, S extends Schema.Constraint>(name: Name, schema: S) => ({ name, schema })

/** What both containers are told. */
const shared = {
  runName: variable("RUN_NAME", Schema.NonEmptyString),
  runUid: variable("RUN_UID", Schema.NonEmptyString),
  /** With `retry` the attempt. Images of older versions know this much of it. */
  contextVersion: variable("ATTEMPT", or(Whole, "1")),
  retry: variable("ATTEMPT_RETRY", or(Whole, "0")),
  repositoryUrl: variable("REPOSITORY_URL", RemoteUrl),
  maxCostUsd: variable("MAX_COST_USD", optional(Positive)),
  maxTurns: variable("MAX_TURNS", optional(Whole)),
  gitAllowProtocol: variable("GIT_ALLOW_PROTOCOL", or(Protocols, "https:ssh")),
  gitAllowedHosts: variable("GIT_ALLOWED_HOSTS", or(Schema.String, "")),
  gitInsteadOf: variable("GIT_INSTEAD_OF", or(Pairs, "{}")),
  forgeHosts: variable("FORGE_HOSTS", or(Schema.fromJsonString(ForgeHosts), "{}")),
  forgeAskHosts: variable("FORGE_ASK_HOSTS", or(Flag, "true")),
  forgeGithubHosts: variable("FORGE_GITHUB_HOSTS", or(Pairs, "{}")),
  forgeGiteaHosts: variable("FORGE_GITEA_HOSTS", or(Pairs, "{}")),
  pullRequest: variable("PULL_REQUEST", or(Schema.fromJsonString(PullRequestOptions), "{}")),
  pullRequestTitle: variable("PULL_REQUEST_TITLE", optional(Schema.NonEmptyString)),
  taskUrl: variable("TASK_URL", optional(HttpUrl)),
  ownBranch: variable("OWN_BRANCH", or(Flag, "false")),
  sshDir: variable("SSH_DIR", or(Schema.String, "/etc/orchestrator/ssh")),
  terminationMessagePath: variable("TERMINATION_MESSAGE_PATH", or(Schema.String, terminationMessagePath))
}

const code = {
  taskType: variable("TASK_TYPE", Schema.Literal("code")),
  taskId: variable("TASK_ID", Whole),
  /** Name of the file beside the agent's that says what to do; absent, and no issue: Task Master's files do. */
  taskPromptFile: variable("TASK_PROMPT_FILE", text),
  taskIssueUrl: variable("TASK_ISSUE_URL", optional(IssueUrl)),
  docsRepositoryUrl: variable("DOCS_REPOSITORY_URL", RemoteUrl),
  /** Beside the run's own, to read. */
  repositories: variable(
    "ORCHESTRATOR_REPOSITORIES",
    or(Schema.fromJsonString(Schema.Array(PlacedRepository).check(Schema.isMaxLength(maxOtherRepositories))), "[]")
  )
}

const docs = {
  taskType: variable("TASK_TYPE", Schema.Literal("docs")),
  sourceBranch: variable("SOURCE_BRANCH", BranchName)
}

const runner = {
  ...shared,
  brokerEndpointFile: variable("BROKER_ENDPOINT_FILE", text),
  model: variable("MODEL", ModelName),
  githubUser: variable("GITHUB_USER", GithubUser),
  workingDirectory: variable("WORKING_DIRECTORY", or(RelativePath, "")),
  sessionId: variable("SESSION_ID", SessionId),
  resumeSession: variable("RESUME_SESSION", or(Flag, "false")),
  resumeSessionId: variable("RESUME_SESSION_ID", optional(SessionId)),
  previousAttempt: variable("PREVIOUS_ATTEMPT", optional(PreviousAttemptText)),
  overwriteMemory: variable("OVERWRITE_MEMORY", or(Flag, "false")),
  home: variable("HOME", text),
  workspaceDir: variable("WORKSPACE_DIR", or(Schema.String, "/workspace")),
  workspaceAccess: variable("WORKSPACE_ACCESS", or(Schema.Literals(["Exclusive", "Shared"]), "Exclusive")),
  configDir: variable("CONFIG_DIR", or(Schema.String, "/config")),
  /** Names of variables whose values are secrets, whatever the names say. */
  blankedVariables: variable("BLANKED_VARIABLES", or(Schema.String, "")),
  // Of the agent's CLI, and of its scripts and templates.
  ghToken: variable("GH_TOKEN", text),
  /** For forges in `forge.hosts`, and whose it is, where that counts. */
  gitToken: variable("GIT_TOKEN", text),
  gitUsername: variable("GIT_USERNAME", text),
  anthropicApiKey: variable("ANTHROPIC_API_KEY", text),
  anthropicBaseUrl: variable("ANTHROPIC_BASE_URL", text),
  claudeCodeOauthToken: variable("CLAUDE_CODE_OAUTH_TOKEN", text),
  agentConfigDir: variable("CLAUDE_CONFIG_DIR", text),
  managedSettingsPath: variable("MANAGED_SETTINGS_PATH", or(Schema.String, managedSettingsPath)),
  toolmanServerUrl: variable("TOOLMAN_SERVER_URL", text),
  localTools: variable("LOCAL_TOOLS", text),
  remoteTools: variable("REMOTE_TOOLS", text),
  mcpClientConfig: variable("MCP_CLIENT_CONFIG", text),
  traceparent: variable("TRACEPARENT", text),
  // Of the runner itself: the agent does not see them.
  agent: variable("ORCHESTRATOR_AGENT_NAME", or(AgentName, "claude")),
  /** Script of the repository; absent: the usual one, where there is one. */
  setupScript: variable("ORCHESTRATOR_SETUP_SCRIPT", optional(RelativePath)),
  setupSeconds: variable("ORCHESTRATOR_SETUP_SECONDS", or(Positive, "600")),
  orchestratorDir: variable("ORCHESTRATOR_DIR", text),
  /** What the broker is told beside `shared`, where it runs in the runner's process: variables of its own and their values. */
  brokerVariables: variable("ORCHESTRATOR_BROKER", or(Pairs, "{}")),
  /** And its folder. */
  brokerFolder: variable("ORCHESTRATOR_BROKER_DIR", text),
  /** Days for which evidence stays on the workspace; 0: for ever. */
  evidenceDays: variable("ORCHESTRATOR_EVIDENCE_DAYS", or(Whole, "30")),
  brokerSeconds: variable("ORCHESTRATOR_BROKER_SECONDS", or(Positive, "90")),
  initSeconds: variable("ORCHESTRATOR_INIT_SECONDS", or(Positive, "60")),
  silenceSeconds: variable("ORCHESTRATOR_SILENCE_SECONDS", or(Positive, "900")),
  stopSeconds: variable("ORCHESTRATOR_STOP_SECONDS", or(Positive, "5")),
  exitSeconds: variable("ORCHESTRATOR_EXIT_SECONDS", or(Positive, "10")),
  backoffSeconds: variable("ORCHESTRATOR_BACKOFF_SECONDS", or(Positive, "10"))
}

const runnerOfCode = {
  ...code,
  serviceName: variable("SERVICE_NAME", Schema.NonEmptyString),
  docsBranch: variable("DOCS_BRANCH", or(BranchName, "main")),
  docsProjectDirectory: variable("DOCS_PROJECT_DIRECTORY", optional(RelativePath))
}

const broker = {
  ...shared,
  forgeApp: variable("FORGE_APP", optional(Schema.fromJsonString(ForgeApp))),
  gitKnownHosts: variable("GIT_KNOWN_HOSTS", or(Schema.String, "")),
  caCertificates: variable("CA_CERTIFICATES", or(Certificates, "")),
  signCommitsOf: variable("SIGN_COMMITS_OF", optional(GithubUser)),
  maxPushMebibytes: variable("MAX_PUSH_MEBIBYTES", or(Positive, "512")),
  maxUnpackedMebibytes: variable("MAX_UNPACKED_MEBIBYTES", or(Positive, "1024")),
  knownBranch: variable("KNOWN_BRANCH", optional(BranchName)),
  knownHead: variable("KNOWN_HEAD", optional(Commit)),
  model: variable("MODEL", optional(Schema.NonEmptyString)),
  modelAllowed: variable("MODEL_ALLOWED", or(Schema.fromJsonString(Schema.Array(Schema.NonEmptyString)), "[]")),
  modelBaseUrl: variable("MODEL_BASE_URL", or(HttpUrl, "https://api.anthropic.com")),
  modelOutputTokens: variable("MODEL_OUTPUT_TOKENS", or(Positive, "32000")),
  modelPrices: variable("MODEL_PRICES", or(Schema.fromJsonString(Schema.Record(Schema.String, ModelPrice)), "{}")),
  /** Who serves the run's model, and who does instead while that is overloaded. Absent: whoever made the API that is spoken. */
  modelProviders: variable("MODEL_PROVIDERS", or(Schema.fromJsonString(Schema.Array(Provider)), "[]")),
  answersPerTurn: variable("ANSWERS_PER_TURN", or(Positive, "4")),
  streamIdleSeconds: variable("STREAM_IDLE_SECONDS", or(Positive, "120")),
  answerSeconds: variable("ANSWER_SECONDS", or(Positive, "600")),
  credentialsDir: variable("CREDENTIALS_DIR", or(Schema.String, "/etc/orchestrator/credentials")),
  brokerStateDir: variable("BROKER_STATE_DIR", or(Schema.String, "/var/lib/orchestrator/broker")),
  brokerEndpointFile: variable("BROKER_ENDPOINT_FILE", or(Schema.String, "/run/orchestrator/broker/endpoint.json")),
  evidenceBucket: variable("EVIDENCE_BUCKET", optional(Schema.fromJsonString(BucketPlace))),
  evidenceFolder: variable("EVIDENCE_FOLDER", text),
  evidenceKey: variable("EVIDENCE_KEY", text),
  brokerPort: variable("BROKER_PORT", or(Port, "0")),
  brokerGraceSeconds: variable("BROKER_GRACE_SECONDS", or(Positive, "100"))
}

type Schemas = Schema.ConstraintCodec<unknown, string | undefined>
type Variables = Readonly<Record<string, { readonly name: string; readonly schema: Schemas }>>
type SchemasOf<V extends Variables> = { readonly [K in keyof V]: V[K]["schema"] }

const schemasOf = <V extends Variables>(variables: V) =>
  Object.fromEntries(Object.entries(variables).map(([field, { schema }]) => [field, schema])) as SchemasOf<V>

type Given = Readonly<Record<string, string>>

/** Problems name the variables, not the fields. */
const decoderOf = <S extends Schema.ConstraintDecoder<unknown>>(variables: Variables, schema: S) => {
  const decode = decoder(schema)
  const named = ({ path, ...problem }: FieldProblem): FieldProblem => {
    const [, field = "", rest = ""] = /^(\w*)(.*)$/s.exec(path) ?? []
    return { ...problem, path: `${variables[field]?.name ?? field}${rest}` }
  }
  return (environment: Given) => {
    const given = Object.entries(variables).flatMap(([field, { name }]) => {
      const value = environment[name]
      return value === undefined ? [] : [[field, value] as const]
    })
    return Result.mapError(decode(Object.fromEntries(given)), (problems) => problems.map(named))
  }
}

const kind = { taskType: variable("TASK_TYPE", Schema.Literals(["code", "docs"])) }
const runnerCode = { ...runner, ...runnerOfCode }
const runnerDocs = { ...runner, ...docs }
const brokerCode = { ...broker, ...code }
const brokerDocs = { ...broker, ...docs }

const decodeKind = decoderOf(kind, Schema.Struct(schemasOf(kind)))
const decodeRunnerCode = decoderOf(runnerCode, Schema.Struct(schemasOf(runnerCode)))
const decodeRunnerDocs = decoderOf(runnerDocs, Schema.Struct(schemasOf(runnerDocs)))
const decodeBrokerCode = decoderOf(brokerCode, Schema.Struct(schemasOf(brokerCode)))
const decodeBrokerDocs = decoderOf(brokerDocs, Schema.Struct(schemasOf(brokerDocs)))

type Decode<A> = (environment: Given) => Result.Result<A, ReadonlyArray<FieldProblem>>
type DecodedBy<D> = D extends Decode<infer A> ? A : never

const byKind =
  <A>(decoders: Readonly<Record<typeof kind.taskType.schema.Type, Decode<A>>>): Decode<A> => (environment) =>
    Result.flatMap(decodeKind(environment), ({ taskType }) => decoders[taskType](environment))

/** What the runner is told, by the kind of its run. */
export type RunnerEnvironment = DecodedBy<typeof decodeRunnerCode> | DecodedBy<typeof decodeRunnerDocs>

export const decodeRunnerEnvironment = byKind<RunnerEnvironment>({ code: decodeRunnerCode, docs: decodeRunnerDocs })

/** What its pods are told of the kind of a run. */
export type TaskType = RunnerEnvironment["taskType"]

/** What the broker is told, by the kind of its run. */
export type BrokerEnvironment = DecodedBy<typeof decodeBrokerCode> | DecodedBy<typeof decodeBrokerDocs>

export const decodeBrokerEnvironment = byKind<BrokerEnvironment>({ code: decodeBrokerCode, docs: decodeBrokerDocs })

const ofRunner = { ...runner, ...runnerOfCode, ...docs, ...kind }
const ofBroker = { ...broker, ...code, ...docs, ...kind }

type Values<V extends Variables> = { readonly [K in keyof V]?: V[K]["schema"]["Type"] | undefined }
type Texts = ReadonlyArray<readonly [name: string, text: string]>

/** Whether what is encoded is the text itself. */
const isText = (ast: SchemaAST.AST): boolean =>
  ast.encoding === undefined &&
  (SchemaAST.isString(ast) || SchemaAST.isLiteral(ast) || (SchemaAST.isUnion(ast) && ast.types.every(isText)))

/** The encoder is made once, and a value that is the one before (the configuration's are) is encoded once. */
const textOf = ({ schema }: Variables[string]) => {
  const encode = Schema.encodeUnknownSync(schema)
  const encoded = (value: unknown) => encode(value, { disableChecks: true }) ?? ""
  const mayBeText = isText(schema.ast)
  let last: { readonly value: unknown; readonly text: string } | undefined
  return (value: unknown): string => {
    if (mayBeText && typeof value === "string") return value
    if (last === undefined || last.value !== value) last = { value, text: encoded(value) }
    return last.text
  }
}

/** Names and texts, in the order of these values; one that is undefined has none. Who decodes them checks them. */
const encoderOf = <V extends Variables>(variables: V) => {
  const encoders = Record.map(variables as Variables, (variable) => ({ name: variable.name, text: textOf(variable) }))
  return (values: Values<V>): Texts => {
    const texts: Array<readonly [name: string, text: string]> = []
    for (const field in values) {
      const found = encoders[field]
      const value = values[field]
      if (found !== undefined && value !== undefined) texts.push([found.name, found.text(value)])
    }
    return texts
  }
}

export const encodeRunnerEnvironment = encoderOf(ofRunner)
export const encodeBrokerEnvironment = encoderOf(ofBroker)

const namesOf = <V extends Variables>(variables: V) =>
  Object.fromEntries(Object.entries(variables).map(([field, { name }]) => [field, name])) as {
    readonly [K in keyof V]: V[K]["name"]
  }

/** Names of variables by their fields, for who hands over one that is not decoded: a reference to a Secret, a shell's text. */
export const runnerNames = namesOf(ofRunner)
export const brokerNames = namesOf(ofBroker)

/** By which an agent that has the credentials reaches forges. */
export const forgeCredentialNames: ReadonlySet<string> = new Set([
  runnerNames.ghToken,
  runnerNames.gitToken,
  runnerNames.gitUsername
])

/** Of `prepare`: SHA-256 of `filesText`, hexadecimal. */
export const filesDigestVariable = "FILES_DIGEST"

/** What the runner hands on where the broker runs in its own process. */
export const sharedNames: ReadonlySet<string> = new Set(
  Object.values(namesOf({ ...shared, ...code, ...docs, ...kind }))
)
