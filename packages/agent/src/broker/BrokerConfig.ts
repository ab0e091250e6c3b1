/** What a run asks of its broker: the environment that the Job sets, checked with the domain's rules. A problem names the variable. */
import { decoder, type FieldProblem } from "@orchestrator/domain/Decode"
import { expectedHost, hostPolicyOf, mayBeNamed } from "@orchestrator/domain/GitHosts"
import { ModelPrice } from "@orchestrator/domain/ModelPrice"
import { codeBranch, docsBranchName, ownCodeBranch } from "@orchestrator/domain/Names"
import { BranchName, GitUrl } from "@orchestrator/domain/SpecText"
import { Context, Effect, Result, Schema } from "effect"
import type { Environment } from "../pod/Environment.ts"

const or = <S extends Schema.Constraint>(schema: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

const Whole = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
const Positive = Schema.FiniteFromString.check(Schema.isGreaterThan(0))
const Protocols = Schema.String.check(Schema.isPattern(/^[a-z0-9+]+(:[a-z0-9+]+)*$/))
const Commit = Schema.String.check(Schema.isPattern(/^[0-9a-f]{40,64}$/))
const Port = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const HttpUrl = Schema.String.check(Schema.isPattern(/^https?:\/\/[^/\s@]+(?:\/\S*)?$/))
/** PEM, as many as there are. */
const Certificates = Schema.String.check(
  Schema.isPattern(/^\s*(?:-----BEGIN CERTIFICATE-----[\w+/=\s]+-----END CERTIFICATE-----\s*)*$/)
)
const texts = Schema.Record(Schema.String, Schema.String)

const PullRequestWish = Schema.Struct({
  draft: or(Schema.Boolean, false),
  labels: or(Schema.Array(Schema.String), []),
  reviewers: or(Schema.Array(Schema.String), []),
  teamReviewers: or(Schema.Array(Schema.String), []),
  base: Schema.optionalKey(BranchName)
})

const common = {
  RUN_NAME: Schema.NonEmptyString,
  RUN_UID: Schema.NonEmptyString,
  ATTEMPT: or(Whole, "1"),
  REPOSITORY_URL: GitUrl,
  GIT_ALLOW_PROTOCOL: or(Protocols, "https:ssh"),
  GIT_ALLOWED_HOSTS: or(Schema.String, ""),
  GIT_INSTEAD_OF: or(Schema.fromJsonString(texts), "{}"),
  GIT_KNOWN_HOSTS: or(Schema.String, ""),
  CA_CERTIFICATES: or(Certificates, ""),
  MAX_PUSH_MEBIBYTES: or(Positive, "512"),
  OWN_BRANCH: or(Schema.Literals(["true", "false"]), "false"),
  MAX_UNPACKED_MEBIBYTES: or(Positive, "1024"),
  KNOWN_BRANCH: Schema.optionalKey(BranchName),
  KNOWN_HEAD: Schema.optionalKey(Commit),
  MODEL: Schema.optionalKey(Schema.NonEmptyString),
  MODEL_ALLOWED: or(Schema.fromJsonString(Schema.Array(Schema.NonEmptyString)), "[]"),
  MODEL_BASE_URL: or(HttpUrl, "https://api.anthropic.com"),
  MODEL_PRICES: or(Schema.fromJsonString(Schema.Record(Schema.String, ModelPrice)), "{}"),
  MAX_COST_USD: Schema.optionalKey(Positive),
  MAX_TURNS: Schema.optionalKey(Whole),
  ANSWERS_PER_TURN: or(Positive, "4"),
  STREAM_IDLE_SECONDS: or(Positive, "120"),
  ANSWER_SECONDS: or(Positive, "600"),
  FORGE_GITHUB_HOSTS: or(Schema.fromJsonString(texts), "{}"),
  PULL_REQUEST: or(Schema.fromJsonString(PullRequestWish), "{}"),
  PULL_REQUEST_TITLE: Schema.optionalKey(Schema.NonEmptyString),
  TASK_URL: Schema.optionalKey(HttpUrl),
  CREDENTIALS_DIR: or(Schema.String, "/etc/orchestrator/credentials"),
  SSH_DIR: or(Schema.String, "/etc/orchestrator/ssh"),
  BROKER_STATE_DIR: or(Schema.String, "/var/lib/orchestrator/broker"),
  BROKER_ENDPOINT_FILE: or(Schema.String, "/run/orchestrator/broker/endpoint.json"),
  BROKER_PORT: or(Port, "0"),
  BROKER_GRACE_SECONDS: or(Positive, "100"),
  TERMINATION_MESSAGE_PATH: or(Schema.String, "/dev/termination-log")
}

const decodeKind = decoder(Schema.Struct({ TASK_TYPE: Schema.Literals(["code", "docs"]) }))
const decodeCode = decoder(Schema.Struct({ ...common, TASK_ID: Whole, DOCS_REPOSITORY_URL: GitUrl }))
const decodeDocs = decoder(Schema.Struct({ ...common, SOURCE_BRANCH: BranchName }))

type Common = Omit<Extract<ReturnType<typeof decodeDocs>, { readonly _tag: "Success" }>["success"], "SOURCE_BRANCH">

interface Work {
  /** The branch to deliver, and the one to use where that belongs to somebody else; the same for a DocsRun. */
  readonly branches: { readonly plain: string; readonly own: string }
  readonly docsUrl: string | undefined
  /** Branch that the work starts from and the pull request goes to; absent: the remote's default branch. */
  readonly base: string | undefined
  readonly title: string
  readonly task: string
}

const settings = (values: Common, work: Work, environment: Environment) => ({
  run: { name: values.RUN_NAME, uid: values.RUN_UID, attempt: values.ATTEMPT, task: work.task },
  git: {
    targetUrl: values.REPOSITORY_URL,
    docsUrl: work.docsUrl,
    branches: work.branches,
    /** Whether other runs of the task exist, so that its plain branch is nobody's. */
    contested: values.OWN_BRANCH === "true",
    base: work.base,
    /** What an earlier attempt of this run delivered. */
    known: values.KNOWN_BRANCH === undefined || values.KNOWN_HEAD === undefined
      ? undefined
      : { branch: values.KNOWN_BRANCH, head: values.KNOWN_HEAD },
    allowedProtocols: values.GIT_ALLOW_PROTOCOL,
    insteadOf: values.GIT_INSTEAD_OF,
    /** Lines of a `known_hosts` file, beside the pinned ones. */
    knownHosts: values.GIT_KNOWN_HOSTS,
    hosts: hostPolicyOf(values),
    maxPushBytes: Math.round(values.MAX_PUSH_MEBIBYTES * 1_048_576),
    maxUnpackedBytes: Math.round(values.MAX_UNPACKED_MEBIBYTES * 1_048_576)
  },
  model: {
    baseUrl: values.MODEL_BASE_URL.replace(/\/+$/, ""),
    /** What the run may ask. */
    policy: { model: values.MODEL, allowed: values.MODEL_ALLOWED },
    prices: values.MODEL_PRICES,
    maxCostUsd: values.MAX_COST_USD,
    maxAnswers: values.MAX_TURNS === undefined || values.MAX_TURNS === 0
      ? undefined
      : Math.ceil(values.MAX_TURNS * values.ANSWERS_PER_TURN),
    answersPerTurn: values.ANSWERS_PER_TURN,
    idleSeconds: values.STREAM_IDLE_SECONDS,
    answerSeconds: values.ANSWER_SECONDS
  },
  forge: {
    githubHosts: values.FORGE_GITHUB_HOSTS,
    wish: values.PULL_REQUEST,
    title: values.PULL_REQUEST_TITLE ?? work.title,
    taskUrl: values.TASK_URL
  },
  files: {
    credentials: values.CREDENTIALS_DIR,
    ssh: values.SSH_DIR,
    state: values.BROKER_STATE_DIR,
    endpoint: values.BROKER_ENDPOINT_FILE,
    terminationMessage: values.TERMINATION_MESSAGE_PATH
  },
  /** Certificates (PEM) of authorities that are trusted beside the public ones: for git, the forge and the model API. */
  caCertificates: values.CA_CERTIFICATES.trim() === "" ? undefined : values.CA_CERTIFICATES,
  port: values.BROKER_PORT,
  graceSeconds: values.BROKER_GRACE_SECONDS,
  environment
})

export type BrokerSettings = ReturnType<typeof settings>

/** Hosts beside the list, and a branch that the run must not write: refused before anything is asked. */
const forbidden = (values: Common, { base, branches, docsUrl }: Work): ReadonlyArray<FieldProblem> => {
  const policy = hostPolicyOf(values)
  const host = (path: string, url: string | undefined) =>
    url === undefined || mayBeNamed(url, policy) ? [] : [{ path, expected: expectedHost(policy), found: url }]
  const clash = base === branches.plain || base === branches.own
  return [
    ...host("REPOSITORY_URL", values.REPOSITORY_URL),
    ...host("DOCS_REPOSITORY_URL", docsUrl),
    ...(clash ? [{ path: "PULL_REQUEST", expected: "another base than the run's branch", found: base ?? "" }] : [])
  ]
}

/** Reads the environment of a broker. */
export const decodeBrokerSettings = (
  environment: Environment
): Result.Result<BrokerSettings, ReadonlyArray<FieldProblem>> =>
  Result.gen(function*() {
    const { TASK_TYPE } = yield* decodeKind(environment)
    const checked = (values: Common, work: Work) => {
      const problems = forbidden(values, work)
      return problems.length > 0 ? Result.fail(problems) : Result.succeed(settings(values, work, environment))
    }
    if (TASK_TYPE === "docs") {
      const values = yield* decodeDocs(environment)
      const branch = docsBranchName(values.RUN_NAME, values.RUN_UID)
      return yield* checked(values, {
        branches: { plain: branch, own: branch },
        docsUrl: undefined,
        base: values.SOURCE_BRANCH,
        title: `Document the tasks of ${values.RUN_NAME}`,
        task: `documents for the tasks on \`${values.SOURCE_BRANCH}\``
      })
    }
    const values = yield* decodeCode(environment)
    return yield* checked(values, {
      branches: { plain: codeBranch(values.TASK_ID), own: ownCodeBranch(values.TASK_ID, values.RUN_UID) },
      docsUrl: values.DOCS_REPOSITORY_URL,
      base: values.PULL_REQUEST.base,
      title: `Implement task ${values.TASK_ID}`,
      task: `task ${values.TASK_ID}`
    })
  })

export class BrokerConfig extends Context.Service<BrokerConfig, BrokerSettings>()(
  "@orchestrator/agent/broker/BrokerConfig"
) {}
